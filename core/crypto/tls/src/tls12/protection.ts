/** How TLS 1.2 protects records with an AEAD (RFC 5246, 6.2.3.3). */
import { u16, writeU16, writeU32 } from '@atoll/bytes/field';
import type { Aead } from '@atoll/primitives/aead';
import { ok, type Result } from '@atoll/result/result';
import { ALERT, abort, type TlsFailure } from '../alert.ts';
import {
  type Opened,
  RECORD_HEADER_LENGTH,
  type RecordProtection,
  type RecordRange,
  writeRecordHeader,
} from '../record.ts';
import type { EcdheSuite } from './suite.ts';

/** Neither hides the type nor pads, and keeps its keys for the whole connection. */
export class Protection12 implements RecordProtection {
  readonly hidesTypes = false;
  readonly contentStart: number;
  readonly overhead: number;
  readonly #suite: EcdheSuite;
  readonly #aead: Aead;
  readonly #salt: Uint8Array;
  #sequence = 0;
  readonly #nonce: Uint8Array;
  /** Sequence number, type, version and length of the content. */
  readonly #associated = new Uint8Array(13);

  /** `salt` is the part of nonces that no record has. Takes it over; `key` may be wiped afterwards. */
  constructor(suite: EcdheSuite, key: Uint8Array, salt: Uint8Array) {
    this.#suite = suite;
    this.#aead = suite.aead.withKey(key);
    this.#salt = salt;
    this.#nonce = new Uint8Array(suite.aead.nonceLength);
    this.contentStart = RECORD_HEADER_LENGTH + suite.explicitLength;
    this.overhead = this.contentStart + suite.aead.tagLength;
  }

  get sequence(): number {
    return this.#sequence;
  }

  get isWorn(): boolean {
    return this.#sequence >= this.#suite.recordLimit;
  }

  seal(bytes: Uint8Array, start: number, type: number, length: number): number {
    const content = start + this.contentStart;
    const end = content + length;
    const { tagLength } = this.#suite.aead;
    writeRecordHeader(bytes, start, type, end + tagLength - start - RECORD_HEADER_LENGTH);
    this.#prepare(type, length);
    // The sequence number never comes twice, which is all that an explicit nonce must be (RFC 5288, 3).
    const explicit = start + RECORD_HEADER_LENGTH;
    for (let at = explicit; at < content; at++) bytes[at] = this.#nonce[SALT + at - explicit];
    this.#aead.seal(this.#nonce, this.#associated, bytes, content, end, end);
    this.#sequence++;
    return end + tagLength;
  }

  open({ bytes, start, end }: RecordRange, innerLongest: number): Result<Opened, TlsFailure> {
    const content = start + this.contentStart;
    const tag = end - this.#suite.aead.tagLength;
    if (tag < content) return abort(ALERT.BAD_RECORD_MAC, 'a record is too short');
    // What counts is the content; the type is not inside (RFC 8449, 4).
    if (tag - content > innerLongest - 1) {
      return abort(ALERT.RECORD_OVERFLOW, `a record with ${tag - content} bytes in it`);
    }
    const type = bytes[start];
    this.#prepare(type, tag - content, u16(bytes, start + 1));
    const explicit = start + RECORD_HEADER_LENGTH;
    for (let at = explicit; at < content; at++) this.#nonce[SALT + at - explicit] = bytes[at];
    if (!this.#aead.open(this.#nonce, this.#associated, bytes, content, tag, tag)) {
      return abort(ALERT.BAD_RECORD_MAC, 'a record is not authentic');
    }
    this.#sequence++;
    return ok({ type, start: content, end: tag });
  }

  wipe(): void {
    this.#salt.fill(0);
    this.#aead.wipe();
  }

  /** Makes nonce and associated data of the next record, as its sender would. */
  #prepare(type: number, length: number, version = 0x0303): void {
    const associated = this.#associated;
    writeU32(associated, 0, Math.floor(this.#sequence / 0x1_0000_0000));
    writeU32(associated, 4, this.#sequence);
    associated[8] = type;
    writeU16(associated, 9, version);
    writeU16(associated, 11, length);
    const nonce = this.#nonce;
    const low = nonce.length - 8;
    nonce.fill(0);
    for (let at = 0; at < 8; at++) nonce[low + at] = associated[at];
    for (let at = 0; at < this.#salt.length; at++) nonce[at] ^= this.#salt[at];
  }
}

/** Bytes of a nonce before the part that goes with its record, if one does. */
const SALT = 4;
