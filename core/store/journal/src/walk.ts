import type { SegmentEntry } from './checkpoint.ts';
import { parseIndexEntries, parseSegmentEntries } from './checkpoint.ts';
import type { Change, Stored } from './entry.ts';
import { segmentStart } from './geometry.ts';
import type { GroupHeader } from './group.ts';
import { GROUP_HEADER_LENGTH } from './group.ts';
import { RECORD_KIND, recordKey, recordValue } from './record.ts';
import type { JournalRegion, Task } from './region.ts';
import type { FoundGroup, FoundRecord, Scanner } from './scan.ts';
import { recordsIn } from './scan.ts';
import type { Segments } from './segments.ts';
import type { Superblock } from './superblock.ts';
import { memoryOf } from './values.ts';

/** A group of the log, as it was read. */
export interface WalkedGroup extends ReadRecords {
  readonly header: GroupHeader;
  /** How many records could not be made out at all. */
  readonly lost: number;
}

/** A segment of the log, as it was read. */
export interface WalkedSegment {
  readonly segment: number;
  readonly serial: number;
  readonly nonce: number;
  readonly next: number;
  readonly afterNext: number;
  /** Where reading began. */
  readonly from: number;
  readonly groups: readonly WalkedGroup[];
}

/** What {@link readLog} works with. */
export interface LogToRead {
  readonly region: JournalRegion;
  readonly scanner: Scanner;
  readonly segments: Segments;
  readonly superblock: Superblock;
  /** Bytes of memory that the index may take. */
  readonly indexMemory: number;
}

/**
 * Reads the log from where `superblock` says to where nothing follows, and tells `segments` what it finds.
 * When a segment of it has become unreadable, the one before knows which comes after. `undefined`: the
 * index has far more entries than there is memory for.
 */
export function* readLog({
  region,
  scanner,
  segments,
  superblock: { start },
  indexMemory,
}: LogToRead): Task<WalkedSegment[] | undefined> {
  // A checkpoint that was finished, one that was not, and keys that went and came in the meantime.
  let left = 3 * indexMemory;
  const read = (place: Place) => readSegment(region, scanner, segments, place);
  const log = [yield* read({ ...start, from: start.position, previous: undefined })];
  for (;;) {
    const last = log[log.length - 1];
    left -= memoryOfEntries(last);
    if (left < 0) return undefined;
    const place = { ...last, segment: last.next, serial: last.serial + 1, from: undefined };
    const following = yield* read({ ...place, nonce: undefined, previous: last.nonce });
    if (following.groups.length > 0) {
      log.push(following);
      continue;
    }
    const skipping = { ...place, segment: last.afterNext, serial: last.serial + 2 };
    const beyond = yield* read({ ...skipping, nonce: undefined, previous: undefined });
    if (beyond.groups.length === 0) return log;
    const nonce = beyond.groups[0].header.previous;
    segments.begin(following.segment, following.serial, nonce);
    log.push({ ...following, nonce }, beyond);
  }
}

function memoryOfEntries({ groups }: WalkedSegment): number {
  let memory = 0;
  for (const { entries } of groups) for (const [key] of entries) memory += memoryOf(key);
  return memory;
}

/** What is known of a segment before it is read. */
interface Place {
  readonly segment: number;
  readonly serial: number;
  /** `undefined`: that of the first group. */
  readonly nonce: number | undefined;
  /** The nonce of the segment before; `undefined` for any. */
  readonly previous: number | undefined;
  /** `undefined`: the start of the segment. */
  readonly from: number | undefined;
  readonly next: number;
  readonly afterNext: number;
}

function* readSegment(
  region: JournalRegion,
  scanner: Scanner,
  segments: Segments,
  place: Place,
): Task<WalkedSegment> {
  const { segment, serial, previous } = place;
  const { geometry } = segments;
  const from = place.from ?? segmentStart(geometry, segment);
  const end = segmentStart(geometry, segment + 1);
  let { nonce, next, afterNext } = place;
  const groups: WalkedGroup[] = [];
  for (let position = from; position < end; ) {
    const step = yield* scanner.groups(position, end, (header) => {
      if (header.serial !== serial || (nonce !== undefined && header.nonce !== nonce)) return false;
      if (previous !== undefined && header.previous !== previous) return false;
      if (Math.max(header.next, header.afterNext) >= geometry.segmentCount) return false;
      nonce ??= header.nonce;
      return true;
    });
    for (const group of step.found) {
      ({ next, afterNext } = group.header);
      groups.push(readGroup(region, scanner, group));
    }
    position = step.next;
  }
  if (groups.length > 0) segments.begin(segment, serial, nonce ?? 0);
  return { segment, serial, nonce: nonce ?? 0, next, afterNext, from, groups };
}

/** What is in a group that lies in the window of `scanner`. */
export function readGroup(
  region: JournalRegion,
  scanner: Scanner,
  { at, header }: FoundGroup,
): WalkedGroup {
  const hash = region.segmentHash(header.nonce);
  const records = recordsIn(scanner.window, at + GROUP_HEADER_LENGTH, at + header.length, hash);
  const read = readRecords(scanner, records);
  const lost = header.count - read.count;
  return { header, ...read, lost, lacksIndex: read.lacksIndex || lost > 0 };
}

export interface ReadRecords {
  readonly count: number;
  readonly changes: readonly Change[];
  /** Those of the changes whose values are damaged. */
  readonly damaged: readonly Change[];
  /** Parts of a checkpoint. */
  readonly entries: readonly [string, Stored][];
  readonly table: readonly SegmentEntry[];
  /** Whether parts of a checkpoint are damaged. */
  readonly lacksIndex: boolean;
}

/** What `records`, which lie in the window of `scanner`, say. */
export function readRecords(scanner: Scanner, records: Iterable<FoundRecord>): ReadRecords {
  const { window } = scanner;
  const changes: Change[] = [];
  const damaged: Change[] = [];
  const entries: [string, Stored][] = [];
  const table: SegmentEntry[] = [];
  let lacksIndex = false;
  let count = 0;
  for (const { at, header, isWhole } of records) {
    const { kind, isInPieces, valueLength, version } = header;
    count++;
    if (kind === RECORD_KIND.index || kind === RECORD_KIND.segments) {
      const value = recordValue(window, at, header);
      const index = kind === RECORD_KIND.index ? parseIndexEntries(value) : [];
      const rows = kind === RECORD_KIND.segments ? parseSegmentEntries(value) : [];
      if (!isWhole || index === undefined || rows === undefined) lacksIndex = true;
      else {
        for (const entry of index) entries.push(entry);
        for (const row of rows) table.push(row);
      }
      continue;
    }
    const key = recordKey(window, at, header);
    const position = scanner.positionOf(at);
    const change = { kind, key, position, version, valueLength, isInPieces };
    changes.push(change);
    if (!isWhole) damaged.push(change);
  }
  return { count, changes, damaged, entries, table, lacksIndex };
}
