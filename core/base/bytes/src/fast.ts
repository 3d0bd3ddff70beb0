import { internetChecksum, sum } from './checksum.ts';
import { u32, u32LittleEndian, writeU32, writeU64 } from './field.ts';
import { SIPHASH_KEY_LENGTH, SipHash } from './siphash.ts';

/** The Internet checksum over bytes whose place in the memory of fast paths is known. */
export interface Checksum {
  /** Like {@link internetChecksum}, of the bytes `[start, end)` of `region`. */
  internetChecksum(region: Located, start: number, end: number, initial?: number): number;
  /** Like {@link sum}; `initial` is at most 2^32 - 1. */
  sum(region: Located, start: number, end: number, initial?: number): number;
}

/** Copies between regions without making views of them. */
export interface Copy {
  /** Copies `length` bytes from `fromStart` of `from` to `toStart` of `to`; they may overlap. */
  copy(from: Located, fromStart: number, to: Located, toStart: number, length: number): void;
}

/** SipHash-2-4 under one key, see `siphash.ts`. */
export interface KeyedHash {
  /** Hashes the bytes `[start, end)` of `region`; answers the lower 32 bits, leaves the others in `high`. */
  hash(region: Located, start: number, end: number): number;
  /** The upper 32 bits of the last hash, as an unsigned number. To be read only. */
  high: number;
  /** Writes the hash of the bytes `[start, end)` at `at`: the lower 32 bits, then the others, both big-endian. */
  seal(region: Located, start: number, end: number, at: number): void;
  /**
   * Writes numbers big-endian at `at + 16`, `first` and `second` in 32 bits and `third`, below 2^53, in 64, and
   * zeros from `end` on until a multiple of 8 bytes stands behind `at`. Then seals `[at + 16, end)` at `at`, and
   * `[at + 16, middle)` behind that.
   */
  sealHeader(
    region: Located,
    at: number,
    first: number,
    second: number,
    third: number,
    middle: number,
    end: number,
  ): void;
  /** Whether {@link seal} would write what stands at `at`. */
  isSealed(region: Located, start: number, end: number, at: number): boolean;
}

/** Makes a hash for a key of 16 bytes. */
export type HashFactory = (key: Uint8Array) => KeyedHash;

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

/** The reference in TypeScript. A range outside of the bytes throws, here and in {@link fastCopy}. */
export const plainCopy: Copy = {
  copy(from, fromStart, to, toStart, length) {
    checkRange(from, fromStart, length);
    checkRange(to, toStart, length);
    if (from.bytes === to.bytes) to.bytes.copyWithin(toStart, fromStart, fromStart + length);
    else to.bytes.set(from.bytes.subarray(fromStart, fromStart + length), toStart);
  },
};

/** The same from `assembly/index.ts`. */
export function fastCopy(fast: Loader): Copy {
  const { copy: copyAt } = fast.load('bytes');
  return {
    copy(from, fromStart, to, toStart, length) {
      if (
        length < 0 ||
        fromStart < 0 ||
        toStart < 0 ||
        fromStart + length > from.bytes.length ||
        toStart + length > to.bytes.length
      ) {
        throw new RangeError(OUTSIDE_OF_COPY);
      }
      copyAt(from.address + fromStart, to.address + toStart, length);
    },
  };
}

/** The reference in TypeScript. */
export const plainSipHash: HashFactory = (key) => {
  const siphash = new SipHash(key);
  return {
    high: 0,
    hash({ bytes }, start, end) {
      if (start < 0 || start > end || end > bytes.length) throw new RangeError(OUTSIDE_OF_HASH);
      const low = siphash.hash(bytes, start, end);
      this.high = siphash.high;
      return low;
    },
    seal(region, start, end, at) {
      checkSeal(region, at);
      writeU32(region.bytes, at, this.hash(region, start, end));
      writeU32(region.bytes, at + 4, this.high);
    },
    sealHeader(region, at, first, second, third, middle, end) {
      const { bytes } = region;
      const start = at + SEALS;
      const last = end + (-(end - at) & 7);
      if (at < 0 || middle < start + NUMBERS || middle > end || last > bytes.length) {
        throw new RangeError(OUTSIDE_OF_HASH);
      }
      writeU32(bytes, start, first);
      writeU32(bytes, start + 4, second);
      writeU64(bytes, start + 8, third);
      bytes.fill(0, end, last);
      this.seal(region, start, end, at);
      this.seal(region, start, middle, at + 8);
    },
    isSealed(region, start, end, at) {
      checkSeal(region, at);
      const low = this.hash(region, start, end);
      return low === u32(region.bytes, at) && this.high === u32(region.bytes, at + 4);
    },
  };
};

/** The same from `assembly/siphash.ts`, 64 bits at a time. */
export function fastSipHash(fast: Loader): HashFactory {
  const { sipHash, sipHashHigh, sipSeal, sipSealed, sipSealHeader } = fast.load('bytes');
  return (key) => {
    if (key.length !== SIPHASH_KEY_LENGTH) throw new RangeError(`a key of ${key.length} bytes`);
    const k0 = u32LittleEndian(key, 0);
    const k1 = u32LittleEndian(key, 4);
    const k2 = u32LittleEndian(key, 8);
    const k3 = u32LittleEndian(key, 12);
    return {
      high: 0,
      hash({ bytes, address }, start, end) {
        if (start < 0 || start > end || end > bytes.length) throw new RangeError(OUTSIDE_OF_HASH);
        const low = sipHash(address + start, end - start, k0, k1, k2, k3) >>> 0;
        this.high = sipHashHigh() >>> 0;
        return low;
      },
      seal({ bytes: { length }, address }, start, end, at) {
        if (start < 0 || start > end || end > length || at < 0 || at + 8 > length) {
          throw new RangeError(OUTSIDE_OF_HASH);
        }
        sipSeal(address + start, end - start, address + at, k0, k1, k2, k3);
      },
      // Once for each record of a journal: no other call here.
      sealHeader({ bytes, address }, at, first, second, third, middle, end) {
        const inner = middle - at;
        const outer = end - at;
        if (
          at < 0 ||
          inner < SEALS + NUMBERS ||
          inner > outer ||
          end + (-outer & 7) > bytes.length
        ) {
          throw new RangeError(OUTSIDE_OF_HASH);
        }
        sipSealHeader(address + at, first, second, third, inner, outer, k0, k1, k2, k3);
      },
      isSealed({ bytes: { length }, address }, start, end, at) {
        if (start < 0 || start > end || end > length || at < 0 || at + 8 > length) {
          throw new RangeError(OUTSIDE_OF_HASH);
        }
        return sipSealed(address + start, end - start, address + at, k0, k1, k2, k3) === 1;
      },
    };
  };
}

/** Bytes of two seals, and of the numbers behind them. */
const SEALS = 16;
const NUMBERS = 16;

function checkSeal({ bytes }: Located, at: number): void {
  if (at < 0 || at + 8 > bytes.length) throw new RangeError(OUTSIDE_OF_HASH);
}

function checkRange({ bytes }: Located, start: number, length: number): void {
  if (length < 0 || start < 0 || start + length > bytes.length)
    throw new RangeError(OUTSIDE_OF_COPY);
}

const OUTSIDE = 'checksum out of bounds';
const OUTSIDE_OF_COPY = 'copy out of bounds';
const OUTSIDE_OF_HASH = 'hash out of bounds';
