/**
 * A group: what one write of the log holds, from the start of a block on. A header, then records. Big-endian:
 *
 *     0   4  "AJGR"
 *     4   4  length: header and records, without the padding to whole blocks
 *     8   8  sequence number; the records have the numbers that follow, and the next group the one after
 *     16  8  round: the sequence number of the first group that the same flush makes durable
 *     24  8  serial number of the segment: 1, 2, 3 ... in the order of the log
 *     32  8  nonce of the segment: random each time when it is begun
 *     40  8  nonce of the segment before it
 *     48  8  sequence number of the first group in the segment
 *     56  4  the segment that follows
 *     60  4  the segment that follows that one
 *     64  4  number of records
 *     68  4  flags: 1 for the last group of a round
 *     72  8  position of the group in the region
 *     80  8  SipHash-2-4 of the above under the identity of the disk, low half first
 *
 * A round counts when all of it is there. `round` also says that everything before it was flushed when this
 * was written, which tells what was never acknowledged from what was damaged later.
 */
import type { KeyedHash, Located } from '@atoll/bytes/fast';
import { u32, u64 } from '@atoll/bytes/field';
import type { Page } from './page.ts';
import { setU64 } from './page.ts';

export interface GroupHeader {
  readonly length: number;
  readonly sequence: number;
  readonly round: number;
  readonly serial: number;
  readonly nonce: number;
  readonly previous: number;
  readonly first: number;
  readonly next: number;
  readonly afterNext: number;
  readonly count: number;
  readonly endsRound: boolean;
  readonly position: number;
}

export const GROUP_HEADER_LENGTH = 88;

/** Writes what is the same in all headers of a segment at `at`. */
export function writeSegmentPart({ view }: Page, at: number, header: GroupHeader): void {
  view.setUint32(at, MAGIC);
  setU64(view, at + 24, header.serial);
  setU64(view, at + 32, header.nonce);
  setU64(view, at + 40, header.previous);
  setU64(view, at + 48, header.first);
  view.setUint32(at + 56, header.next);
  view.setUint32(at + 60, header.afterNext);
}

/** Writes the rest of `header`, and seals all of it. */
export function writeGroupPart(page: Page, at: number, header: GroupHeader, hash: KeyedHash): void {
  const { view } = page;
  view.setUint32(at + 4, header.length);
  setU64(view, at + 8, header.sequence);
  setU64(view, at + 16, header.round);
  view.setUint32(at + 64, header.count);
  view.setUint32(at + 68, header.endsRound ? ENDS_ROUND : 0);
  setU64(view, at + 72, header.position);
  hash.seal(page, at, at + CHECK, at + CHECK);
}

/** The header at `at`, where the region holds what lies at `position`; `undefined` when there is none. */
export function parseGroupHeader(
  region: Located,
  at: number,
  position: number,
  hash: KeyedHash,
): GroupHeader | undefined {
  const { bytes } = region;
  if (at + GROUP_HEADER_LENGTH > bytes.length || u32(bytes, at) !== MAGIC) return undefined;
  if (!hash.isSealed(region, at, at + CHECK, at + CHECK)) return undefined;
  const length = u32(bytes, at + 4);
  if (length < GROUP_HEADER_LENGTH || u64(bytes, at + 72) !== position) return undefined;
  return {
    length,
    sequence: u64(bytes, at + 8),
    round: u64(bytes, at + 16),
    serial: u64(bytes, at + 24),
    nonce: u64(bytes, at + 32),
    previous: u64(bytes, at + 40),
    first: u64(bytes, at + 48),
    next: u32(bytes, at + 56),
    afterNext: u32(bytes, at + 60),
    count: u32(bytes, at + 64),
    endsRound: (u32(bytes, at + 68) & ENDS_ROUND) !== 0,
    position,
  };
}

/** The sequence number of the group that follows. */
export function sequenceAfter({ sequence, count }: GroupHeader): number {
  return sequence + 1 + count;
}

/** One line for logs. */
export function describeGroup(header: GroupHeader): string {
  const { sequence, round, serial, count, length, position, endsRound } = header;
  const end = endsRound ? ', the last of its round' : '';
  return `group ${sequence} of round ${round} at ${position}, segment ${serial}: ${count} records, ${length} bytes${end}`;
}

const MAGIC = 0x414a_4752;
const ENDS_ROUND = 1;
const CHECK = 80;
