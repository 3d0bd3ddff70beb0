import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  FRAME_HEADER_LENGTH,
  FRAME_OFFSET,
  headedFrame,
  readFrameHeader,
} from '../src/frame-header.ts';
import { LARGE_FRAME_CAPACITY } from '../src/network.ts';

const INPUTS = Number(process.env.ATOLL_FUZZ ?? 20_000);

const size = FRAME_OFFSET + LARGE_FRAME_CAPACITY;
const { frame, header, bytes } = headedFrame({ bytes: new Uint8Array(size), address: 0 });

/** Bytes that get past the first checks more often than others. */
const kind = fc.tuple(
  fc.oneof(fc.constantFrom(0, 1, 2, 3), fc.nat(255)),
  fc.oneof(fc.constantFrom(0, 1, 4, 0x81, 0x84), fc.nat(255)),
);
const rest = fc.uint8Array({ minLength: 10, maxLength: 10 });

it(`says nothing of a frame that reaches beyond its end (${INPUTS} inputs)`, () => {
  let accepted = 0;
  fc.assert(
    fc.property(kind, rest, fc.nat(LARGE_FRAME_CAPACITY), (first, others, length) => {
      bytes.set([...first, ...others]);
      frame.length = length;
      if (!readFrameHeader(header, frame)) return;
      accepted++;
      const { segmentSize, checksumStart, checksumOffset } = frame;
      expect(segmentSize).toBeLessThanOrEqual(length);
      expect(checksumStart === 0 || checksumStart >= 14).toBe(true);
      if (checksumStart > 0) {
        expect(checksumStart + checksumOffset + 2).toBeLessThanOrEqual(length);
        expect(frame.isChecked).toBe(true);
      }
      expect(bytes.subarray(0, FRAME_HEADER_LENGTH)).toEqual(Uint8Array.of(...first, ...others));
    }),
    { numRuns: INPUTS },
  );
  expect(accepted).toBeGreaterThan(INPUTS / 10);
});
