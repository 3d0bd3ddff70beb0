/**
 * A disk: blocks of one size, read and written whole. Requests are submitted, and end in whatever order.
 *
 * A write that has ended is seen by every read submitted later. It survives a power cut only when a
 * flush that was submitted after the write ended has ended too, and only where `durability` is `power`.
 * Until then any part of it may be lost, torn at any byte, or reach the medium before or after other
 * writes. After a flush that failed, nobody knows what of these is on the medium, whatever later ones say.
 *
 * `persist` is a write that survives a power cut, where any does, when it has ended: as if a flush of it alone
 * had followed. It says nothing of other writes. While it is under way, or failed, it is like any write.
 * Of overlapping requests that are in flight together it is not defined which comes first.
 *
 * Polling order: `submit` what is to be done, then `complete` until it answers `undefined`: a request may
 * have ended when `submit` returns. One that ends later ends the loop's sleep.
 */
export interface BlockDevice {
  /** The name that the appliance declared, such as `storage`. */
  readonly name: string;
  /** Bytes in a block: a power of two from {@link MIN_BLOCK_SIZE} to {@link MAX_BLOCK_SIZE}. */
  readonly blockSize: number;
  readonly blockCount: number;
  readonly isReadOnly: boolean;
  readonly durability: Durability;
  readonly counters: BlockCounters;

  /**
   * Starts `request`; answers false while the device's queue is full. A request that makes no sense
   * (see {@link checkRequest}) throws.
   */
  submit(request: BlockRequest): boolean;

  /** The next request that has ended, in whatever order; `undefined` when none has. */
  complete(): BlockRequest | undefined;
}

export interface BlockRequest {
  readonly operation: 'read' | 'write' | 'persist' | 'flush';
  /** The first block; 0 for a flush. */
  readonly block: number;
  /**
   * Whole blocks, at most {@link BLOCK_REQUEST_BYTES}; empty for a flush. Nobody touches the bytes of a
   * request that is under way, and a request is not submitted again before it has ended.
   */
  readonly bytes: Uint8Array;
  /**
   * What the device did wrong, set when the request ends; `undefined` when it was done. After a failure
   * the bytes of a read, and the blocks of a write on the disk, may hold anything.
   */
  failure: string | undefined;
}

/**
 * What a flush that has ended survives, and what was persisted: `power`, a power cut; `program`, only the end of our program
 * (Solo5 has no flush, and a disk in memory has no medium).
 */
export type Durability = 'power' | 'program';

/** Counts what was done; `failures` counts what was not. What is persisted is written. */
export interface BlockCounters {
  reads: number;
  readBytes: number;
  writes: number;
  writtenBytes: number;
  flushes: number;
  failures: number;
}

export const MIN_BLOCK_SIZE = 512;
export const MAX_BLOCK_SIZE = 4096;

/** The most bytes of one request. */
export const BLOCK_REQUEST_BYTES = 0x10_0000;

/** What tells one disk from another. */
export type BlockGeometry = Pick<
  BlockDevice,
  'name' | 'blockSize' | 'blockCount' | 'isReadOnly' | 'durability'
>;

export function zeroBlockCounters(): BlockCounters {
  return { reads: 0, readBytes: 0, writes: 0, writtenBytes: 0, flushes: 0, failures: 0 };
}

/** Throws when `request` is not one that a disk of this geometry can be asked for. */
export function checkRequest(disk: BlockGeometry, request: BlockRequest): void {
  const { operation, block, bytes } = request;
  if (operation === 'flush') {
    if (bytes.length !== 0) throw new RangeError('a flush has no bytes');
    return;
  }
  if (bytes.length === 0 || bytes.length % disk.blockSize !== 0) {
    throw new RangeError(`${bytes.length} bytes are not whole blocks of ${disk.blockSize}`);
  }
  if (bytes.length > BLOCK_REQUEST_BYTES) {
    throw new RangeError(`${bytes.length} bytes are too many for one request`);
  }
  const end = block + bytes.length / disk.blockSize;
  if (!Number.isInteger(block) || block < 0 || end > disk.blockCount) {
    throw new RangeError(`blocks ${block} to ${end - 1} are not all on "${disk.name}"`);
  }
  if (operation !== 'read' && disk.isReadOnly) {
    throw new TypeError(`"${disk.name}" can only be read`);
  }
}

/** Counts `request`, which has ended. */
export function countRequest(
  counters: BlockCounters,
  { operation, bytes, failure }: BlockRequest,
): void {
  if (failure !== undefined) {
    counters.failures++;
  } else if (operation === 'read') {
    counters.reads++;
    counters.readBytes += bytes.length;
  } else if (operation === 'flush') {
    counters.flushes++;
  } else {
    counters.writes++;
    counters.writtenBytes += bytes.length;
  }
}
