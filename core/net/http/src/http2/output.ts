import { HEAD_LENGTH } from './code.ts';

/**
 * Frames on their way: written one behind the other, and handed to a connection in one go. One does for all
 * connections of a server, since each takes what it wrote before it gives way.
 */
export class Output {
  bytes: Uint8Array;
  /** How many octets were written. */
  length = 0;
  readonly #capacity: number;
  /** How many octets go out in one go. */
  #most: number;

  /** As many octets as go out in one go at most; more that belong together make it grow for once. */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#most = capacity;
    this.bytes = new Uint8Array(capacity);
  }

  /** How much more goes out in one go; less than nothing when it is too much already. */
  get room(): number {
    return this.#most - this.length;
  }

  head(length: number, type: number, flags: number, stream: number): void {
    const at = this.reserve(HEAD_LENGTH);
    this.patchHead(at, length, type, flags, stream);
  }

  /** Writes a head into octets that were reserved for it. */
  patchHead(at: number, length: number, type: number, flags: number, stream: number): void {
    const { bytes } = this;
    bytes[at] = length >>> 16;
    bytes[at + 1] = length >>> 8;
    bytes[at + 2] = length;
    bytes[at + 3] = type;
    bytes[at + 4] = flags;
    bytes[at + 5] = stream >>> 24;
    bytes[at + 6] = stream >>> 16;
    bytes[at + 7] = stream >>> 8;
    bytes[at + 8] = stream;
  }

  u8(value: number): void {
    const at = this.reserve(1);
    this.bytes[at] = value;
  }

  u32(value: number): void {
    const at = this.reserve(4);
    this.bytes[at] = value >>> 24;
    this.bytes[at + 1] = value >>> 16;
    this.bytes[at + 2] = value >>> 8;
    this.bytes[at + 3] = value;
  }

  put(piece: Uint8Array): void {
    const at = this.reserve(piece.length);
    this.bytes.set(piece, at);
  }

  /** None when `count` is negative. */
  zeros(count: number): void {
    if (count <= 0) return;
    const at = this.reserve(count);
    this.bytes.fill(0, at, at + count);
  }

  /** Where the next `count` octets go, which are the caller's to write. */
  reserve(count: number): number {
    const at = this.length;
    this.length = at + count;
    if (this.length > this.bytes.length) this.#grow();
    return at;
  }

  /** A view of what was written, good until something is written again. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  /** Forgets what was written. The next time `most` octets go out, or as many as there can be. */
  clear(most = this.#capacity): void {
    this.length = 0;
    this.#most = Math.min(most, this.#capacity);
    if (this.bytes.length > this.#capacity) this.bytes = new Uint8Array(this.#capacity);
  }

  #grow(): void {
    const grown = new Uint8Array(this.length * 2);
    grown.set(this.bytes);
    this.bytes = grown;
  }
}
