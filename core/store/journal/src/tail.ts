import type { Geometry } from './geometry.ts';
import { roundUp, segmentStart } from './geometry.ts';
import { sequenceAfter } from './group.ts';
import type { LogHead } from './log.ts';
import type { Superblock } from './superblock.ts';
import type { WalkedGroup, WalkedSegment } from './walk.ts';

/** What of the log counts. */
export interface Accepted {
  /** In the order of the log. */
  readonly groups: readonly WalkedGroup[];
  /** What was flushed once and cannot be read now. */
  readonly gaps: readonly Gap[];
  /** The groups of the last round, of which nobody can say whether they were flushed. */
  readonly lastRound: readonly WalkedGroup[];
  /** How many groups at the end were dropped. */
  readonly unfinished: number;
  readonly head: LogHead;
  readonly segments: readonly WalkedSegment[];
}

/** Groups with sequence numbers from `first` to before `after` should lie in `ranges`. */
export interface Gap {
  readonly first: number;
  readonly after: number;
  readonly ranges: readonly GapRange[];
}

export interface GapRange {
  readonly nonce: number;
  readonly from: number;
  readonly to: number;
}

/** Decides which of the groups that were read belong to the log. */
export function acceptGroups(
  log: readonly WalkedSegment[],
  { geometry, start, checkpointEnd }: Superblock,
): Accepted {
  const candidates = log.flatMap((walked, index) => {
    // A round that was dropped once may have left groups behind; the next segment was begun without them.
    const limit = log[index + 1]?.groups[0]?.header.first ?? Number.POSITIVE_INFINITY;
    return walked.groups
      .filter(({ header }) => header.sequence < limit)
      .map((group) => ({ group, index }));
  });
  // Before this sequence number, everything has been flushed.
  let flushed = Math.max(checkpointEnd, start.sequence);
  for (const { group } of candidates) flushed = Math.max(flushed, group.header.round);

  const groups: WalkedGroup[] = [];
  const gaps: Gap[] = [];
  let expected = start.sequence;
  let index = 0;
  let end = start.position;
  const gapTo = (after: number, toIndex: number, to: number): void => {
    gaps.push({
      first: expected,
      after,
      ranges: rangesBetween(geometry, log, index, end, toIndex, to),
    });
  };
  let accepted = 0;
  for (const candidate of candidates) {
    const { header } = candidate.group;
    if (header.sequence < expected) continue;
    if (header.sequence > expected) {
      if (expected >= flushed) break;
      gapTo(header.sequence, candidate.index, header.position);
    }
    groups.push(candidate.group);
    accepted++;
    expected = sequenceAfter(header);
    index = candidate.index;
    end = header.position + roundUp(header.length, geometry.blockSize);
  }
  if (expected < flushed) {
    gapTo(flushed, index, segmentStart(geometry, log[index].segment + 1));
    expected = flushed;
  }

  const lastRound = groups.filter(({ header }) => header.sequence >= flushed);
  const last = lastRound[lastRound.length - 1];
  const isComplete = last?.header.endsRound === true && lastRound.every(isWhole);
  if (last !== undefined && !isComplete) {
    groups.length -= lastRound.length;
    expected = flushed;
    const kept = groups[groups.length - 1];
    index = kept === undefined ? 0 : log.findIndex(({ groups }) => groups.includes(kept));
    end =
      kept === undefined
        ? start.position
        : kept.header.position + roundUp(kept.header.length, geometry.blockSize);
  }
  const unfinished = candidates.length - accepted + (isComplete ? 0 : lastRound.length);

  // Where something that looks like a group follows, the log goes on in another segment, begun anew.
  const isLast = log.slice(index + 1).every(({ groups }) => groups.length === 0);
  const isClean = isLast && log[index].groups.every(({ header }) => header.position < end);
  const walked = log[index];
  const first = walked.groups[0]?.header;
  const head = {
    segment: walked.segment,
    position: isClean ? end : segmentStart(geometry, walked.segment + 1),
    sequence: expected,
    serial: walked.serial,
    nonce: walked.nonce,
    next: walked.next,
    afterNext: walked.afterNext,
    first: first?.first ?? start.sequence,
    previous: first?.previous ?? 0,
  };
  return {
    groups,
    gaps,
    lastRound: isComplete ? lastRound : [],
    unfinished,
    head,
    segments: log,
  };
}

function isWhole({ damaged, lost, lacksIndex }: WalkedGroup): boolean {
  return damaged.length === 0 && lost === 0 && !lacksIndex;
}

/** All of the log from `from` in segment `index` of it to `to` in segment `toIndex`. */
function rangesBetween(
  geometry: Geometry,
  log: readonly WalkedSegment[],
  index: number,
  from: number,
  toIndex: number,
  to: number,
): GapRange[] {
  return log.slice(index, toIndex + 1).map(({ segment, nonce, from: start }, offset) => ({
    nonce,
    from: offset === 0 ? Math.max(start, from) : start,
    to: index + offset === toIndex ? to : segmentStart(geometry, segment + 1),
  }));
}
