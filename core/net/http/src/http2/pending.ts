import { FRAME_SIZE, HEAD_LENGTH } from './code.ts';

/** What of a frame came before the rest of it, and what of a block of fields came before its last frame. */
export class Pending {
  readonly #frame = new Pile();
  readonly #block = new Pile();

  /** Octets of a frame that is not whole. */
  get length(): number {
    return this.#frame.length;
  }

  get isWhole(): boolean {
    return this.#frame.length >= HEAD_LENGTH && this.#frame.length === this.#size;
  }

  get isTooLong(): boolean {
    return this.#frame.length >= HEAD_LENGTH && this.#size > HEAD_LENGTH + FRAME_SIZE;
  }

  /** Takes what is missing of the frame from `at` on, its head first, and answers where that ends. */
  take(bytes: Uint8Array, at: number): number {
    let next = at;
    if (this.#frame.length < HEAD_LENGTH) next = this.#move(bytes, next, HEAD_LENGTH);
    if (this.#frame.length >= HEAD_LENGTH && !this.isTooLong) {
      next = this.#move(bytes, next, this.#size);
    }
    return next;
  }

  /** The frame, which is not kept any more. */
  release(): Uint8Array {
    return this.#frame.release();
  }

  /** Adds a fragment to the block; false when it would be longer than `limit`. */
  gather(fragment: Uint8Array, limit: number): boolean {
    if (this.#block.length + fragment.length > limit) return false;
    this.#block.add(fragment);
    return true;
  }

  /** The block, which is not kept any more. */
  block(): Uint8Array {
    return this.#block.release();
  }

  get #size(): number {
    const { bytes } = this.#frame;
    return HEAD_LENGTH + ((bytes[0] << 16) | (bytes[1] << 8) | bytes[2]);
  }

  #move(bytes: Uint8Array, at: number, size: number): number {
    const end = Math.min(bytes.length, at + size - this.#frame.length);
    this.#frame.add(bytes.subarray(at, end));
    return end;
  }
}

/** Octets one behind the other, in as much memory as they take, or twice as much. */
class Pile {
  bytes = NOTHING;
  length = 0;

  add(piece: Uint8Array): void {
    const length = this.length + piece.length;
    if (length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(length, this.length * 2));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    this.bytes.set(piece, this.length);
    this.length = length;
  }

  release(): Uint8Array {
    const bytes = this.bytes.subarray(0, this.length);
    this.bytes = NOTHING;
    this.length = 0;
    return bytes;
  }
}

const NOTHING = new Uint8Array(0);
