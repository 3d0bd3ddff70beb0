import type { Copy, Located } from '@atoll/bytes/fast';
import type { Block, BlockPool } from './blocks.ts';
import { BLOCK_SIZE } from './blocks.ts';

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
  /** Where `start` is in the first block, and how many bytes all of them have. */
  #offset = 0;
  #capacity = 0;

  constructor(pool: BlockPool, limit: number) {
    this.#pool = pool;
    this.limit = limit;
  }

  /** How many bytes `write` would take now, of its own limit and of the memory of all connections. */
  get room(): number {
    const tail = this.#capacity - this.#offset - this.length;
    const memory = tail + this.#pool.roomFor(this.#capacity / BLOCK_SIZE);
    return Math.max(0, Math.min(this.share - this.length, memory));
  }

  /** How many bytes may be kept as long as as many others send as now. */
  get share(): number {
    return Math.min(this.limit, this.#pool.sendShare);
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
      let tail = this.#capacity - this.#offset - this.length;
      if (tail === 0) {
        tail = this.#grow(count - written);
        if (tail === 0) return written;
      }
      const block = this.#blocks[this.#blocks.length - 1];
      const piece = Math.min(count - written, tail);
      const isWhole = piece === bytes.length;
      const from = isWhole ? bytes : bytes.subarray(written, written + piece);
      block.bytes.set(from, block.bytes.length - tail);
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
    while (this.#offset >= this.#blocks[0].bytes.length) {
      const first = this.#blocks.shift() as Block;
      this.#offset -= first.bytes.length;
      this.#capacity -= first.bytes.length;
      this.#pool.give(first);
    }
  }

  /** Copies the `length` bytes from `sequence` on, which must be here, to `at` of `to`. */
  copyTo(sequence: number, length: number, to: Located, at: number, wire: Copy): void {
    const skipped = (sequence - this.start) | 0;
    if (skipped < 0 || length < 0 || skipped + length > this.length) throw new RangeError(OUTSIDE);
    let from = this.#offset + skipped;
    let target = at;
    const stop = at + length;
    for (let index = 0; target < stop; index++) {
      const block = this.#blocks[index];
      const size = block.bytes.length;
      if (from < size) {
        const piece = Math.min(stop - target, size - from);
        wire.copy(block, from, to, target, piece);
        from += piece;
        target += piece;
      }
      from -= size;
    }
  }

  /** Drops everything and gives the memory back. */
  release(): void {
    if (this.#capacity > 0) this.#pool.senders--;
    for (let block = this.#blocks.pop(); block !== undefined; block = this.#blocks.pop()) {
      this.#pool.give(block);
    }
    this.start = this.end;
    this.length = 0;
    this.#offset = 0;
    this.#capacity = 0;
  }

  /** Takes a block because `wanted` bytes are to be written; answers its size, or 0 when there is none. */
  #grow(wanted: number): number {
    const large = wanted >= WORTH_A_LARGE_ONE ? this.#pool.takeLarge() : undefined;
    const block = large ?? this.#pool.take(this.#capacity / BLOCK_SIZE);
    if (block === undefined) return 0;
    if (this.#capacity === 0) this.#pool.senders++;
    this.#blocks.push(block);
    this.#capacity += block.bytes.length;
    return block.bytes.length;
  }
}

/** Who writes so much at once writes more before long. */
const WORTH_A_LARGE_ONE = 4 * BLOCK_SIZE;

const OUTSIDE = 'these bytes are not in the send buffer';
