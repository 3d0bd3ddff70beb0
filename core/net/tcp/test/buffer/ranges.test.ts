import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOST_RANGES, SequenceRanges } from '../../src/buffer/ranges.ts';

/** What `write` reports, as pairs. */
function reported(ranges: SequenceRanges, most = 4): [number, number][] {
  const words = new Uint32Array(2 + most * 2);
  const count = ranges.write(words, 2, most);
  return Array.from({ length: count }, (_, at) => [words[2 + at * 2], words[3 + at * 2]]);
}

function of(...pairs: [number, number][]): SequenceRanges {
  const ranges = new SequenceRanges();
  for (const [start, end] of pairs) ranges.add(start, end);
  return ranges;
}

describe('SequenceRanges', () => {
  it('joins what touches or overlaps', () => {
    expect(reported(of([10, 20], [20, 30]))).toEqual([[10, 30]]);
    expect(reported(of([20, 30], [10, 20]))).toEqual([[10, 30]]);
    expect(reported(of([10, 20], [30, 40], [50, 60], [15, 50]))).toEqual([[10, 60]]);
    expect(of([10, 20], [30, 40], [15, 35])).toMatchObject({ count: 1, bytes: 30 });
  });

  it('reports the range that changed last first, then those before it', () => {
    expect(reported(of([10, 20], [30, 40], [50, 60]))).toEqual([
      [50, 60],
      [30, 40],
      [10, 20],
    ]);
    expect(reported(of([10, 20], [30, 40], [50, 60], [12, 14]))).toEqual([
      [10, 20],
      [50, 60],
      [30, 40],
    ]);
  });

  it('fills up with the highest when those that changed last were joined', () => {
    const ranges = of([10, 20], [30, 40], [50, 60], [70, 80], [90, 100], [110, 120]);
    ranges.add(60, 110);
    expect(reported(ranges)).toEqual([
      [50, 120],
      [30, 40],
      [10, 20],
    ]);
    expect(reported(ranges, 2)).toHaveLength(2);
  });

  it('takes no more than it may, but lets those it has grow', () => {
    const ranges = new SequenceRanges();
    for (let index = 0; index < MOST_RANGES; index++) ranges.add(index * 10, index * 10 + 5);
    expect(ranges.takes(645, 650)).toBe(false);
    expect(ranges.add(645, 650)).toBe(false);
    expect(ranges.takes(635, 640)).toBe(true);
    expect(ranges.add(635, 640)).toBe(true);
    expect(ranges).toMatchObject({ count: 64, bytes: 64 * 5 + 5 });
    expect(ranges.takes(12, 22)).toBe(true);
    expect(ranges.add(12, 22)).toBe(true);
    expect(ranges.count).toBe(63);
  });

  it('is a set of numbers, around the end of the number space as well', () => {
    const step = fc.record({
      kind: fc.constantFrom('add', 'add', 'add', 'advance', 'cut', 'overlap'),
      at: fc.nat(400),
      length: fc.integer({ min: 1, max: 30 }),
    });
    const first = fc.oneof(fc.nat(0xffff_ffff), fc.constant(0xffff_ff60));
    fc.assert(
      fc.property(first, fc.array(step, { maxLength: 80 }), (base, steps) => {
        const ranges = new SequenceRanges();
        const held = new Set<number>();
        const at = (offset: number) => (base + offset) >>> 0;
        let low = 0;
        let latest = -1;
        for (const { kind, at: position, length } of steps) {
          const start = Math.max(position, low + 1);
          const end = start + length;
          if (kind === 'add' && ranges.takes(at(start), at(end))) {
            ranges.add(at(start), at(end));
            for (let offset = start; offset < end; offset++) held.add(offset);
            latest = start;
          } else if (kind === 'advance' && position < low + 60) {
            low = Math.max(low, position);
            const reached = (ranges.advance(at(low)) - base) >>> 0;
            for (const offset of held) if (offset < low) held.delete(offset);
            while (held.delete(low)) low++;
            expect(reached).toBe(low);
          } else if (kind === 'cut') {
            ranges.cut(at(start));
            for (const offset of held) if (offset >= start) held.delete(offset);
          } else {
            const found = ranges.overlap(at(start), at(end));
            let from = start;
            while (from < end && !held.has(from)) from++;
            expect(found).toBe(from < end);
            if (found) {
              let to = from;
              while (to < end && held.has(to)) to++;
              expect([ranges.overlapStart, ranges.overlapEnd]).toEqual([at(from), at(to)]);
            }
          }
          const expected = pieces(held).map(([from, to]) => [at(from), at(to)]);
          const all = reported(ranges, MOST_RANGES);
          expect(ranges.count).toBe(expected.length);
          expect(ranges.bytes).toBe(held.size);
          expect(new Set(all.map(String))).toEqual(new Set(expected.map(String)));
          expect(all).toHaveLength(expected.length);
          if (kind === 'add' && held.has(latest)) {
            const offset = (sequence: number) => (sequence - base) >>> 0;
            expect(offset(all[0][0])).toBeLessThanOrEqual(latest);
            expect(offset(all[0][1])).toBeGreaterThan(latest);
          }
        }
      }),
    );
  });
});

/** `numbers` as ranges, sorted. */
function pieces(numbers: ReadonlySet<number>): [number, number][] {
  const result: [number, number][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = result.at(-1);
    if (last !== undefined && last[1] === number) last[1]++;
    else result.push([number, number + 1]);
  }
  return result;
}
