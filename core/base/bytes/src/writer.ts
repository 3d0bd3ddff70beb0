/** Writes big-endian fields into bytes of its own, which grow as needed. */
export class Writer {
  /** How many bytes were written. */
  length = 0;
  #bytes: Uint8Array;

  /** `capacity` is a hint in bytes: the first size of the buffer. */
  constructor(capacity = 512) {
    this.#bytes = new Uint8Array(Math.max(capacity, 16));
  }

  u8(value: number): void {
    const at = this.#reserve(1);
    this.#bytes[at] = value;
  }

  u16(value: number): void {
    const at = this.#reserve(2);
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value;
  }

  u32(value: number): void {
    const at = this.#reserve(4);
    this.#bytes[at] = value >>> 24;
    this.#bytes[at + 1] = value >>> 16;
    this.#bytes[at + 2] = value >>> 8;
    this.#bytes[at + 3] = value;
  }

  bytes(value: Uint8Array): void {
    const at = this.#reserve(value.length);
    this.#bytes.set(value, at);
  }

  zeros(length: number): void {
    const at = this.#reserve(length);
    this.#bytes.fill(0, at, at + length);
  }

  /** Overwrites the two bytes at `offset`, which must have been written before. */
  patchU16(offset: number, value: number): void {
    if (offset < 0 || offset + 2 > this.length) throw new RangeError('patch out of bounds');
    this.#bytes[offset] = value >>> 8;
    this.#bytes[offset + 1] = value;
  }

  /** Forgets what was written from `length` on. */
  truncate(length: number): void {
    if (length < 0 || length > this.length) throw new RangeError('truncate out of bounds');
    this.length = length;
  }

  /** A view of what was written; valid until the next write. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.length);
  }

  #reserve(size: number): number {
    const at = this.length;
    const needed = at + size;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.length = needed;
    return at;
  }
}
