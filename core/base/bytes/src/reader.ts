/**
 * Reads big-endian fields from bytes that came from outside.
 *
 * A read past the end yields zeros and sets {@link Reader.truncated}, once and for all: a parser reads
 * a whole structure and asks once whether all of it was there.
 */
export class Reader {
  readonly bytes: Uint8Array;
  readonly end: number;
  offset: number;
  truncated = false;

  /** Reads `bytes` from `start` (inclusive) to `end` (exclusive), both offsets into `bytes`. */
  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    if (start < 0 || end > bytes.length || start > end)
      throw new RangeError('reader out of bounds');
    this.bytes = bytes;
    this.offset = start;
    this.end = end;
  }

  get remaining(): number {
    return this.end - this.offset;
  }

  u8(): number {
    const at = this.#advance(1);
    return at < 0 ? 0 : this.bytes[at];
  }

  u16(): number {
    const at = this.#advance(2);
    return at < 0 ? 0 : (this.bytes[at] << 8) | this.bytes[at + 1];
  }

  u32(): number {
    const at = this.#advance(4);
    if (at < 0) return 0;
    const { bytes } = this;
    return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
  }

  /** A view, not a copy, of the next `length` bytes; empty when there are fewer. */
  take(length: number): Uint8Array {
    const at = this.#advance(length);
    return at < 0 ? EMPTY : this.bytes.subarray(at, at + length);
  }

  /** A view, not a copy, of all that is left. */
  rest(): Uint8Array {
    return this.take(this.remaining);
  }

  skip(length: number): void {
    this.#advance(length);
  }

  #advance(length: number): number {
    const at = this.offset;
    if (this.truncated || length < 0 || length > this.end - at) {
      this.truncated = true;
      return -1;
    }
    this.offset = at + length;
    return at;
  }
}

const EMPTY = new Uint8Array(0);
