import type { FastPaths } from '@atoll/device/fast';
import { Random } from '@atoll/sim/random';
import { FastSegmenter, fastWire } from '@atoll/tcp/fast';
import { emptyHeader, emptySegment } from '@atoll/tcp/packet';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeFastPaths } from '../src/fast.ts';
import { compareCutting, compareJoining } from './tcp/compare-frames.ts';
import { compareWholeFrames } from './tcp/compare-whole-frames.ts';
import { compareCopies, compareWires } from './tcp/compare-wire.ts';

const ROUNDS = Number(process.env.ATOLL_FUZZ ?? 5000);

/** The same runs inside an image: `in-image/tcp.ts`. */
describe('the fast paths of TCP', () => {
  let fast: FastPaths;
  beforeAll(async () => {
    fast = await nodeFastPaths(['bytes', 'tcp']);
  });

  it('write and read segments as the reference does', () => {
    compareWires(fast, new Random(793), ROUNDS);
  });

  it('read whole frames as the layers do', () => {
    compareWholeFrames(fast, new Random(1122), ROUNDS);
  });

  it('copy as the reference does', () => {
    compareCopies(fast, new Random(81), ROUNDS);
  });

  it('cut segments as the reference does', () => {
    compareCutting(fast, new Random(82), ROUNDS);
  });

  it('join segments as the reference does', () => {
    compareJoining(fast, new Random(83), ROUNDS);
  });

  it('touch nothing outside of their regions', () => {
    const wire = fastWire(fast);
    const region = fast.allocate(64);
    const segment = emptySegment();
    const header = emptyHeader();
    const wrong = [() => wire.parse(region, -1, 40, 0, segment)];
    wrong.push(() => wire.parse(region, 0, 65, 0, segment));
    wrong.push(() => wire.parse(region, 40, 39, 0, segment));
    for (const action of wrong) expect(action).toThrow(RangeError);
    const emit = (start: number, payloadStart: number, length: number) => () =>
      wire.emit(region, start, header, 0, false, region, payloadStart, length);
    for (const action of [emit(-1, 0, 0), emit(45, 0, 0), emit(65, 0, 0), emit(0, 0, 45)]) {
      expect(action).toThrow(RangeError);
    }
    for (const action of [emit(0, -1, 2), emit(0, 60, 5), emit(0, 0, -1)]) {
      expect(action).toThrow(RangeError);
    }
    expect(emit(44, 0, 0)()).toBe(20);
  });

  it('answer that there is nothing to cut before they began', () => {
    const into = { ...fast.allocate(64), length: 0, segmentSize: 0 };
    const frame = { ...into, checksumStart: 0, checksumOffset: 0, isChecked: false };
    expect(new FastSegmenter(fast).next(frame)).toBe(false);
  });
});
