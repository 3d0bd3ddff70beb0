import type { Located } from '@atoll/bytes/fast';

/** What buffers need of a wire: copying between regions without making views. */
export interface Copy {
  /** Copies `length` bytes from `fromStart` of `from` to `toStart` of `to`, which do not overlap. */
  copy(from: Located, fromStart: number, to: Located, toStart: number, length: number): void;
}

/** The reference in TypeScript. */
export const plainCopy: Copy = {
  copy(from, fromStart, to, toStart, length) {
    to.bytes.set(from.bytes.subarray(fromStart, fromStart + length), toStart);
  },
};
