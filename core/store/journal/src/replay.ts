import type { Change } from './entry.ts';
import { entryLength } from './entry.ts';
import { Index } from './index.ts';
import { RECORD_KIND } from './record.ts';
import type { Task } from './region.ts';
import type { Replay } from './rescue.ts';
import { damageAt, rescueGap, searchAll } from './rescue.ts';
import type { ReadRecords } from './walk.ts';

/** The index: what the checkpoint says, and what changed since it was begun. */
export function* buildIndex(replay: Replay): Task<Index> {
  const { region, segments, superblock, accepted, damage } = replay;
  const { checkpointEnd } = superblock;
  const index = new Index();
  const changes: Change[] = [];
  const damaged: Change[] = [];
  let lacksIndex = false;
  const take = (read: ReadRecords, isCheckpoint: boolean): void => {
    for (const change of read.changes) changes.push(change);
    for (const change of read.damaged) damaged.push(change);
    if (isCheckpoint) takeCheckpoint(replay, index, read);
  };

  for (const group of accepted.groups) {
    const isCheckpoint = group.header.sequence < checkpointEnd;
    const { position } = group.header;
    take(group, isCheckpoint);
    if (group.lost > 0) damage.push(damageAt(region, position, lostText(group.lost)));
    if (isCheckpoint && group.lacksIndex) {
      lacksIndex = true;
      damage.push(damageAt(region, position, 'a part of the index is damaged'));
    }
  }
  for (const gap of accepted.gaps) {
    const rescued = yield* rescueGap(replay, gap);
    const isCheckpoint = gap.first < checkpointEnd;
    take(rescued, isCheckpoint);
    const { from } = gap.ranges[0];
    // The number of a group itself is one of those that are missing, of several groups several are.
    const missing = gap.after - gap.first - 1 - rescued.count;
    const what =
      missing > 0 ? lostText(missing) : 'the head of a group is damaged, its records are not';
    damage.push(damageAt(region, from, what));
    if (isCheckpoint && (missing > 0 || rescued.lacksIndex)) lacksIndex = true;
  }
  // Segments of the log are what reading them showed, whatever the checkpoint says they were before.
  for (const { segment, serial, nonce, groups } of accepted.segments) {
    if (groups.length > 0 || serial === superblock.start.serial)
      segments.begin(segment, serial, nonce);
  }
  replay.segments.reserve(accepted.head.next);
  replay.segments.reserve(accepted.head.afterNext);
  applyAll(index, changes);
  if (lacksIndex) yield* searchAll(replay, index, changes);
  for (const { key, position } of damaged) {
    // What was overwritten since is nobody's loss.
    if (index.get(key)?.position !== position) continue;
    damage.push(damageAt(region, position, 'a value is damaged: its checksum is wrong', key));
  }
  index.visit('', (key, entry) => {
    segments.add(entry.position, entryLength(key, entry));
    return true;
  });
  return index;
}

function takeCheckpoint({ segments, superblock }: Replay, index: Index, read: ReadRecords) {
  const { segmentCount } = segments.geometry;
  for (const [key, entry] of read.entries) index.put(key, entry);
  for (const { segment, serial, nonce } of read.table) {
    if (segment >= segmentCount || serial >= superblock.start.serial) continue;
    segments.begin(segment, serial, nonce);
  }
}

/**
 * Puts and deletions in the order of their numbers, then moves, each of which says where a value is that was
 * there before: within one tail of the log a value moves once.
 */
function applyAll(index: Index, changes: readonly Change[]): void {
  const written = changes.filter(({ kind }) => kind !== RECORD_KIND.move);
  written.sort((one, other) => one.version - other.version);
  for (const change of written) {
    if (change.kind === RECORD_KIND.delete) index.delete(change.key);
    else index.put(change.key, change);
  }
  for (const change of changes) {
    if (change.kind !== RECORD_KIND.move) continue;
    if (index.get(change.key)?.version === change.version) index.put(change.key, change);
  }
}

function lostText(count: number): string {
  return `${count} changes cannot be read: what they changed may be as it was before`;
}
