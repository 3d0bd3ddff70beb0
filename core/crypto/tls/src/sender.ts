import { writeU16 } from '@atoll/bytes/field';
import { Writer } from '@atoll/bytes/writer';
import {
  CONTENT,
  INNER_LONGEST,
  PLAINTEXT_LONGEST,
  RECORD_HEADER_LENGTH,
  type RecordProtection,
  writeRecordHeader,
} from './record.ts';

/** Makes records of what goes to the peer, and collects them until somebody takes them. */
export class Sender {
  /** The most bytes of content, type and padding in a protected record: the peer's record_size_limit. */
  limit = INNER_LONGEST;
  #protection: RecordProtection | undefined;
  #flight: Writer | undefined;
  #records: Writer | undefined;

  /** What protects records; nothing yet while this is `undefined`. */
  get protection(): RecordProtection | undefined {
    return this.#protection;
  }

  /** Goes on with `protection`; what was written before it leaves without it. */
  protect(protection: RecordProtection): void {
    this.flush();
    this.#protection?.wipe();
    this.#protection = protection;
  }

  /** Goes on without protection. */
  unprotect(): void {
    this.flush();
    this.#protection?.wipe();
    this.#protection = undefined;
  }

  /** Adds a handshake message to the flight; several share a record. */
  message(bytes: Uint8Array): void {
    this.#flight ??= new Writer(bytes.length);
    this.#flight.bytes(bytes);
  }

  /** Makes records of the flight. */
  flush(): void {
    const flight = this.#flight;
    if (flight === undefined) return;
    this.#flight = undefined;
    this.#write(CONTENT.HANDSHAKE, flight.view(), 1);
  }

  /** Like {@link flush}, with the version that a client's first record has (RFC 8446, 5.1). */
  flushHello(): void {
    this.flush();
    if (this.#records) writeU16(this.#records.view(), 1, 0x0301);
  }

  /** Forgets the part of a flight that has not been made into records. */
  drop(): void {
    this.#flight = undefined;
  }

  alert(level: number, description: number): void {
    this.flush();
    this.#write(CONTENT.ALERT, Uint8Array.of(level, description), 1);
  }

  /** A change_cipher_spec, which nothing ever protects: there is no second handshake. */
  changeCipherSpec(): void {
    this.flush();
    this.#records ??= new Writer(RECORD_HEADER_LENGTH + 1);
    const start = this.#records.length;
    this.#records.zeros(RECORD_HEADER_LENGTH);
    this.#records.u8(1);
    writeRecordHeader(this.#records.view(), start, CONTENT.CHANGE_CIPHER_SPEC, 1);
  }

  /** Application data, in as many records as it takes, each padded to a multiple of `padTo` bytes if that can be. */
  data(bytes: Uint8Array, padTo: number): void {
    this.flush();
    const { overhead } = this.#protection ?? { overhead: RECORD_HEADER_LENGTH };
    const records = Math.ceil(bytes.length / (this.limit - 1));
    this.#records ??= new Writer(bytes.length + records * (overhead + padTo));
    this.#write(CONTENT.APPLICATION_DATA, bytes, padTo);
  }

  /**
   * Application data alone, in as few steps as can be, and in `into` if it has room; {@link protection} is not
   * `undefined`.
   */
  sealed(bytes: Uint8Array, protection: RecordProtection, into: Uint8Array): Uint8Array {
    if (this.#flight !== undefined || this.#records !== undefined) {
      this.data(bytes, 1);
      return this.take();
    }
    const { contentStart, overhead } = protection;
    const { length } = bytes;
    const longest = this.limit - 1;
    const size = length + Math.ceil(length / longest) * overhead;
    const out = size <= into.length ? into.subarray(0, size) : new Uint8Array(size);
    if (protection.sealRun?.(bytes, longest, out)) return out;
    let start = 0;
    for (let at = 0; at < length; at += longest) {
      const end = Math.min(at + longest, length);
      const content = end - at === length ? bytes : bytes.subarray(at, end);
      out.set(content, start + contentStart);
      start = protection.seal(out, start, CONTENT.APPLICATION_DATA, content.length, 0);
    }
    return out;
  }

  /** All records so far; they belong to the caller. */
  take(): Uint8Array {
    const records = this.#records;
    this.#records = undefined;
    return records?.view() ?? NOTHING;
  }

  wipe(): void {
    this.drop();
    this.#protection?.wipe();
  }

  #write(type: number, content: Uint8Array, padTo: number): void {
    const longest = this.#protection ? this.limit - 1 : PLAINTEXT_LONGEST;
    for (let at = 0; at < content.length; at += longest) {
      this.#record(type, content.subarray(at, at + longest), padTo);
    }
  }

  #record(type: number, content: Uint8Array, padTo: number): void {
    this.#records ??= new Writer(content.length + 64);
    const out = this.#records;
    const start = out.length;
    const protection = this.#protection;
    if (protection === undefined) {
      out.zeros(RECORD_HEADER_LENGTH);
      out.bytes(content);
      writeRecordHeader(out.view(), start, type, content.length);
      return;
    }
    const { contentStart, overhead, hidesTypes } = protection;
    const wanted = hidesTypes ? (padTo - (content.length % padTo)) % padTo : 0;
    const padding = Math.min(wanted, this.limit - 1 - content.length);
    out.zeros(overhead + content.length + padding);
    const records = out.view();
    records.set(content, start + contentStart);
    protection.seal(records, start, type, content.length, padding);
  }
}

const NOTHING = new Uint8Array(0);
