import { describe, expect, it } from 'vitest';
import type { BlockPool } from '../../src/buffer/blocks.ts';
import {
  DROPPED,
  DUPLICATE,
  FILLED_GAP,
  IN_ORDER,
  OUT_OF_ORDER,
  ReceiveBuffer,
} from '../../src/buffer/receive.ts';
import { framed, MARGIN, pool, stream } from './stream.ts';

/** A buffer that expects byte 0 of the stream as sequence number `first`. */
class Receiver {
  readonly buffer: ReceiveBuffer;
  readonly first: number;

  constructor({ first = 0, limit = 65_536, memory = pool(64) as BlockPool } = {}) {
    this.first = first;
    this.buffer = new ReceiveBuffer(memory, limit);
    this.buffer.reset(first);
  }

  /** The bytes `[start, end)` of the stream arrive. */
  arrive(start: number, end: number): number {
    const region = framed(start, end);
    const sequence = (this.first + start) >>> 0;
    return this.buffer.insert(region, MARGIN, MARGIN + end - start, sequence);
  }

  lend(start: number, end: number): boolean {
    const sequence = (this.first + start) >>> 0;
    return this.buffer.lend(framed(start, end), MARGIN, MARGIN + end - start, sequence);
  }

  sacks(most = 4): [number, number][] {
    const words = new Uint32Array(8);
    const count = this.buffer.sacks(words, most);
    return Array.from({ length: count }, (_, at) => [
      (words[at * 2] - this.first) | 0,
      (words[at * 2 + 1] - this.first) | 0,
    ]);
  }

  /** Takes everything that is in order. */
  take(): Uint8Array {
    const taken: number[] = [];
    for (let view = this.buffer.peek(); view.length > 0; view = this.buffer.peek()) {
      taken.push(...view);
      this.buffer.consume(view.length);
    }
    return Uint8Array.from(taken);
  }
}

describe('ReceiveBuffer', () => {
  it('gives bytes in order to the application', () => {
    const receiver = new Receiver();
    expect(receiver.arrive(0, 1460)).toBe(IN_ORDER);
    expect(receiver.arrive(1460, 10_000)).toBe(IN_ORDER);
    expect(receiver.buffer).toMatchObject({ next: 10_000, available: 10_000, buffered: 10_000 });
    expect(receiver.take()).toEqual(stream(0, 10_000));
    expect(receiver.sacks()).toEqual([]);
  });

  it('keeps what is behind a gap until that is filled', () => {
    const receiver = new Receiver({ first: 0xffff_fff0 });
    expect(receiver.arrive(10, 20)).toBe(OUT_OF_ORDER);
    expect(receiver.arrive(30, 40)).toBe(OUT_OF_ORDER);
    expect(receiver.buffer).toMatchObject({
      next: 0xffff_fff0,
      available: 0,
      buffered: 20,
      gaps: 2,
    });
    expect(receiver.arrive(0, 10)).toBe(IN_ORDER | FILLED_GAP);
    expect(receiver.buffer).toMatchObject({ next: 4, available: 20, buffered: 30, gaps: 1 });
    expect(receiver.arrive(20, 30)).toBe(IN_ORDER | FILLED_GAP);
    expect(receiver.take()).toEqual(stream(0, 40));
  });

  it('holds no memory when it holds no bytes', () => {
    const memory = pool(64);
    const receiver = new Receiver({ memory });
    receiver.arrive(5000, 20_000);
    receiver.arrive(0, 5000);
    receiver.take();
    expect(memory.used).toBe(0);
    receiver.arrive(30_000, 40_000);
    receiver.arrive(20_000, 20_100);
    expect(memory.used).toBeGreaterThan(0);
    receiver.buffer.release();
    expect(memory.used).toBe(0);
    expect(receiver.buffer).toMatchObject({ available: 0, buffered: 0, gaps: 0 });
  });

  it('cuts what is more than its limit, and more than nothing when that is raised', () => {
    const receiver = new Receiver({ limit: 1000 });
    expect(receiver.arrive(0, 1200)).toBe(IN_ORDER | DROPPED);
    expect(receiver.arrive(1000, 1001)).toBe(DROPPED);
    receiver.buffer.consume(300);
    expect(receiver.arrive(1200, 1400)).toBe(OUT_OF_ORDER | DROPPED);
    expect(receiver.sacks()).toEqual([[1200, 1300]]);
    receiver.buffer.limit = 2000;
    expect(receiver.arrive(1000, 2500)).toBe(IN_ORDER | DUPLICATE | FILLED_GAP | DROPPED);
    expect(receiver.take()).toEqual(stream(300, 2300));
  });

  it('does nothing for a segment without payload, and shows nothing when it has nothing', () => {
    const receiver = new Receiver();
    expect(receiver.arrive(10, 10)).toBe(0);
    expect(receiver.buffer.peek()).toHaveLength(0);
    expect(() => receiver.buffer.consume(1)).toThrow(RangeError);
    expect(() => receiver.buffer.consume(-1)).toThrow(RangeError);
  });

  it('keeps at most 64 ranges, and drops what would be one more', () => {
    const receiver = new Receiver();
    for (let range = 1; range <= 64; range++) receiver.arrive(range * 20, range * 20 + 10);
    expect(receiver.arrive(10_000, 10_010)).toBe(DROPPED);
    expect(receiver.arrive(1290, 1300)).toBe(OUT_OF_ORDER);
    expect(receiver.buffer.gaps).toBe(64);
    expect(receiver.arrive(0, 20)).toBe(IN_ORDER | FILLED_GAP);
    expect(receiver.arrive(10_000, 10_010)).toBe(OUT_OF_ORDER);
  });
});

describe('selective acknowledgments', () => {
  /** Example 2 of RFC 2018 section 7: the first of eight segments is lost. */
  it('grow as segments behind a lost one arrive', () => {
    const receiver = new Receiver();
    for (let segment = 1; segment < 8; segment++) {
      receiver.arrive(segment * 500, segment * 500 + 500);
      expect(receiver.sacks()).toEqual([[500, segment * 500 + 500]]);
    }
  });

  /** Example 3 of RFC 2018 section 7: the second, fourth, sixth and eighth are lost. */
  it('report the latest range first, and at most as many as there is room for', () => {
    const receiver = new Receiver({ first: 0xffff_ff00 });
    for (const segment of [0, 2, 4, 6]) receiver.arrive(segment * 500, segment * 500 + 500);
    expect(receiver.sacks()).toEqual([
      [3000, 3500],
      [2000, 2500],
      [1000, 1500],
    ]);
    receiver.arrive(1500, 2000);
    expect(receiver.sacks()).toEqual([
      [1000, 2500],
      [3000, 3500],
    ]);
    expect(receiver.sacks(1)).toEqual([[1000, 2500]]);
    receiver.arrive(500, 1000);
    expect(receiver.sacks()).toEqual([[3000, 3500]]);
  });

  /** RFC 2883 section 4.1.1. */
  it('report a duplicate below what is acknowledged, once', () => {
    const receiver = new Receiver();
    receiver.arrive(0, 4000);
    expect(receiver.arrive(3000, 3500)).toBe(DUPLICATE);
    expect(receiver.sacks()).toEqual([[3000, 3500]]);
    expect(receiver.sacks()).toEqual([]);
  });

  /** RFC 2883 section 4.1.2. */
  it('report a duplicate before the ranges', () => {
    const receiver = new Receiver();
    receiver.arrive(0, 3500);
    receiver.arrive(4500, 5000);
    receiver.sacks();
    receiver.arrive(3000, 3500);
    expect(receiver.sacks()).toEqual([
      [3000, 3500],
      [4500, 5000],
    ]);
    expect(receiver.sacks()).toEqual([[4500, 5000]]);
  });

  /** RFC 2883 section 4.1.3: the range that the duplicate is part of comes second. */
  it('report a duplicate behind a gap, then the range that has it', () => {
    const receiver = new Receiver();
    receiver.arrive(0, 4000);
    receiver.arrive(5000, 6000);
    receiver.arrive(7000, 7500);
    expect(receiver.arrive(5000, 5500)).toBe(DUPLICATE);
    expect(receiver.sacks()).toEqual([
      [5000, 5500],
      [5000, 6000],
      [7000, 7500],
    ]);
  });

  /** RFC 2883 section 4.2.1. */
  it('report the old part of a segment that also has new bytes', () => {
    const receiver = new Receiver();
    receiver.arrive(0, 1000);
    receiver.arrive(1500, 2000);
    expect(receiver.arrive(500, 1500)).toBe(IN_ORDER | FILLED_GAP | DUPLICATE);
    expect(receiver.sacks()).toEqual([[500, 1000]]);
  });

  /** RFC 2883 section 4.2.3. */
  it('report only the first of two duplicates in one segment', () => {
    const receiver = new Receiver();
    receiver.arrive(0, 1000);
    for (const start of [2000, 3000]) receiver.arrive(start, start + 500);
    expect(receiver.arrive(1500, 3500)).toBe(OUT_OF_ORDER | DUPLICATE);
    expect(receiver.sacks()).toEqual([
      [2000, 2500],
      [1500, 3500],
    ]);
  });

  it('of one block give it to the duplicate', () => {
    const receiver = new Receiver();
    receiver.arrive(0, 1000);
    receiver.arrive(2000, 3000);
    receiver.arrive(500, 600);
    expect(receiver.sacks(0)).toEqual([]);
    expect(receiver.sacks(1)).toEqual([[500, 600]]);
    expect(receiver.sacks(1)).toEqual([[2000, 3000]]);
  });
});

describe('lent payload', () => {
  it('is seen where it is and costs no memory when it is consumed', () => {
    const memory = pool(4);
    const receiver = new Receiver({ memory });
    expect(receiver.lend(0, 1460)).toBe(true);
    expect(receiver.buffer).toMatchObject({ next: 1460, available: 1460, buffered: 1460 });
    expect(receiver.buffer.peek()).toEqual(stream(0, 1460));
    receiver.buffer.consume(1460);
    expect(receiver.buffer.settle()).toBe(0);
    expect(memory.used).toBe(0);
    expect(receiver.lend(1460, 2000)).toBe(true);
  });

  it('is copied as far as it was not consumed', () => {
    const receiver = new Receiver({ first: 0xffff_fff0 });
    const region = framed(0, 1460);
    receiver.buffer.lend(region, MARGIN, MARGIN + 1460, 0xffff_fff0);
    receiver.buffer.consume(1000);
    expect(receiver.buffer.peek()).toEqual(stream(1000, 1460));
    expect(receiver.buffer.settle()).toBe(0);
    region.bytes.fill(0);
    expect(receiver.take()).toEqual(stream(1000, 1460));
  });

  it('is refused when it is not what is expected, or something waits already', () => {
    const receiver = new Receiver({ limit: 2000 });
    expect(receiver.lend(1, 10)).toBe(false);
    expect(receiver.lend(0, 2001)).toBe(false);
    expect(receiver.lend(0, 0)).toBe(false);
    receiver.arrive(20, 30);
    expect(receiver.lend(0, 10)).toBe(false);
    receiver.arrive(0, 20);
    expect(receiver.lend(30, 40)).toBe(false);
    expect(receiver.take()).toEqual(stream(0, 30));
    expect(receiver.lend(30, 40)).toBe(true);
  });

  it('did not arrive when there is no memory for what was not consumed', () => {
    const memory = pool(2);
    const receiver = new Receiver({ memory });
    receiver.lend(0, 10_000);
    receiver.buffer.consume(1000);
    expect(receiver.buffer.settle()).toBe(9000 - 2 * 4096);
    expect(receiver.buffer).toMatchObject({ next: 1000 + 2 * 4096, available: 2 * 4096 });
    expect(receiver.take()).toEqual(stream(1000, 1000 + 2 * 4096));
    expect(receiver.arrive(1000 + 2 * 4096, 10_000)).toBe(IN_ORDER);
  });

  it('is settled when the next segment comes before', () => {
    const receiver = new Receiver();
    receiver.lend(0, 100);
    expect(receiver.arrive(100, 200)).toBe(IN_ORDER);
    expect(receiver.take()).toEqual(stream(0, 200));
  });
});

describe('memory that is short', () => {
  it('takes bytes behind a gap only while there is a reserve', () => {
    const memory = pool(8);
    const receiver = new Receiver({ memory });
    expect(receiver.arrive(4096, 8 * 4096)).toBe(OUT_OF_ORDER | DROPPED);
    expect(memory.used).toBe(6 * 4096);
    expect(receiver.sacks()).toEqual([[4096, 7 * 4096]]);
    expect(receiver.arrive(0, 4096)).toBe(IN_ORDER | FILLED_GAP);
    // The reserve is for others, so the last block behind the gap was given up for it.
    expect(memory.used).toBe(6 * 4096);
    expect(receiver.take()).toEqual(stream(0, 6 * 4096));
  });

  it('lends who has next to nothing of its reserve, however much others keep', () => {
    const memory = pool(8);
    const greedy = new Receiver({ memory });
    expect(greedy.arrive(0, 8 * 4096)).toBe(IN_ORDER | DROPPED);
    expect(memory.used).toBe(6 * 4096);
    const other = new Receiver({ memory });
    expect(other.arrive(0, 3 * 4096)).toBe(IN_ORDER | DROPPED);
    expect(other.take()).toEqual(stream(0, 2 * 4096));
  });

  it('gives up the last bytes behind a gap for bytes in order', () => {
    const memory = pool(4);
    const receiver = new Receiver({ memory });
    receiver.arrive(2 * 4096, 2 * 4096 + 4000);
    receiver.arrive(3 * 4096, 3 * 4096 + 100);
    receiver.arrive(3 * 4096 + 200, 4 * 4096 - 1000);
    memory.take();
    expect(receiver.arrive(0, 4096)).toBe(IN_ORDER | FILLED_GAP);
    expect(receiver.sacks()).toEqual([[2 * 4096, 2 * 4096 + 4000]]);
    expect(receiver.arrive(4096, 2 * 4096)).toBe(IN_ORDER | FILLED_GAP);
    expect(receiver.buffer).toMatchObject({ next: 2 * 4096, gaps: 0 });
    expect(receiver.sacks()).toEqual([]);
    expect(receiver.take()).toEqual(stream(0, 2 * 4096));
  });

  it('finds what else it can give up beyond blocks that it never had', () => {
    const memory = pool(8);
    const receiver = new Receiver({ memory });
    receiver.arrive(2 * 4096, 2 * 4096 + 10);
    receiver.arrive(9 * 4096, 9 * 4096 + 10);
    while (memory.take() !== undefined);
    expect(receiver.arrive(0, 4096)).toBe(IN_ORDER | FILLED_GAP);
    expect(receiver.sacks()).toEqual([[2 * 4096, 2 * 4096 + 10]]);
    expect(receiver.arrive(4096, 2 * 4096)).toBe(IN_ORDER | FILLED_GAP);
    expect(receiver.arrive(2 * 4096, 2 * 4096 + 1)).toBe(DROPPED);
    expect(receiver.take()).toEqual(stream(0, 2 * 4096));
  });

  it('cuts a range that is given up in part', () => {
    const memory = pool(4);
    const receiver = new Receiver({ memory });
    receiver.arrive(4096 + 10, 3 * 4096 + 10);
    memory.take();
    expect(receiver.arrive(0, 100)).toBe(IN_ORDER | FILLED_GAP);
    expect(receiver.sacks()).toEqual([[4096 + 10, 3 * 4096]]);
    expect(receiver.buffer.buffered).toBe(100 + 2 * 4096 - 10);
    expect(receiver.arrive(100, 3 * 4096)).toBe(IN_ORDER | FILLED_GAP | DUPLICATE);
    expect(receiver.take()).toEqual(stream(0, 3 * 4096));
  });

  it('is no reason to forget bytes in order', () => {
    const memory = pool(2);
    const receiver = new Receiver({ memory });
    expect(receiver.arrive(0, 10_000)).toBe(IN_ORDER | DROPPED);
    expect(receiver.arrive(2 * 4096, 10_000)).toBe(DROPPED);
    expect(receiver.take()).toEqual(stream(0, 2 * 4096));
    expect(receiver.arrive(2 * 4096, 10_000)).toBe(IN_ORDER);
  });
});
