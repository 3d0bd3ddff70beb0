/** Where things lie in a journal's region. Positions are bytes from the start of the region. */
export interface Geometry {
  readonly blockSize: number;
  /** Bytes of a segment, a power of two from {@link SMALLEST_SEGMENT} to {@link LARGEST_SEGMENT}. */
  readonly segmentSize: number;
  readonly segmentCount: number;
}

/** Each superblock lies in so many bytes of its own, whatever the block size. */
export const SUPERBLOCK_SPACING = 4096;

/** Superblocks 0 and 1, then a copy of each. */
export const SUPERBLOCK_PLACES = 4;

/** Where segment 0 starts. */
export const SEGMENTS_START = SUPERBLOCK_SPACING * SUPERBLOCK_PLACES;

export const SMALLEST_SEGMENT = 0x4000;
export const LARGEST_SEGMENT = 0x10_0000;

/** The log, two segments chosen to follow it, one for compaction to write, and something to compact. */
export const FEWEST_SEGMENTS = 12;

/** The geometry for a region of `size` bytes: about 256 segments; `undefined` when it is too small. */
export function planGeometry(size: number, blockSize: number): Geometry | undefined {
  let segmentSize = SMALLEST_SEGMENT;
  while (segmentSize < LARGEST_SEGMENT && segmentSize * 512 <= size) segmentSize *= 2;
  const segmentCount = Math.floor((size - SEGMENTS_START) / segmentSize);
  return segmentCount < FEWEST_SEGMENTS ? undefined : { blockSize, segmentSize, segmentCount };
}

/** The most bytes of one record; segments are filled to seven eighths at least. */
export function recordCapacity({ segmentSize }: Geometry): number {
  return Math.min(segmentSize / 8, 0x8000);
}

/** The most bytes of one group. */
export function groupCapacity({ segmentSize }: Geometry): number {
  return Math.min(segmentSize, 0x1_0000);
}

export function segmentStart({ segmentSize }: Geometry, segment: number): number {
  return SEGMENTS_START + segment * segmentSize;
}

/** The segment that holds `position`. */
export function segmentOf({ segmentSize }: Geometry, position: number): number {
  return ((position - SEGMENTS_START) / segmentSize) | 0;
}

export function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
