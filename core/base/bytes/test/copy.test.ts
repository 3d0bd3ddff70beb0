import { describe, expect, it } from 'vitest';
import { plainCopy } from '../src/fast.ts';

const region = (length: number) => ({ bytes: new Uint8Array(length), address: 0 });

describe('plainCopy', () => {
  it('copies from one region to another', () => {
    const [from, to] = [region(4), region(6)];
    from.bytes.set([1, 2, 3, 4]);
    plainCopy.copy(from, 1, to, 3, 2);
    expect(Array.from(to.bytes)).toEqual([0, 0, 0, 2, 3, 0]);
  });

  it('copies within a region, where the places may overlap', () => {
    const { bytes, address } = region(5);
    bytes.set([1, 2, 3, 4, 5]);
    plainCopy.copy({ bytes, address }, 0, { bytes, address }, 1, 4);
    expect(Array.from(bytes)).toEqual([1, 1, 2, 3, 4]);
  });

  it.each([
    [-1, 0, 1],
    [0, -1, 1],
    [0, 0, -1],
    [3, 0, 2],
    [0, 5, 2],
  ])('throws from %i to %i with length %i', (from, to, length) => {
    const [source, target] = [region(4), region(6)];
    expect(() => plainCopy.copy(source, from, target, to, length)).toThrow(RangeError);
  });
});
