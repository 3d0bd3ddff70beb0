/** Records (RFC 8446, 5): where one ends, and what protects it. */
import { u16, u32, writeU16, writeU32 } from '@atoll/bytes/field';
import type { Aead } from '@atoll/primitives/aead';
import { RUN_BITS } from '@atoll/primitives/records';
import { ok, type Result } from '@atoll/result/result';
import { ALERT, abort, type TlsFailure } from './alert.ts';
import { expandLabel, nextTrafficSecret } from './key-schedule.ts';
import type { CipherSuite } from './suite.ts';

export const CONTENT = {
  CHANGE_CIPHER_SPEC: 20,
  ALERT: 21,
  HANDSHAKE: 22,
  APPLICATION_DATA: 23,
} as const;

export const RECORD_HEADER_LENGTH = 5;
/** The most bytes of content. */
export const PLAINTEXT_LONGEST = 2 ** 14;
/** The most bytes of content, type and padding: the largest record_size_limit (RFC 8449, 4). */
export const INNER_LONGEST = PLAINTEXT_LONGEST + 1;
const CIPHERTEXT_LONGEST = PLAINTEXT_LONGEST + 256;

/** The record size limit of a configuration, which throws when it is none. */
export function checkedLimit(limit: number = INNER_LONGEST): number {
  if (limit >= 64 && limit <= INNER_LONGEST) return limit;
  throw new RangeError(`a record size limit of ${limit}`);
}

/** Where a record lies: its header starts at `start`, and it ends before `end`. */
export interface RecordRange {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Cuts a stream of bytes into records, in place: only one that is not whole yet is copied. */
export class RecordReader {
  /** Whether only records of type application_data are protected, and so longer than others. */
  typesAreHidden = true;
  #input: Uint8Array = NOTHING;
  #at = 0;
  #held: Uint8Array = NOTHING;
  #holding = 0;

  /** Takes in the next `bytes` of the stream; call {@link next} until it has nothing before giving more. */
  push(bytes: Uint8Array): void {
    this.#input = bytes;
    this.#at = 0;
  }

  /**
   * How many of `bytes`, the next of the stream, belong to the record that is under way: all of them as long as
   * its end is not among them.
   */
  span(bytes: Uint8Array): number {
    const holding = this.#holding;
    let missing = this.#held.length - holding;
    if (holding === 0) {
      missing = RECORD_HEADER_LENGTH;
      if (bytes.length >= missing) missing += u16(bytes, 3);
    }
    return Math.min(bytes.length, missing);
  }

  /** Whether a record is under way. */
  get isInside(): boolean {
    return this.#holding > 0;
  }

  /**
   * The record under way with those of `bytes`, the next of the stream, that it lacks; they count as taken in only once
   * {@link release} was called. `undefined` when they do not make it whole.
   */
  complete(bytes: Uint8Array): Uint8Array | undefined {
    const held = this.#held;
    const missing = held.length - this.#holding;
    if (held.length === RECORD_HEADER_LENGTH || missing > bytes.length) return undefined;
    held.set(missing === bytes.length ? bytes : bytes.subarray(0, missing), this.#holding);
    return held;
  }

  /** Forgets the record under way: it was taken out with {@link complete}. */
  release(): void {
    this.#held = NOTHING;
    this.#holding = 0;
  }

  /** Takes in what is at `start` of `bytes` and behind, if it is the start of a record of data and more than its header. */
  hold(bytes: Uint8Array, start: number): boolean {
    const holding = bytes.length - start;
    if (holding <= RECORD_HEADER_LENGTH || bytes[start] !== CONTENT.APPLICATION_DATA) return false;
    const length = (bytes[start + 3] << 8) | bytes[start + 4];
    if (length > CIPHERTEXT_LONGEST || length <= holding - RECORD_HEADER_LENGTH) return false;
    this.#held = new Uint8Array(RECORD_HEADER_LENGTH + length);
    this.#held.set(bytes.subarray(start));
    this.#holding = holding;
    return true;
  }

  /** Whether `bytes`, the next of the stream, are one record of type application_data, and none is under way. */
  isWhole(bytes: Uint8Array): boolean {
    if (this.#holding > 0 || bytes[0] !== CONTENT.APPLICATION_DATA) return false;
    const length = (bytes[3] << 8) | bytes[4];
    return length === bytes.length - RECORD_HEADER_LENGTH && length <= CIPHERTEXT_LONGEST;
  }

  /** The next whole record, or `undefined`. A record longer than any may be is a record_overflow. */
  next(): Result<RecordRange | undefined, TlsFailure> {
    return this.#holding > 0 ? this.#nextHeld() : this.#nextInPlace();
  }

  #nextInPlace(): Result<RecordRange | undefined, TlsFailure> {
    const bytes = this.#input;
    const start = this.#at;
    if (bytes.length - start >= RECORD_HEADER_LENGTH) {
      const length = recordLength(bytes, start, this.typesAreHidden);
      if (!length.ok) return length;
      const end = start + length.value;
      if (end <= bytes.length) {
        this.#at = end;
        return ok({ bytes, start, end });
      }
    }
    if (start === bytes.length) {
      this.#input = NOTHING;
      this.#at = 0;
      return ok(undefined);
    }
    this.#held = new Uint8Array(RECORD_HEADER_LENGTH);
    return this.#nextHeld();
  }

  #nextHeld(): Result<RecordRange | undefined, TlsFailure> {
    if (!this.#hold(RECORD_HEADER_LENGTH)) return ok(undefined);
    const length = recordLength(this.#held, 0, this.typesAreHidden);
    if (!length.ok) return length;
    if (this.#held.length < length.value) {
      const whole = new Uint8Array(length.value);
      whole.set(this.#held);
      this.#held = whole;
    }
    if (!this.#hold(length.value)) return ok(undefined);
    const bytes = this.#held;
    this.#held = NOTHING;
    this.#holding = 0;
    return ok({ bytes, start: 0, end: bytes.length });
  }

  /** Whether `length` bytes are held, after taking what is missing from the input. */
  #hold(length: number): boolean {
    const missing = length - this.#holding;
    if (missing > 0) {
      const part = this.#input.subarray(this.#at, this.#at + missing);
      this.#held.set(part, this.#holding);
      this.#holding += part.length;
      this.#at += part.length;
    }
    if (this.#holding < length) this.#input = NOTHING;
    return this.#holding >= length;
  }
}

/** Bytes of the record at `start`, with its header. Its version says nothing (RFC 8446, 5.1). */
function recordLength(
  bytes: Uint8Array,
  start: number,
  typesAreHidden: boolean,
): Result<number, TlsFailure> {
  const type = bytes[start];
  if (type < CONTENT.CHANGE_CIPHER_SPEC || type > CONTENT.APPLICATION_DATA) {
    return abort(ALERT.UNEXPECTED_MESSAGE, `a record of type ${type}`);
  }
  const length = u16(bytes, start + 3);
  const isPlain = typesAreHidden && type !== CONTENT.APPLICATION_DATA;
  const most = isPlain ? PLAINTEXT_LONGEST : CIPHERTEXT_LONGEST;
  if (length > most) return abort(ALERT.RECORD_OVERFLOW, `a record of ${length} bytes`);
  return ok(RECORD_HEADER_LENGTH + length);
}

/** Writes the header of a record with `length` bytes behind it. */
export function writeRecordHeader(
  bytes: Uint8Array,
  start: number,
  type: number,
  length: number,
): void {
  bytes[start] = type;
  writeU16(bytes, start + 1, 0x0303);
  writeU16(bytes, start + 3, length);
}

export interface Opened {
  readonly type: number;
  /** The content lies at `[start, end)` of the bytes of the record. */
  readonly start: number;
  readonly end: number;
}

/** What protects the records of one direction. */
export interface RecordProtection {
  /** How many records went through under these keys. */
  readonly sequence: number;
  /** Whether the keys protected as many records as their AEAD allows. */
  readonly isWorn: boolean;
  /** Whether all records look like application_data; those of TLS 1.2 show their types. */
  readonly hidesTypes: boolean;
  /** Where in a record its content starts. */
  readonly contentStart: number;
  /** Bytes that a record has beside its content and padding. */
  readonly overhead: number;
  /**
   * Makes a record of `type`, which starts at `start`, of the `length` bytes of content at
   * {@link contentStart} in it, which become the ciphertext; answers where it ends, {@link overhead} and
   * `padding` longer. What does not hide types does not pad.
   */
  seal(bytes: Uint8Array, start: number, type: number, length: number, padding: number): number;
  /**
   * Opens the record at `[start, end)` of `bytes` in place. `innerLongest` bounds content, type and
   * padding together, also where the type is not inside.
   */
  open(record: RecordRange, innerLongest: number): Result<Opened, TlsFailure>;
  /**
   * Opens, in place, the records of data at the start of `bytes`, as `RecordRuns` of `@atoll/primitives/records` does; 0 when
   * it cannot.
   */
  openRun?(bytes: Uint8Array, innerLongest: number): number;
  /** Makes records of `content`, `longest` bytes in each, and writes them to `into`; false when it cannot. */
  sealRun?(content: Uint8Array, longest: number, into: Uint8Array): boolean;
  /** Goes on to the next keys (KeyUpdate) and forgets these, if the version can. */
  update?(): void;
  /** Forgets the keys, as far as the language allows. */
  wipe(): void;
}

/** The protection of TLS 1.3, from one traffic secret on (RFC 8446, 5.2 to 5.5). */
export class Protection implements RecordProtection {
  readonly hidesTypes = true;
  readonly contentStart = RECORD_HEADER_LENGTH;
  readonly suite: CipherSuite;
  #secret: Uint8Array;
  #aead: Aead;
  /** The IV, with the sequence number of the last record on its last eight bytes. */
  #nonce: Uint8Array;
  /** The last eight bytes of the IV alone, as two numbers. */
  #ivHigh = 0;
  #ivLow = 0;
  #sequence = 0;
  readonly #tagLength: number;
  /** Of the last record: many in a row are of one length. */
  readonly #header = new Uint8Array(RECORD_HEADER_LENGTH);
  #headerLength = -1;

  /** Takes `secret` over and wipes it when it is not needed any more. */
  constructor(suite: CipherSuite, secret: Uint8Array) {
    this.suite = suite;
    this.#secret = secret;
    this.#tagLength = suite.aead.tagLength;
    [this.#aead, this.#nonce] = trafficKeys(suite, secret);
    this.#takeIv();
  }

  get sequence(): number {
    return this.#sequence;
  }

  get isWorn(): boolean {
    return this.#sequence >= this.suite.recordLimit;
  }

  get overhead(): number {
    return RECORD_HEADER_LENGTH + 1 + this.suite.aead.tagLength;
  }

  seal(bytes: Uint8Array, start: number, type: number, length: number, padding = 0): number {
    const content = start + RECORD_HEADER_LENGTH;
    const end = content + length + 1 + padding;
    bytes[content + length] = type;
    if (padding > 0) bytes.fill(0, content + length + 1, end);
    const header = this.#header;
    const protectedLength = end - content + this.#tagLength;
    if (protectedLength !== this.#headerLength) {
      writeRecordHeader(header, 0, CONTENT.APPLICATION_DATA, protectedLength);
      this.#headerLength = protectedLength;
    }
    bytes.set(header, start);
    this.#aead.seal(this.#nextNonce(), header, bytes, content, end, end);
    return end + this.#tagLength;
  }

  open({ bytes, start, end }: RecordRange, innerLongest: number): Result<Opened, TlsFailure> {
    const content = start + RECORD_HEADER_LENGTH;
    const tag = end - this.#tagLength;
    if (tag <= content) return abort(ALERT.BAD_RECORD_MAC, 'a record is too short');
    if (tag - content > innerLongest) {
      return abort(ALERT.RECORD_OVERFLOW, `a record with ${tag - content} bytes in it`);
    }
    this.#header.set(bytes.subarray(start, content));
    this.#headerLength = -1;
    if (!this.#aead.open(this.#nextNonce(), this.#header, bytes, content, tag, tag)) {
      this.#sequence--;
      return abort(ALERT.BAD_RECORD_MAC, 'a record is not authentic');
    }
    let at = tag - 1;
    while (at >= content && bytes[at] === 0) at--;
    if (at < content) return abort(ALERT.UNEXPECTED_MESSAGE, 'a record of zeros only');
    return ok({ type: bytes[at], start: content, end: at });
  }

  openRun(bytes: Uint8Array, innerLongest: number): number {
    const run = this.#aead.runs?.open(this.#bareIv(), this.#sequence, bytes, innerLongest) ?? 0;
    this.#sequence += run >>> RUN_BITS;
    return run;
  }

  sealRun(content: Uint8Array, longest: number, into: Uint8Array): boolean {
    const { runs } = this.#aead;
    if (runs === undefined) return false;
    runs.seal(this.#bareIv(), this.#sequence, content, longest, into);
    this.#sequence += Math.ceil(content.length / longest);
    return true;
  }

  update(): void {
    const next = nextTrafficSecret(this.suite.hash, this.#secret);
    this.wipe();
    this.#secret = next;
    [this.#aead, this.#nonce] = trafficKeys(this.suite, next);
    this.#takeIv();
    this.#sequence = 0;
  }

  wipe(): void {
    this.#secret.fill(0);
    this.#nonce.fill(0);
    this.#ivHigh = 0;
    this.#ivLow = 0;
    this.#aead.wipe();
  }

  #takeIv(): void {
    const nonce = this.#nonce;
    this.#ivHigh = u32(nonce, nonce.length - 8);
    this.#ivLow = u32(nonce, nonce.length - 4);
  }

  /** The IV alone, until the next nonce is made of it. */
  #bareIv(): Uint8Array {
    const nonce = this.#nonce;
    writeU32(nonce, nonce.length - 8, this.#ivHigh);
    writeU32(nonce, nonce.length - 4, this.#ivLow);
    return nonce;
  }

  /** In as few steps as can be: it is done for each record, by an interpreter in images. */
  #nextNonce(): Uint8Array {
    const nonce = this.#nonce;
    const sequence = this.#sequence++;
    const low = this.#ivLow ^ sequence;
    const at = nonce.length - 4;
    nonce[at] = low >>> 24;
    nonce[at + 1] = low >>> 16;
    nonce[at + 2] = low >>> 8;
    nonce[at + 3] = low;
    const high = Math.floor(sequence / 0x1_0000_0000);
    if (high > 0) writeU32(nonce, at - 4, this.#ivHigh ^ high);
    return nonce;
  }
}

function trafficKeys({ aead, hash }: CipherSuite, secret: Uint8Array): [Aead, Uint8Array] {
  const key = expandLabel(hash, secret, 'key', NOTHING, aead.keyLength);
  const iv = expandLabel(hash, secret, 'iv', NOTHING, aead.nonceLength);
  const keyed = aead.withKey(key);
  key.fill(0);
  return [keyed, iv];
}

const NOTHING = new Uint8Array(0);
