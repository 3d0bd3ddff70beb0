import type { Region } from '@atoll/device/fast';
import type { Allocate } from '@atoll/device/frame';

export const BLOCK_SIZE = 4096;
/** An offset has its block above these bits, and its place in the block in them. */
export const BLOCK_BITS = 12;
export const BLOCK_MASK = BLOCK_SIZE - 1;

/** `BLOCK_SIZE` bytes of what one connection sends or receives. */
export type Block = Region;

/** There is enough memory; the reserve was touched; nothing was left for somebody. */
export const PLENTY = 0;
export const SHORT = 1;
export const EXHAUSTED = 2;
export type Shortage = typeof PLENTY | typeof SHORT | typeof EXHAUSTED;

/**
 * The memory for what all connections send and receive: blocks that fast paths see, at most `limit`
 * bytes of them. Memory that was allocated once stays here and is used again.
 */
export class BlockPool {
  /** In bytes, a multiple of {@link BLOCK_SIZE}. */
  readonly limit: number;
  /** Bytes in blocks that were taken and not given back. To be read only. */
  used = 0;
  /**
   * Three quarters are used: the rest is for what is sure to be needed, which is what we send and what
   * arrives in order, and for those who have next to nothing, see `take`. To be read only.
   */
  isTight = false;
  /** The last blocks, a sixteenth, are for what is sent: without them nobody could give any back. */
  readonly reserve: number;
  /** Whether that was needed: it only rises, until whoever does something about it sets it back. */
  shortage: Shortage = PLENTY;
  readonly #allocate: Allocate;
  readonly #free: Block[] = [];
  #unallocated: number;

  /** Asks `allocate` for sixteen blocks at a time, and never for more than `limitBytes` in all. */
  constructor(allocate: Allocate, limitBytes: number) {
    if (!(limitBytes >= BLOCK_SIZE))
      throw new RangeError(`${limitBytes} bytes for all connections`);
    this.#allocate = allocate;
    this.#unallocated = Math.floor(limitBytes / BLOCK_SIZE);
    this.limit = this.#unallocated * BLOCK_SIZE;
    this.reserve = this.#unallocated >>> 4;
  }

  /** How many blocks nobody has. */
  get free(): number {
    return (this.limit - this.used) / BLOCK_SIZE;
  }

  /**
   * Lends a block, whatever is in it, to somebody who holds `held` already; `undefined` when no more than
   * `kept` are left. The last quarter is only for those with less than two: however much others keep, every
   * connection goes on, if slowly.
   */
  take(held = 0, kept = 0): Block | undefined {
    if (this.isTight && !this.#mayTake(held, kept)) return undefined;
    if (this.#free.length === 0) this.#grow();
    const block = this.#free.pop();
    if (block === undefined) return undefined;
    this.used += BLOCK_SIZE;
    this.isTight = this.used * 4 >= this.limit * 3;
    return block;
  }

  /** How many bytes of blocks somebody who holds `held` could take now. */
  roomFor(held: number): number {
    const { free } = this;
    if (free === 0) this.#lack(EXHAUSTED);
    const common = Math.ceil((this.limit * 3) / 4 / BLOCK_SIZE) - this.used / BLOCK_SIZE;
    return Math.min(free, Math.max(common, FAIR_SHARE - held, 0)) * BLOCK_SIZE;
  }

  give(block: Block): void {
    if (this.used === 0) throw new RangeError('a block too many');
    this.#free.push(block);
    this.used -= BLOCK_SIZE;
    this.isTight = this.used * 4 >= this.limit * 3;
  }

  #mayTake(held: number, kept: number): boolean {
    if (held >= FAIR_SHARE) return false;
    const { free } = this;
    if (free <= this.reserve) this.#lack(free === 0 ? EXHAUSTED : SHORT);
    return free > kept;
  }

  #lack(shortage: Shortage): void {
    if (shortage > this.shortage) this.shortage = shortage;
  }

  #grow(): void {
    const count = Math.min(SLAB_BLOCKS, this.#unallocated);
    if (count === 0) return;
    this.#unallocated -= count;
    const { bytes, address } = this.#allocate(count * BLOCK_SIZE);
    // The first of the slab is the last on the list, so it is taken first.
    for (let at = (count - 1) * BLOCK_SIZE; at >= 0; at -= BLOCK_SIZE) {
      this.#free.push({ bytes: bytes.subarray(at, at + BLOCK_SIZE), address: address + at });
    }
  }
}

const SLAB_BLOCKS = 16;
const FAIR_SHARE = 2;
