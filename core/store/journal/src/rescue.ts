import type { SegmentEntry } from './checkpoint.ts';
import type { Change, Damage, Stored } from './entry.ts';
import { recordCapacity, segmentStart } from './geometry.ts';
import type { Index } from './index.ts';
import { RECORD_KIND } from './record.ts';
import type { JournalRegion, Task } from './region.ts';
import type { Scanner } from './scan.ts';
import { recordsIn } from './scan.ts';
import type { Segments } from './segments.ts';
import type { Superblock } from './superblock.ts';
import type { Accepted, Gap } from './tail.ts';
import { userKey } from './values.ts';
import type { ReadRecords } from './walk.ts';
import { readGroup, readRecords } from './walk.ts';

/** What the index is built from. */
export interface Replay {
  readonly region: JournalRegion;
  readonly scanner: Scanner;
  readonly segments: Segments;
  readonly superblock: Superblock;
  readonly accepted: Accepted;
  /** Gets what is wrong. */
  readonly damage: Damage[];
}

/** The records of groups whose headers are damaged: each record has a checksum of its own. */
export function* rescueGap({ region, scanner, segments }: Replay, gap: Gap): Task<ReadRecords> {
  const changes = new Map<number, Change>();
  const damaged = new Map<number, Change>();
  const entries: [string, Stored][] = [];
  const table: SegmentEntry[] = [];
  const seen = new Set<number>();
  let lacksIndex = false;
  const overlap = recordCapacity(segments.geometry);
  for (const { nonce, from, to } of gap.ranges) {
    const hash = region.segmentHash(nonce);
    for (let position = from; position < to; ) {
      const length = yield* scanner.load(position, to);
      const found = [...recordsIn(scanner.window, 0, length, hash)].filter(
        ({ at, header: { kind, version } }) => {
          const isIn = version >= gap.first && version < gap.after;
          if (!isIn && kind !== RECORD_KIND.move) return false;
          if (seen.has(scanner.positionOf(at))) return false;
          seen.add(scanner.positionOf(at));
          return true;
        },
      );
      const read = readRecords(scanner, found);
      for (const change of read.changes) changes.set(change.position, change);
      for (const change of read.damaged) damaged.set(change.position, change);
      for (const entry of read.entries) entries.push(entry);
      for (const row of read.table) table.push(row);
      lacksIndex ||= read.lacksIndex;
      // A record may reach over the end of the window: the next one overlaps.
      position += position + length < to ? length - overlap : length;
    }
  }
  return {
    count: seen.size,
    changes: [...changes.values()],
    damaged: [...damaged.values()],
    entries,
    table,
    lacksIndex,
  };
}

/**
 * Looks through the whole disk for values that a damaged checkpoint does not tell of any more. Of each key
 * that `index` lacks, and that `changes` do not concern, it takes the latest value that is still there.
 * That may be one that was deleted.
 */
export function* searchAll(replay: Replay, index: Index, changes: readonly Change[]): Task<void> {
  const { region, scanner, segments, superblock, accepted } = replay;
  const { geometry } = segments;
  const decided = new Set<string>();
  const latest = new Map<string, Change>();
  const consider = (change: Change): void => {
    const known = latest.get(change.key);
    if (known === undefined || known.version <= change.version) latest.set(change.key, change);
  };
  const { next: first, afterNext: second } = accepted.head;
  const { start } = superblock;
  for (let segment = 0; segment < geometry.segmentCount; segment++) {
    if (segment === first || segment === second) continue;
    const end = segmentStart(geometry, segment + 1);
    for (let position = segmentStart(geometry, segment); position < end; ) {
      const { found, next } = yield* scanner.groups(
        position,
        end,
        ({ serial, sequence }) => serial <= start.serial && sequence < start.sequence,
      );
      for (const group of found) {
        const { serial, nonce } = group.header;
        if (segments.serial(segment) === 0) segments.begin(segment, serial, nonce);
        if (nonce !== segments.nonce(segment)) continue;
        for (const change of readGroup(region, scanner, group).changes) consider(change);
      }
      position = next;
    }
  }
  for (const change of changes) {
    if (change.kind === RECORD_KIND.move) consider(change);
    else decided.add(change.key);
  }
  for (const change of latest.values()) {
    const { key, kind } = change;
    if (kind === RECORD_KIND.delete || decided.has(key) || index.get(key) !== undefined) continue;
    index.put(key, change);
    const what = 'the index lacked it: this is its latest value, unless it was deleted';
    replay.damage.push(damageAt(region, change.position, what, key));
  }
}

export function damageAt(
  region: JournalRegion,
  position: number,
  what: string,
  key?: string,
): Damage {
  const bytes = key === undefined ? undefined : userKey(key);
  return { block: region.blockAt(position), key: bytes, what };
}
