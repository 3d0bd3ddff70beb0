import { fastSipHash, plainSipHash } from '@atoll/bytes/fast';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeFastPaths } from '../src/fast.ts';

const CAPACITY = 4096;

describe('fastSipHash', () => {
  let fast: ReturnType<typeof fastSipHash>;
  let region: { bytes: Uint8Array; address: number };
  beforeAll(async () => {
    const fastPaths = await nodeFastPaths(['bytes']);
    fast = fastSipHash(fastPaths);
    region = fastPaths.allocate(CAPACITY);
  });

  it('has the hash of the example in appendix A of the paper', () => {
    const key = Uint8Array.from({ length: 16 }, (_, index) => index);
    region.bytes.set(key.subarray(0, 15));
    const hash = fast(key);
    expect(hash.hash(region, 0, 15)).toBe(0x49be_45e5);
    expect(hash.high).toBe(0xa129_ca61);
  });

  it('agrees with the plain one on any key, bytes, offset and length', () => {
    const bytes = fc.uint8Array({ maxLength: 1600, size: 'max' });
    const keys = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(keys, bytes, fc.nat(33), (key, content, start) => {
        region.bytes.set(content, start);
        const end = start + content.length;
        const one = fast(key);
        const other = plainSipHash(key);
        expect(one.hash(region, start, end)).toBe(other.hash(region, start, end));
        expect(one.high).toBe(other.high);
      }),
      { numRuns: 3000 },
    );
  });

  it('seals as the plain one does, and notices every flipped bit', () => {
    const key = fc.uint8Array({ minLength: 16, maxLength: 16 });
    const content = fc.uint8Array({ minLength: 1, maxLength: 300, size: 'max' });
    fc.assert(
      fc.property(key, content, fc.nat(33), fc.nat(), (key, content, start, chosen) => {
        const end = start + content.length;
        const plain = { bytes: new Uint8Array(CAPACITY), address: 0 };
        for (const { bytes } of [plain, region]) bytes.set(content, start);
        const [one, other] = [fast(key), plainSipHash(key)];
        one.seal(region, start, end, end);
        other.seal(plain, start, end, end);
        expect(region.bytes.subarray(start, end + 8)).toEqual(plain.bytes.subarray(start, end + 8));
        const bit = chosen % ((content.length + 8) * 8);
        for (const isWhole of [true, false]) {
          expect(one.isSealed(region, start, end, end)).toBe(isWhole);
          expect(other.isSealed(plain, start, end, end)).toBe(isWhole);
          for (const { bytes } of [plain, region]) bytes[start + (bit >>> 3)] ^= 1 << (bit & 7);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('writes and seals a header as the reference does', () => {
    const key = fc.uint8Array({ minLength: 16, maxLength: 16 });
    const content = fc.uint8Array({ maxLength: 300, size: 'max' });
    const word = fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 });
    fc.assert(
      fc.property(key, content, fc.nat(33), fc.nat(300), word, fc.maxSafeNat(), (...drawn) => {
        const [key, content, at, inner, number, large] = drawn;
        const end = at + 32 + content.length;
        const middle = Math.min(at + 32 + inner, end);
        const results = [fast(key), plainSipHash(key)].map((hash) => {
          region.bytes.fill(0xaa, 0, end + 16);
          region.bytes.set(content, at + 32);
          hash.sealHeader(region, at, number, content.length, large, middle, end);
          expect(hash.isSealed(region, at + 16, end, at)).toBe(true);
          expect(hash.isSealed(region, at + 16, middle, at + 8)).toBe(true);
          return region.bytes.slice(0, end + 16);
        });
        expect(results[0]).toEqual(results[1]);
        const [written] = results;
        const view = new DataView(written.buffer, at);
        expect(view.getUint32(16)).toBe(number >>> 0);
        expect(view.getBigUint64(24)).toBe(BigInt(large));
        const padding = -(end - at) & 7;
        expect([...written.subarray(end, end + padding)]).toEqual(new Array(padding).fill(0));
        expect(written[end + padding]).toBe(0xaa);
      }),
      { numRuns: 1000 },
    );
  });

  it('reads nothing outside of its region', () => {
    const hash = fast(new Uint8Array(16));
    expect(() => hash.hash(region, -1, 2)).toThrow(RangeError);
    expect(() => hash.hash(region, 0, CAPACITY + 1)).toThrow(RangeError);
    expect(() => hash.hash(region, 3, 2)).toThrow(RangeError);
    for (const keyed of [hash, plainSipHash(new Uint8Array(16))]) {
      expect(() => keyed.seal(region, -1, 2, 8)).toThrow(RangeError);
      expect(() => keyed.seal(region, 0, 2, CAPACITY - 7)).toThrow(RangeError);
      for (const [at, middle, end] of [
        [-1, 40, 40],
        [0, 31, 40],
        [0, 41, 40],
        [0, 40, CAPACITY + 1],
        [1, 40, CAPACITY],
      ]) {
        expect(() => keyed.sealHeader(region, at, 1, 2, 3, middle, end)).toThrow(RangeError);
      }
      expect(() => keyed.isSealed(region, 0, CAPACITY + 1, 0)).toThrow(RangeError);
      expect(() => keyed.isSealed(region, 0, 2, -1)).toThrow(RangeError);
    }
    expect(() => fast(new Uint8Array(8))).toThrow(RangeError);
  });
});
