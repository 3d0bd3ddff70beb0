import { fastChecksum, plainChecksum } from '@atoll/bytes/fast';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeFastPaths } from '../src/fast.ts';

const CAPACITY = 4096;

/** The same runs inside an image: `in-image/checksum.ts`. */
describe('fastChecksum', () => {
  let fast: ReturnType<typeof fastChecksum>;
  let region: { bytes: Uint8Array; address: number };
  beforeAll(async () => {
    const fastPaths = await nodeFastPaths(['bytes']);
    fast = fastChecksum(fastPaths);
    region = fastPaths.allocate(CAPACITY);
  });

  it('has the sum of the example in RFC 1071 section 3', () => {
    region.bytes.set([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]);
    expect(fast.sum(region, 0, 8)).toBe(0xddf2);
    expect(fast.internetChecksum(region, 0, 8)).toBe(0x220d);
    expect(fast.internetChecksum(region, 0, 0)).toBe(0xffff);
  });

  it('carries out of 64 bits again and again', () => {
    region.bytes.fill(0xff);
    for (let length = 0; length <= 300; length++) {
      expect(fast.sum(region, 0, length)).toBe(plainChecksum.sum(region, 0, length));
    }
  });

  it('agrees with the plain one on any bytes, offset, length and initial sum', () => {
    const octet = fc.oneof(fc.nat(0xff), fc.constantFrom(0, 0xff));
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 1600, size: 'max' }),
      fc.array(octet, { maxLength: 80 }).map((list) => Uint8Array.from(list)),
    );
    const initial = fc.oneof(fc.constantFrom(0, 0xffff, 0xffff_ffff), fc.nat(0xffff_ffff));
    fc.assert(
      fc.property(bytes, fc.nat(33), initial, (content, start, initial) => {
        region.bytes.set(content, start);
        const end = start + content.length;
        expect(fast.sum(region, start, end, initial)).toBe(
          plainChecksum.sum(region, start, end, initial),
        );
        expect(fast.internetChecksum(region, start, end, initial)).toBe(
          plainChecksum.internetChecksum(region, start, end, initial),
        );
      }),
      { numRuns: 3000 },
    );
  });

  it('reads nothing outside of its region', () => {
    expect(() => fast.sum(region, -1, 2)).toThrow(RangeError);
    expect(() => fast.sum(region, 0, CAPACITY + 1)).toThrow(RangeError);
    expect(() => fast.sum(region, 3, 2)).toThrow(RangeError);
  });
});
