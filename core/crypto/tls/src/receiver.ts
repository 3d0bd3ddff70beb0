import { RECORD_OVERHEAD, RUN_BITS } from '@atoll/primitives/records';
import { ok, type Result } from '@atoll/result/result';
import { ALERT, abort, type TlsFailure } from './alert.ts';
import {
  CONTENT,
  INNER_LONGEST,
  type Opened,
  RECORD_HEADER_LENGTH,
  type RecordProtection,
  type RecordRange,
  RecordReader,
} from './record.ts';

/** What is in a record. */
export interface Content {
  readonly type: number;
  /** A view of the bytes that came. */
  readonly bytes: Uint8Array;
  readonly isProtected: boolean;
}

/** Records of data in a row. */
export interface Run {
  /** How many bytes of the stream were taken in: the records, and maybe the start of one more. */
  readonly length: number;
  /** What was in them: a view of the bytes that came, or of a record that came in pieces. */
  readonly content: Uint8Array;
}

/** Takes records out of a stream, and off them what protects them. */
export class Receiver {
  /** The most bytes of content, type and padding in a protected record: our record_size_limit. */
  limit = INNER_LONGEST;
  /** Bytes of records that may be early data which is not taken (RFC 8446, 4.2.10). */
  skippable = 0;
  readonly #records = new RecordReader();
  #protection: RecordProtection | undefined;
  #isEarly = false;

  /** What protects records; nothing yet while this is `undefined`. */
  get protection(): RecordProtection | undefined {
    return this.#protection;
  }

  /** Goes on with `protection`. Early data leaves before its sender can know a limit. */
  protect(protection: RecordProtection, isEarly: boolean): void {
    this.#protection?.wipe();
    this.#protection = protection;
    this.#isEarly = isEarly;
    this.#records.typesAreHidden = protection.hidesTypes;
  }

  /** How many of `bytes`, the next of the stream, belong to one record. */
  span(bytes: Uint8Array): number {
    return this.#records.span(bytes);
  }

  /** Whether `bytes`, the next of the stream, are one record of data, and none is under way. */
  isWhole(bytes: Uint8Array): boolean {
    return this.#records.isWhole(bytes);
  }

  /** Opens the record that is all of `bytes`, when there are keys. */
  openWhole(bytes: Uint8Array): Result<Opened, TlsFailure> {
    const protection = this.#protection as RecordProtection;
    return protection.open({ bytes, start: 0, end: bytes.length }, this.limit);
  }

  /** Opens the record of data that `bytes` complete, or those with which they begin; `undefined` when neither is there. */
  openRun(bytes: Uint8Array): Run | undefined {
    const protection = this.#protection;
    const records = this.#records;
    if (protection?.openRun === undefined) return undefined;
    if (records.isInside) {
      const length = records.span(bytes);
      const record = records.complete(bytes);
      const run = record ? protection.openRun(record, this.limit) : 0;
      if (run === 0) return undefined;
      records.release();
      return { length, content: contentOf(record as Uint8Array, run) };
    }
    const run = protection.openRun(bytes, this.limit);
    if (run === 0) return undefined;
    const taken = run & RUN_MASK;
    const length = records.hold(bytes, taken) ? bytes.length : taken;
    return { length, content: contentOf(bytes, run) };
  }

  /** Takes in the next `bytes` of the stream; call {@link next} until it has nothing before giving more. */
  push(bytes: Uint8Array): void {
    this.#records.push(bytes);
  }

  /** What is in the next whole record, or `undefined`. During the handshake, alerts may come without protection. */
  next(isHandshake: boolean): Result<Content | undefined, TlsFailure> {
    for (;;) {
      const record = this.#records.next();
      if (!record.ok) return record;
      if (record.value === undefined) return ok(undefined);
      const content = this.#open(record.value, isHandshake);
      if (!content.ok || content.value !== undefined) return content;
    }
  }

  /** `undefined` for a record that was skipped. */
  #open(record: RecordRange, isHandshake: boolean): Result<Content | undefined, TlsFailure> {
    const { bytes, start } = record;
    const type = bytes[start];
    const protection = this.#protection;
    if (protection === undefined) {
      return type === CONTENT.APPLICATION_DATA ? this.#skip(record) : ok(plain(record));
    }
    if (protection.hidesTypes && type !== CONTENT.APPLICATION_DATA) {
      // Who could not make keys tells it without; believing that changes nothing, the connection is over.
      const isAlert = type === CONTENT.ALERT && isHandshake && protection.sequence === 0;
      // Nothing ever protects a change_cipher_spec of TLS 1.3.
      if (isAlert || type === CONTENT.CHANGE_CIPHER_SPEC) return ok(plain(record));
      return abort(ALERT.UNEXPECTED_MESSAGE, `a record of type ${type} without protection`);
    }
    const opened = protection.open(record, this.#isEarly ? INNER_LONGEST : this.limit);
    if (!opened.ok) {
      const mayBeEarly = this.skippable > 0 && opened.error.alert === ALERT.BAD_RECORD_MAC;
      return mayBeEarly ? this.#skip(record, opened.error) : opened;
    }
    this.skippable = 0;
    const { type: inner, start: from, end: to } = opened.value;
    return ok({ type: inner, bytes: bytes.subarray(from, to), isProtected: true });
  }

  /** Drops what may be early data that was not accepted; `otherwise` when it is not. */
  #skip({ start, end }: RecordRange, otherwise?: TlsFailure): Result<undefined, TlsFailure> {
    if (this.skippable < end - start) {
      if (otherwise) return { ok: false, error: otherwise };
      return abort(ALERT.UNEXPECTED_MESSAGE, 'data before the handshake');
    }
    this.skippable -= end - start;
    return ok(undefined);
  }
}

/** What a run that was opened at the start of `bytes` holds. */
function contentOf(bytes: Uint8Array, run: number): Uint8Array {
  const length = (run & RUN_MASK) - (run >>> RUN_BITS) * RECORD_OVERHEAD;
  return bytes.subarray(RECORD_HEADER_LENGTH, RECORD_HEADER_LENGTH + length);
}

const RUN_MASK = 2 ** RUN_BITS - 1;

function plain({ bytes, start, end }: RecordRange): Content {
  const content = bytes.subarray(start + RECORD_HEADER_LENGTH, end);
  return { type: bytes[start], bytes: content, isProtected: false };
}
