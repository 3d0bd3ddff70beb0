import type { Copy, Located } from '@atoll/bytes/fast';
import { plainCopy } from '@atoll/bytes/fast';
import type { Block, BlockPool } from './blocks.ts';
import { BLOCK_BITS, BLOCK_MASK, BLOCK_SIZE } from './blocks.ts';
import { SequenceRanges } from './ranges.ts';

/** What `insert` answers, added up: `next` moved, */
export const IN_ORDER = 0x01;
/** bytes behind a gap were kept, */
export const OUT_OF_ORDER = 0x02;
/** some or all of the bytes were here before, */
export const DUPLICATE = 0x04;
/** some or all were lost for want of room, */
export const DROPPED = 0x08;
/** the bytes in order closed all or part of a gap (RFC 5681 section 4.2: to be acknowledged at once). */
export const FILLED_GAP = 0x10;

/**
 * Puts what arrives in order, and keeps it until the application takes it.
 *
 * For a segment that is exactly what was expected while nothing waits: `lend` it, let the application
 * `peek` and `consume`, then `settle`. For all others `insert`, then `peek` and `consume` at any time.
 * After either, `next` is what to acknowledge and `sacks` what else to report.
 *
 * Bytes are never forgotten once they are in order and `settle` or `insert` returned. Bytes behind a gap are,
 * when memory for bytes in order cannot be had otherwise (RFC 2018 section 8).
 */
export class ReceiveBuffer {
  /** The sequence number that is expected (RCV.NXT); the owner adds one for a FIN. */
  next = 0;
  /** Bytes in order that wait for the application. To be read only, like `buffered`. */
  available = 0;
  /** All bytes that are here, in order or not. */
  buffered = 0;
  /** How many bytes may be here. May be raised, and never lowered: the peer was told. */
  limit: number;
  readonly pool: BlockPool;
  readonly #wire: Copy;
  /** From the first byte that was not consumed on; gaps may leave blocks out, but not the last one. */
  readonly #blocks: (Block | undefined)[] = [];
  /** Where that byte is in the first block. */
  #head = 0;
  readonly #ranges = new SequenceRanges();
  #lent: Located | undefined;
  #lentStart = 0;
  /** The latest duplicate, to be reported once (RFC 2883 section 4), when the end is behind the start. */
  #duplicateStart = 0;
  #duplicateEnd = 0;

  constructor(pool: BlockPool, limit: number, wire: Copy = plainCopy) {
    this.pool = pool;
    this.limit = limit;
    this.#wire = wire;
  }

  /** How many ranges there are behind gaps. */
  get gaps(): number {
    return this.#ranges.count;
  }

  /** Whether something behind a gap is at `sequence` or behind that. */
  holdsFrom(sequence: number): boolean {
    return this.#ranges.count > 0 && ((this.#ranges.end - sequence) | 0) > 0;
  }

  /** Forgets what is behind a gap and at `sequence` or behind that. */
  cut(sequence: number): void {
    this.#ranges.cut(sequence);
    this.buffered = this.available + this.#ranges.bytes;
  }

  /** Forgets everything and expects `sequence` next. */
  reset(sequence: number): void {
    this.release();
    this.next = sequence >>> 0;
  }

  /**
   * Takes the payload in `[start, end)` of `region`, whose first byte is number `sequence`. It may begin
   * before `next` and end behind what `limit` allows. Answers what became of it, see {@link IN_ORDER}.
   */
  insert(region: Located, start: number, end: number, sequence: number): number {
    if (this.#lent !== undefined) this.settle();
    let length = end - start;
    if (length <= 0) return 0;
    let from = start;
    let ahead = (sequence - this.next) | 0;
    let flags = 0;
    if (ahead < 0) {
      const old = Math.min(-ahead, length);
      this.#noteDuplicate(sequence, (sequence + old) >>> 0);
      flags = DUPLICATE;
      if (old === length) return flags;
      from += old;
      length -= old;
      ahead = 0;
    }
    const room = this.limit - this.available - ahead;
    if (length > room) {
      flags |= DROPPED;
      if (room <= 0) return flags;
      length = room;
    }
    if (ahead > 0) return this.#insertBehindGap(region, from, length, ahead, flags);
    if (this.#ranges.count > 0) return this.#insertIntoGap(region, from, length, flags);
    const stored = this.#store(region, from, this.available, length, true);
    if (stored < length) flags |= DROPPED;
    if (stored === 0) return flags;
    this.#extend(stored);
    return flags | IN_ORDER;
  }

  /**
   * Shows the payload in `[start, end)` of `region`, whose first byte is number `sequence`, where it is.
   * Answers false, and nothing happened, unless nothing else is here and it is exactly what is expected.
   */
  lend(region: Located, start: number, end: number, sequence: number): boolean {
    const length = end - start;
    if (this.buffered > 0 || sequence !== this.next || length <= 0 || length > this.limit)
      return false;
    this.#lent = region;
    this.#lentStart = start;
    this.#extend(length);
    return true;
  }

  /**
   * Copies what was lent and not consumed. Answers how many bytes there was no memory for: they did not
   * arrive, and `next` goes back.
   */
  settle(): number {
    const region = this.#lent;
    if (region === undefined) return 0;
    this.#lent = undefined;
    const left = this.available;
    if (left === 0) return 0;
    this.available = 0;
    const stored = this.#store(region, this.#lentStart, 0, left, true);
    this.available = stored;
    this.buffered = stored;
    this.next = (this.next - (left - stored)) >>> 0;
    return left - stored;
  }

  /**
   * Writes the blocks to report to `into`, start and end of each, `most` of them or fewer; answers how
   * many. First a duplicate, once, then the range that the latest segment is part of (RFC 2018, RFC 2883).
   */
  sacks(into: Uint32Array, most: number): number {
    let written = 0;
    if (this.#duplicateStart !== this.#duplicateEnd && most > 0) {
      into[0] = this.#duplicateStart;
      into[1] = this.#duplicateEnd;
      this.#duplicateEnd = this.#duplicateStart;
      written = 1;
    }
    if (this.#ranges.count === 0) return written;
    return written + this.#ranges.write(into, written * 2, most - written);
  }

  /** Bytes in order, not always all; valid until the next call of anything else here. */
  peek(): Uint8Array {
    if (this.available === 0) return NO_BYTES;
    const region = this.#lent;
    if (region !== undefined) {
      return region.bytes.subarray(this.#lentStart, this.#lentStart + this.available);
    }
    const end = Math.min(BLOCK_SIZE, this.#head + this.available);
    return (this.#blocks[0] as Block).bytes.subarray(this.#head, end);
  }

  /** Drops the first `count` bytes in order. */
  consume(count: number): void {
    if (count < 0 || count > this.available) throw new RangeError(`cannot consume ${count} bytes`);
    this.available -= count;
    this.buffered -= count;
    if (this.#lent !== undefined) this.#lentStart += count;
    else if (this.buffered === 0) this.#giveBlocks();
    else this.#moveHead(count);
  }

  /** Drops everything and gives the memory back. */
  release(): void {
    this.#lent = undefined;
    this.available = 0;
    this.buffered = 0;
    this.#duplicateEnd = this.#duplicateStart;
    this.#ranges.clear();
    this.#giveBlocks();
  }

  /** In order, with something behind a gap. */
  #insertIntoGap(region: Located, start: number, length: number, flags: number): number {
    const ranges = this.#ranges;
    const end = (this.next + length) >>> 0;
    if (ranges.overlap(this.next, end)) {
      if ((flags & DUPLICATE) === 0) this.#noteDuplicate(ranges.overlapStart, ranges.overlapEnd);
      flags |= DUPLICATE;
    }
    const stored = this.#store(region, start, this.available, length, true);
    if (stored < length) flags |= DROPPED;
    if (stored === 0) return flags;
    const { next } = this;
    const reached = ranges.advance((next + stored) >>> 0);
    this.next = reached;
    this.available += (reached - next) >>> 0;
    this.buffered = this.available + ranges.bytes;
    return flags | IN_ORDER | FILLED_GAP;
  }

  #insertBehindGap(
    region: Located,
    start: number,
    length: number,
    ahead: number,
    flags: number,
  ): number {
    const ranges = this.#ranges;
    const sequence = (this.next + ahead) >>> 0;
    const end = (sequence + length) >>> 0;
    if (ranges.overlap(sequence, end)) {
      this.#noteDuplicate(ranges.overlapStart, ranges.overlapEnd);
      flags |= DUPLICATE;
      if (ranges.overlapStart === sequence && ranges.overlapEnd === end) {
        // Nothing new, but the range is now the latest.
        ranges.add(sequence, end);
        return flags;
      }
    }
    if (!ranges.takes(sequence, end)) return flags | DROPPED;
    const stored = this.#store(region, start, this.available + ahead, length, false);
    if (stored < length) flags |= DROPPED;
    if (stored === 0) return flags;
    ranges.add(sequence, (sequence + stored) >>> 0);
    this.buffered = this.available + ranges.bytes;
    return flags | OUT_OF_ORDER;
  }

  #extend(count: number): void {
    this.next = (this.next + count) >>> 0;
    this.available += count;
    this.buffered += count;
  }

  #noteDuplicate(start: number, end: number): void {
    this.#duplicateStart = start;
    this.#duplicateEnd = end;
  }

  /** Copies to `offset` behind the first byte that was not consumed; answers how many had room. */
  #store(
    region: Located,
    start: number,
    offset: number,
    length: number,
    isInOrder: boolean,
  ): number {
    let at = this.#head + offset;
    let from = start;
    const end = start + length;
    while (from < end) {
      const index = at >>> BLOCK_BITS;
      const block = this.#blocks[index] ?? this.#takeBlock(index, isInOrder);
      if (block === undefined) break;
      const within = at & BLOCK_MASK;
      const piece = Math.min(end - from, BLOCK_SIZE - within);
      this.#wire.copy(region, from, block, within, piece);
      from += piece;
      at += piece;
    }
    return from - start;
  }

  #takeBlock(index: number, isInOrder: boolean): Block | undefined {
    const { pool } = this;
    const mayTake = isInOrder || !pool.isTight;
    let block = mayTake ? pool.take(this.#blocks.length, pool.reserve) : undefined;
    if (block === undefined && isInOrder) block = this.#renege(index);
    if (block === undefined) return undefined;
    while (this.#blocks.length < index) this.#blocks.push(undefined);
    this.#blocks[index] = block;
    return block;
  }

  /** Forgets the bytes behind gaps in the last block, if that is behind block `index`, for its memory. */
  #renege(index: number): Block | undefined {
    const last = this.#blocks.length - 1;
    if (last <= index) return undefined;
    const block = this.#blocks.pop();
    const kept = last * BLOCK_SIZE - this.#head - this.available;
    this.#ranges.cut((this.next + kept) >>> 0);
    this.buffered = this.available + this.#ranges.bytes;
    while (this.#blocks.length > 0 && this.#blocks[this.#blocks.length - 1] === undefined) {
      this.#blocks.pop();
    }
    return block;
  }

  #moveHead(count: number): void {
    this.#head += count;
    while (this.#head >= BLOCK_SIZE) {
      this.#head -= BLOCK_SIZE;
      const block = this.#blocks.shift();
      if (block !== undefined) this.pool.give(block);
    }
  }

  #giveBlocks(): void {
    this.#head = 0;
    while (this.#blocks.length > 0) {
      const block = this.#blocks.pop();
      if (block !== undefined) this.pool.give(block);
    }
  }
}

const NO_BYTES = new Uint8Array(0);
