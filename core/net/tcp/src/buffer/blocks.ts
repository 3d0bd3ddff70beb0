import type { Region } from '@atoll/device/fast';
import type { Allocate } from '@atoll/device/frame';

export const BLOCK_SIZE = 4096;
/** An offset has its block above these bits, and its place in the block in them. */
export const BLOCK_BITS = 12;
export const BLOCK_MASK = BLOCK_SIZE - 1;

/** Sixteen blocks in one piece. */
export const LARGE_BLOCK_SIZE = 16 * BLOCK_SIZE;

/** `BLOCK_SIZE` bytes of what one connection sends or receives, or `LARGE_BLOCK_SIZE`. */
export interface Block extends Region {
  /** What a small one is cut from. */
  readonly slab: Slab | undefined;
}

/** A large block that was cut into small ones. */
interface Slab {
  readonly whole: Block;
  /** How many of them are lent. */
  lent: number;
}

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
  /**
   * How many bytes each of those who send may keep, so that there are large blocks for all of them: who has to write
   * in small pieces, because others came first, makes the interpreter work many times as much. To be read only.
   */
  sendShare: number;
  #senders = 0;
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
  /** Small blocks. */
  #free: Block[] = [];
  readonly #freeLarge: Block[] = [];
  /** How many slabs there are whose small blocks have all come back. */
  #rejoinable = 0;
  #unallocated: number;

  /** Asks `allocate` for large blocks, and never for more than `limitBytes` in all. */
  constructor(allocate: Allocate, limitBytes: number) {
    if (!(limitBytes >= BLOCK_SIZE))
      throw new RangeError(`${limitBytes} bytes for all connections`);
    this.#allocate = allocate;
    this.#unallocated = Math.floor(limitBytes / BLOCK_SIZE);
    this.limit = this.#unallocated * BLOCK_SIZE;
    this.reserve = this.#unallocated >>> 4;
    this.sendShare = this.limit;
  }

  /** How many connections have something to send. To be changed by them only. */
  get senders(): number {
    return this.#senders;
  }
  set senders(count: number) {
    this.#senders = count;
    const blocks = Math.floor(this.limit / (SEND_PART * BLOCK_SIZE * count));
    this.sendShare = count < 2 ? this.limit : Math.max(blocks, FAIR_SHARE) * BLOCK_SIZE;
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
    if ((block.slab as Slab).lent++ === 0) this.#rejoinable--;
    this.#count(BLOCK_SIZE);
    return block;
  }

  /**
   * Lends a large block to somebody who has so much to send: the interpreter has the same work with it as
   * with a small one. Only while half of the memory is left; `undefined` otherwise, and when all that is free
   * is in pieces.
   */
  takeLarge(): Block | undefined {
    if ((this.used + LARGE_BLOCK_SIZE) * 2 > this.limit) return undefined;
    const block = this.#freeLarge.pop() ?? this.#allocateLarge() ?? this.#rejoin();
    if (block !== undefined) this.#count(LARGE_BLOCK_SIZE);
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
    const { slab } = block;
    if (slab === undefined) this.#freeLarge.push(block);
    else {
      this.#free.push(block);
      if (--slab.lent === 0) this.#rejoinable++;
    }
    this.#count(-block.bytes.length);
  }

  #count(bytes: number): void {
    this.used += bytes;
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

  #allocateLarge(): Block | undefined {
    if (this.#unallocated < SLAB_BLOCKS) return undefined;
    this.#unallocated -= SLAB_BLOCKS;
    return { ...this.#allocate(LARGE_BLOCK_SIZE), slab: undefined };
  }

  /** Gets small blocks, if that can be. */
  #grow(): void {
    const whole = this.#freeLarge.pop() ?? this.#allocateLarge() ?? this.#allocateRest();
    if (whole === undefined) return;
    const { bytes, address } = whole;
    // The rest is never lent as a whole.
    const isLarge = bytes.length === LARGE_BLOCK_SIZE;
    const slab = { whole, lent: isLarge ? 0 : 1 };
    if (isLarge) this.#rejoinable++;
    // The first of the slab is the last on the list, so it is taken first.
    for (let at = bytes.length - BLOCK_SIZE; at >= 0; at -= BLOCK_SIZE) {
      this.#free.push({ bytes: bytes.subarray(at, at + BLOCK_SIZE), address: address + at, slab });
    }
  }

  /** What the limit leaves that is less than a large block. */
  #allocateRest(): Block | undefined {
    const count = this.#unallocated;
    this.#unallocated = 0;
    if (count === 0) return undefined;
    return { ...this.#allocate(count * BLOCK_SIZE), slab: undefined };
  }

  /** Makes a large block of small ones that all came back. */
  #rejoin(): Block | undefined {
    if (this.#rejoinable === 0) return undefined;
    const slab = this.#free.find((block) => block.slab?.lent === 0)?.slab;
    this.#free = this.#free.filter((block) => block.slab !== slab);
    this.#rejoinable--;
    return slab?.whole;
  }
}

const SLAB_BLOCKS = 16;
const FAIR_SHARE = 2;

/** Half of the memory is for what several send: that is how much large blocks may take. */
const SEND_PART = 2;
