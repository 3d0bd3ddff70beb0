import type { Copy, Located } from '@atoll/bytes/fast';
import type { Block, BlockPool } from './blocks.ts';
import { BLOCK_BITS, BLOCK_MASK, BLOCK_SIZE } from './blocks.ts';

/**
 * Bytes that were written and are not yet acknowledged. Each has its sequence number, so `start` is the
 * oldest that may have to be sent again. Numbers of SYN and FIN are no bytes here.
 */
export class SendBuffer {
  /** The sequence number of the first byte that is kept. To be read only, like `end` and `length`. */
  start = 0;
  /** The sequence number that the next written byte gets. */
  end = 0;
  length = 0;
  /** How many bytes may be kept; may be raised at any time. */
  limit: number;
  readonly #pool: BlockPool;
  readonly #blocks: Block[] = [];
  /** Where `start` is in the first block. */
  #offset = 0;

  constructor(pool: BlockPool, limit: number) {
    this.#pool = pool;
    this.limit = limit;
  }

  /** How many bytes `write` would take now, of its own limit and of the memory of all connections. */
  get room(): number {
    const tail = this.#blocks.length * BLOCK_SIZE - this.#offset - this.length;
    const memory = tail + this.#pool.roomFor(this.#blocks.length);
    return Math.max(0, Math.min(this.limit - this.length, memory));
  }

  /** Forgets everything; the next written byte is number `sequence`. */
  reset(sequence: number): void {
    this.release();
    this.start = sequence;
    this.end = sequence;
  }

  /** Appends a copy of the first bytes of `bytes`; answers how many there was room for. */
  write(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.room);
    for (let written = 0; written < count; ) {
      const at = this.#offset + this.length;
      const block = this.#block(at >>> BLOCK_BITS);
      if (block === undefined) return written;
      const within = at & BLOCK_MASK;
      const piece = Math.min(count - written, BLOCK_SIZE - within);
      const isWhole = piece === bytes.length;
      block.bytes.set(isWhole ? bytes : bytes.subarray(written, written + piece), within);
      written += piece;
      this.length += piece;
      this.end = (this.end + piece) >>> 0;
    }
    return count;
  }

  /**
   * Drops the bytes before `sequence`, all of them when it is behind `end`, as when it acknowledges a
   * FIN. One that is before `start` is old and changes nothing.
   */
  acknowledge(sequence: number): void {
    const count = (sequence - this.start) | 0;
    if (count <= 0) return;
    if (count >= this.length) {
      this.release();
      return;
    }
    this.start = sequence >>> 0;
    this.length -= count;
    this.#offset += count;
    while (this.#offset >= BLOCK_SIZE) {
      this.#offset -= BLOCK_SIZE;
      this.#pool.give(this.#blocks.shift() as Block);
    }
  }

  /** Copies the `length` bytes from `sequence` on, which must be here, to `at` of `to`. */
  copyTo(sequence: number, length: number, to: Located, at: number, wire: Copy): void {
    const skipped = (sequence - this.start) | 0;
    if (skipped < 0 || length < 0 || skipped + length > this.length) throw new RangeError(OUTSIDE);
    let from = this.#offset + skipped;
    let target = at;
    const stop = at + length;
    while (target < stop) {
      const within = from & BLOCK_MASK;
      const piece = Math.min(stop - target, BLOCK_SIZE - within);
      wire.copy(this.#blocks[from >>> BLOCK_BITS], within, to, target, piece);
      from += piece;
      target += piece;
    }
  }

  /** Drops everything and gives the memory back. */
  release(): void {
    for (let block = this.#blocks.pop(); block !== undefined; block = this.#blocks.pop()) {
      this.#pool.give(block);
    }
    this.start = this.end;
    this.length = 0;
    this.#offset = 0;
  }

  #block(index: number): Block | undefined {
    if (index < this.#blocks.length) return this.#blocks[index];
    const block = this.#pool.take(this.#blocks.length);
    if (block !== undefined) this.#blocks.push(block);
    return block;
  }
}

const OUTSIDE = 'these bytes are not in the send buffer';
