import { internetChecksum, sum } from './checksum.ts';

/** The Internet checksum over bytes whose place in the memory of fast paths is known. */
export interface Checksum {
  /** Like {@link internetChecksum}, of the bytes `[start, end)` of `region`. */
  internetChecksum(region: Located, start: number, end: number, initial?: number): number;
  /** Like {@link sum}; `initial` is at most 2^32 - 1. */
  sum(region: Located, start: number, end: number, initial?: number): number;
}

/** A region or a frame of `@atoll/device`. */
export interface Located {
  readonly bytes: Uint8Array;
  /** What a fast path calls the first of `bytes`. */
  readonly address: number;
}

/** `FastPaths` of `@atoll/device`, as far as it is needed here: that package stands on this one. */
interface Loader {
  load(name: string): Readonly<Record<string, (...values: number[]) => number>>;
}

/** The reference in TypeScript. */
export const plainChecksum: Checksum = {
  internetChecksum: ({ bytes }, start, end, initial) =>
    internetChecksum(bytes, start, end, initial),
  sum: ({ bytes }, start, end, initial) => sum(bytes, start, end, initial),
};

/** The same from `assembly/index.ts`, eight bytes at a time. A range outside of the bytes throws. */
export function fastChecksum(fast: Loader): Checksum {
  const { sum: sumAt } = fast.load('bytes');
  // Once per packet: no call between these two and the fast path, and nothing taken apart.
  return {
    sum(region, start, end, initial) {
      if (start < 0 || start > end || end > region.bytes.length) throw new RangeError(OUTSIDE);
      return sumAt(region.address + start, end - start, initial ?? 0);
    },
    internetChecksum(region, start, end, initial) {
      if (start < 0 || start > end || end > region.bytes.length) throw new RangeError(OUTSIDE);
      return ~sumAt(region.address + start, end - start, initial ?? 0) & 0xffff;
    },
  };
}

const OUTSIDE = 'checksum out of bounds';
