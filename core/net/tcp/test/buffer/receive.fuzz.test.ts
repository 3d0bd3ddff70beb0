import { Random } from '@atoll/sim/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DROPPED, IN_ORDER, OUT_OF_ORDER, ReceiveBuffer } from '../../src/buffer/receive.ts';
import { framed, MARGIN, pool, stream, streamByte } from './stream.ts';

const INPUTS = Number(process.env.ATOLL_FUZZ ?? 5000);
const LIMIT = 12_000;

/** What a receive buffer shall be, with a flag for each byte of the stream. */
class Model {
  readonly held = new Set<number>();
  /** How much of the stream the application took, and how much is in order. */
  taken = 0;
  next = 0;

  /** Answers the duplicate to be reported. */
  insert(start: number, end: number): [number, number] | undefined {
    const duplicate =
      start < this.next ? [start, Math.min(end, this.next)] : this.overlap(start, end);
    const from = Math.max(start, this.next);
    const to = Math.min(end, this.taken + LIMIT);
    const isOneMore = from > this.next && !this.#touches(from, to) && this.ranges().length === 64;
    if (!isOneMore) for (let at = from; at < to; at++) this.held.add(at);
    while (this.held.delete(this.next)) this.next++;
    return duplicate as [number, number] | undefined;
  }

  overlap(start: number, end: number): number[] | undefined {
    let from = start;
    const stop = Math.min(end, this.taken + LIMIT);
    while (from < stop && !this.held.has(from)) from++;
    if (from >= stop) return undefined;
    let to = from;
    while (to < stop && this.held.has(to)) to++;
    return [from, to];
  }

  ranges(): [number, number][] {
    const result: [number, number][] = [];
    for (const at of [...this.held].sort((a, b) => a - b)) {
      const last = result.at(-1);
      if (last !== undefined && last[1] === at) last[1]++;
      else result.push([at, at + 1]);
    }
    return result;
  }

  #touches(start: number, end: number): boolean {
    for (let at = start - 1; at <= end; at++) if (this.held.has(at)) return true;
    return false;
  }
}

const step = fc.oneof(
  // Near what is expected, or anywhere in the window and somewhat beyond.
  fc.record({
    kind: fc.constant('arrive' as const),
    at: fc.oneof(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -2000, max: LIMIT + 100 })),
    length: fc.oneof(fc.nat(20), fc.nat(1500), fc.nat(9000)),
  }),
  fc.record({ kind: fc.constant('consume' as const), at: fc.nat(100), length: fc.nat(100) }),
  fc.record({ kind: fc.constant('lend' as const), at: fc.nat(2000), length: fc.nat(1500) }),
);

const initial = fc.oneof(fc.nat(0xffff_ffff), fc.integer({ min: 0xffff_d000, max: 0xffff_ffff }));

describe('ReceiveBuffer', () => {
  it('is what the model is, whatever arrives in whatever order', () => {
    fc.assert(
      fc.property(initial, fc.array(step, { maxLength: 40 }), (first, steps) => {
        const memory = pool(16);
        const buffer = new ReceiveBuffer(memory, LIMIT);
        const model = new Model();
        buffer.reset(first);
        const words = new Uint32Array(8);
        const position = (sequence: number) => model.next + ((sequence - buffer.next) | 0);
        for (const { kind, at, length } of steps) {
          let duplicate: [number, number] | undefined;
          let arrived = -1;
          if (kind === 'arrive') {
            const start = Math.max(model.next + at, 0);
            const end = start + length;
            const sequence = (first + start) >>> 0;
            buffer.insert(framed(start, end), MARGIN, MARGIN + length, sequence);
            if (length > 0) duplicate = model.insert(start, end);
            if (length > 0 && model.held.has(start)) arrived = start;
          } else if (kind === 'consume') {
            const count = Math.floor((buffer.available * at) / 100);
            take(buffer, model, count);
          } else {
            const start = model.next;
            const region = framed(start, start + length);
            const isLent = buffer.lend(region, MARGIN, MARGIN + length, (first + start) >>> 0);
            expect(isLent).toBe(length > 0 && model.next === model.taken && model.held.size === 0);
            if (isLent) {
              model.insert(start, start + length);
              take(buffer, model, Math.min(length, at));
              expect(buffer.settle()).toBe(0);
              region.bytes.fill(0);
            }
          }
          const ranges = model.ranges();
          expect(buffer.next).toBe((first + model.next) >>> 0);
          expect(buffer.available).toBe(model.next - model.taken);
          expect(buffer.buffered).toBe(buffer.available + model.held.size);
          expect(buffer.buffered).toBeLessThanOrEqual(LIMIT);
          expect(memory.used).toBeLessThan(LIMIT + 2 * 4096);
          expect(buffer.gaps).toBe(ranges.length);
          const count = buffer.sacks(words, 4);
          const sacks = Array.from({ length: count }, (_, block) => [
            position(words[block * 2]),
            position(words[block * 2 + 1]),
          ]);
          if (duplicate !== undefined) expect(sacks.shift()).toEqual(duplicate);
          expect(sacks).toHaveLength(Math.min(duplicate === undefined ? 4 : 3, ranges.length));
          expect(new Set(sacks.map(String)).size).toBe(sacks.length);
          for (const block of sacks) expect(ranges).toContainEqual(block);
          if (arrived >= 0) {
            expect(sacks[0][0]).toBeLessThanOrEqual(arrived);
            expect(sacks[0][1]).toBeGreaterThan(arrived);
          }
        }
        take(buffer, model, buffer.available);
      }),
      { numRuns: Math.max(100, INPUTS / 20) },
    );
  });

  it('gives every byte once and in order, however little memory many of them share', () => {
    const random = new Random(0xb0f);
    const memory = pool(12);
    const streams = Array.from({ length: 4 }, () => {
      const first = random.below(2 ** 32);
      const buffer = new ReceiveBuffer(memory, 20_000);
      buffer.reset(first);
      return { first, buffer, taken: 0 };
    });
    for (let input = 0; input < INPUTS; input++) {
      const one = random.pick(streams);
      const { buffer, first } = one;
      const next = one.taken + buffer.available;
      if (random.chance(0.6)) {
        const start = Math.max(0, next + (random.chance(0.5) ? 0 : random.below(16_000) - 1000));
        const length = random.below(6000);
        const sequence = (first + start) >>> 0;
        const { buffered } = buffer;
        const flags = buffer.insert(
          framed(start, start + length),
          MARGIN,
          MARGIN + length,
          sequence,
        );
        if ((flags & (IN_ORDER | OUT_OF_ORDER)) === 0) expect(buffer.buffered).toBe(buffered);
        if (start === next && buffer.available === 0 && length > 0) expect(flags).toBe(DROPPED);
      } else if (random.chance(0.9)) {
        const view = buffer.peek();
        const count = random.below(view.length + 1);
        for (let at = 0; at < count; at++) {
          if (view[at] !== streamByte(one.taken + at))
            throw new Error(`wrong byte ${one.taken + at}`);
        }
        buffer.consume(count);
        one.taken += count;
      } else {
        const length = random.below(9000);
        const region = framed(next, next + length);
        if (buffer.lend(region, MARGIN, MARGIN + length, (first + next) >>> 0)) buffer.settle();
      }
      expect(buffer.next).toBe((first + one.taken + buffer.available) >>> 0);
      expect(memory.used).toBeLessThanOrEqual(memory.limit);
    }
    for (const { buffer } of streams) buffer.release();
    expect(memory.used).toBe(0);
    expect(Math.min(...streams.map(({ taken }) => taken))).toBeGreaterThan(INPUTS);
  });

  it('stays whole with any numbers', () => {
    const random = new Random(0xbad);
    const memory = pool(8);
    const buffer = new ReceiveBuffer(memory, 30_000);
    const region = { bytes: random.bytes(4096), address: 0 };
    const words = new Uint32Array(8);
    for (let input = 0; input < INPUTS; input++) {
      if (random.chance(0.01)) buffer.reset(random.below(2 ** 32));
      const start = random.below(4096);
      const end = random.below(4097);
      const sequence = random.chance(0.5)
        ? random.below(2 ** 32)
        : (buffer.next + random.below(40_000) - 5000) >>> 0;
      if (random.chance(0.1)) buffer.lend(region, start, end, sequence);
      else buffer.insert(region, start, end, sequence);
      if (random.chance(0.3)) buffer.consume(random.below(buffer.peek().length + 1));
      const count = buffer.sacks(words, random.below(5));
      expect(count).toBeLessThanOrEqual(4);
      expect(buffer.available).toBeLessThanOrEqual(buffer.buffered);
      expect(buffer.buffered).toBeLessThanOrEqual(30_000);
      expect(buffer.gaps).toBeLessThanOrEqual(64);
      expect(memory.used).toBeLessThanOrEqual(memory.limit);
    }
    buffer.release();
    expect(memory.used).toBe(0);
  });
});

/** The application takes `count` bytes, which have to be the next ones. */
function take(buffer: ReceiveBuffer, model: Model, count: number): void {
  for (let left = count; left > 0; ) {
    const view = buffer.peek();
    const piece = Math.min(left, view.length);
    expect(piece).toBeGreaterThan(0);
    expect(view.slice(0, piece)).toEqual(stream(model.taken, model.taken + piece));
    buffer.consume(piece);
    model.taken += piece;
    left -= piece;
  }
}
