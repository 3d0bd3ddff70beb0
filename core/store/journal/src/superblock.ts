/**
 * A superblock: where the log is to be read from. Big-endian, in its first 512 bytes:
 *
 *     0   8  "ATOLLJNL"
 *     8   2  version of the format, 1
 *     10  2  block size
 *     12  4  segment size
 *     16  4  number of segments
 *     20  4  the segment in which replay starts
 *     24  8  number of this superblock, from 1 on
 *     32  8  sequence number of the first group to replay
 *     40  8  its position in the region
 *     48  8  serial number of the segment
 *     56  8  nonce of the segment
 *     64  4  the segment that follows it
 *     68  4  the segment that follows that one
 *     72  8  the checkpoint ends before the group with this sequence number
 *     504 8  SipHash-2-4 under the identity of the disk, low half first
 *
 * Superblock n lies at place n mod 2, its copy two places further, so that a torn one leaves the one before.
 */
import type { KeyedHash, Located } from '@atoll/bytes/fast';
import { u16, u32, u64, writeU16, writeU32, writeU64 } from '@atoll/bytes/field';
import type { Failure, Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import type { Geometry } from './geometry.ts';
import { FEWEST_SEGMENTS, LARGEST_SEGMENT, SEGMENTS_START, SMALLEST_SEGMENT } from './geometry.ts';

export interface Superblock {
  readonly geometry: Geometry;
  readonly number: number;
  readonly start: LogStart;
  /** All groups before this sequence number are on the disk, and the checkpoint among them. */
  readonly checkpointEnd: number;
}

/** A place in the log between two groups. */
export interface LogStart {
  /** The segment before the place. */
  readonly segment: number;
  readonly position: number;
  readonly sequence: number;
  readonly serial: number;
  readonly nonce: number;
  readonly next: number;
  readonly afterNext: number;
}

export const SUPERBLOCK_LENGTH = 512;

/** Writes `superblock` at the start of `region`. */
export function writeSuperblock(region: Located, superblock: Superblock, hash: KeyedHash): void {
  const { bytes } = region;
  const { geometry, number, start, checkpointEnd } = superblock;
  bytes.fill(0, 0, SUPERBLOCK_LENGTH);
  for (let at = 0; at < MAGIC.length; at++) bytes[at] = MAGIC.charCodeAt(at);
  writeU16(bytes, 8, VERSION);
  writeU16(bytes, 10, geometry.blockSize);
  writeU32(bytes, 12, geometry.segmentSize);
  writeU32(bytes, 16, geometry.segmentCount);
  writeU32(bytes, 20, start.segment);
  writeU64(bytes, 24, number);
  writeU64(bytes, 32, start.sequence);
  writeU64(bytes, 40, start.position);
  writeU64(bytes, 48, start.serial);
  writeU64(bytes, 56, start.nonce);
  writeU32(bytes, 64, start.next);
  writeU32(bytes, 68, start.afterNext);
  writeU64(bytes, 72, checkpointEnd);
  hash.seal(region, 0, CHECK, CHECK);
}

/** The superblock at the start of `region`; says why there is none. */
export function parseSuperblock(region: Located, hash: KeyedHash): Result<Superblock, Failure> {
  const { bytes } = region;
  if (bytes.length < SUPERBLOCK_LENGTH) return misconfigured('a superblock is cut off');
  for (let at = 0; at < MAGIC.length; at++) {
    if (bytes[at] !== MAGIC.charCodeAt(at)) return misconfigured('it holds no journal');
  }
  const version = u16(bytes, 8);
  if (version !== VERSION) {
    return misconfigured(
      `the journal's format has version ${version}, this program knows version ${VERSION}`,
    );
  }
  if (!hash.isSealed(region, 0, CHECK, CHECK)) return misconfigured('a superblock is damaged');
  const geometry = {
    blockSize: u16(bytes, 10),
    segmentSize: u32(bytes, 12),
    segmentCount: u32(bytes, 16),
  };
  const start = {
    segment: u32(bytes, 20),
    sequence: u64(bytes, 32),
    position: u64(bytes, 40),
    serial: u64(bytes, 48),
    nonce: u64(bytes, 56),
    next: u32(bytes, 64),
    afterNext: u32(bytes, 68),
  };
  const superblock = { geometry, number: u64(bytes, 24), start, checkpointEnd: u64(bytes, 72) };
  return makesSense(superblock) ? ok(superblock) : misconfigured('a superblock makes no sense');
}

function makesSense({ geometry, number, start, checkpointEnd }: Superblock): boolean {
  const { blockSize, segmentSize, segmentCount } = geometry;
  const first = SEGMENTS_START + start.segment * segmentSize;
  return (
    [512, 1024, 2048, 4096].includes(blockSize) &&
    segmentSize >= SMALLEST_SEGMENT &&
    segmentSize <= LARGEST_SEGMENT &&
    Number.isInteger(Math.log2(segmentSize)) &&
    segmentCount >= FEWEST_SEGMENTS &&
    start.segment < segmentCount &&
    start.next < segmentCount &&
    start.afterNext < segmentCount &&
    start.position >= first &&
    start.position <= first + segmentSize &&
    start.position % blockSize === 0 &&
    start.sequence >= 1 &&
    [number, start.sequence, start.serial, start.nonce, checkpointEnd].every(Number.isSafeInteger)
  );
}

const MAGIC = 'ATOLLJNL';
const VERSION = 1;
const CHECK = SUPERBLOCK_LENGTH - 8;
