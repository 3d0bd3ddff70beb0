/**
 * How a journal is read when it starts: the superblocks, then the log from where the last checkpoint began.
 *
 * Every group says up to which one the log had been flushed when it was written. What is missing or damaged
 * before the last such mark was acknowledged once: that is damage, and is named. What is incomplete behind
 * it never was, and is dropped with the rest of its round.
 */
import type { Failure, Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import type { Damage } from './entry.ts';
import { roundUp, SEGMENTS_START, SUPERBLOCK_PLACES, SUPERBLOCK_SPACING } from './geometry.ts';
import type { Index } from './index.ts';
import type { LogHead } from './log.ts';
import type { JournalRegion, Task } from './region.ts';
import { failureOf, flushRequest } from './region.ts';
import { buildIndex } from './replay.ts';
import { damageAt } from './rescue.ts';
import type { Scanner } from './scan.ts';
import { Segments } from './segments.ts';
import type { Superblock } from './superblock.ts';
import { parseSuperblock, SUPERBLOCK_LENGTH, writeSuperblock } from './superblock.ts';
import { acceptGroups } from './tail.ts';
import { memoryOf } from './values.ts';
import type { WalkedGroup } from './walk.ts';
import { readLog } from './walk.ts';

export interface Recovered {
  readonly superblock: Superblock;
  readonly index: Index;
  readonly segments: Segments;
  readonly head: LogHead;
  readonly damage: readonly Damage[];
  /** Groups at the end of the log that were dropped, as their round was not complete. */
  readonly unfinished: number;
}

/** Reads a journal whose index takes `indexMemory` bytes at most. With `isReadOnly` nothing is written. */
export function* recover(
  region: JournalRegion,
  scanner: Scanner,
  { isReadOnly, indexMemory }: { readonly isReadOnly: boolean; readonly indexMemory: number },
): Task<Result<Recovered, Failure>> {
  const damage: Damage[] = [];
  const found = yield* readSuperblock(region, scanner);
  if (!found.ok) return found;
  const { superblock, suspects } = found.value;
  const segments = new Segments(region, superblock.geometry);
  const log = yield* readLog({ region, scanner, segments, superblock, indexMemory });
  if (log === undefined) return tooManyKeys(indexMemory);
  const accepted = acceptGroups(log, superblock);
  // While nothing follows the checkpoint, its superblock may have been on its way when the power went.
  if (accepted.head.sequence > superblock.checkpointEnd) {
    for (const position of suspects) damage.push(damageAt(region, position, SUPERBLOCK_DAMAGED));
  }
  if (!isReadOnly) {
    const failure = yield* writeAgain(region, scanner, superblock, accepted.lastRound);
    if (failure !== undefined) return misconfigured(`the disk cannot be written: ${failure}`);
  }
  const index = yield* buildIndex({ region, scanner, segments, superblock, accepted, damage });
  let memory = 0;
  index.visit('', (key) => {
    memory += memoryOf(key);
    return true;
  });
  if (memory > indexMemory) return tooManyKeys(indexMemory);
  for (const position of scanner.unreadable) {
    damage.push(damageAt(region, position, 'the device cannot read it'));
  }
  const { head, unfinished } = accepted;
  segments.freeOthers([head.segment, head.next, head.afterNext]);
  segments.reclaim(superblock.start.serial);
  return ok({ superblock, index, segments, head, damage, unfinished });
}

function tooManyKeys(indexMemory: number): Result<never, Failure> {
  return misconfigured(
    `its keys need more memory than the ${indexMemory} bytes that they may take`,
  );
}

/** The latest superblock, and the positions of copies of it that should be there, but are not. */
function* readSuperblock(
  region: JournalRegion,
  scanner: Scanner,
): Task<Result<{ superblock: Superblock; suspects: readonly number[] }, Failure>> {
  if (region.size < SEGMENTS_START) return misconfigured('its region is too small for a journal');
  yield* scanner.load(0, SEGMENTS_START);
  const { bytes, address } = scanner.window;
  const places = Array.from({ length: SUPERBLOCK_PLACES }, (_, place) => {
    const start = place * SUPERBLOCK_SPACING;
    const part = bytes.subarray(start, start + SUPERBLOCK_LENGTH);
    return parseSuperblock({ bytes: part, address: address + start }, region.hash);
  });
  let latest: Superblock | undefined;
  for (const place of places) {
    if (place.ok && place.value.number > (latest?.number ?? 0)) latest = place.value;
  }
  if (latest === undefined) {
    const failures = places.flatMap((place) => (place.ok ? [] : [place.error]));
    const later = failures.find(({ reason }) => reason.includes('version'));
    return { ok: false, error: later ?? failures[0] };
  }
  const { number } = latest;
  const suspects = copiesOf(number).filter((place) => {
    const copy = places[place];
    return !copy.ok || copy.value.number !== number;
  });
  const { blockSize, segmentSize, segmentCount } = latest.geometry;
  if (blockSize !== region.blockSize) {
    return misconfigured(
      `the journal was made for blocks of ${blockSize} bytes, the device has blocks of ${region.blockSize}`,
    );
  }
  if (SEGMENTS_START + segmentSize * segmentCount > region.size) {
    return misconfigured('the journal is larger than its region');
  }
  return ok({
    superblock: latest,
    suspects: suspects.map((place) => place * SUPERBLOCK_SPACING),
  });
}

/** The places of the superblock with this number. */
function copiesOf(number: number): number[] {
  return [number % 2, (number % 2) + SUPERBLOCK_PLACES / 2];
}

/**
 * Writes the superblock and the last round once more and flushes: after a flush that failed, or without one,
 * an operating system may show what never reached the disk, and all that is done from now on relies on it.
 */
function* writeAgain(
  region: JournalRegion,
  scanner: Scanner,
  superblock: Superblock,
  groups: readonly WalkedGroup[],
): Task<string | undefined> {
  const { bytes, address } = scanner.window;
  const length = Math.max(SUPERBLOCK_LENGTH, region.blockSize);
  const block = { bytes: bytes.subarray(0, length), address };
  block.bytes.fill(0);
  writeSuperblock(block, superblock, region.hash);
  const copies = copiesOf(superblock.number).flatMap((place) =>
    region.write(place * SUPERBLOCK_SPACING, block.bytes),
  );
  yield copies;
  if (failureOf(copies) !== undefined) return failureOf(copies);
  for (const { header } of groups) {
    const end = header.position + roundUp(header.length, region.blockSize);
    const length = yield* scanner.load(header.position, end);
    const writes = region.write(header.position, bytes.subarray(0, length));
    yield writes;
    if (failureOf(writes) !== undefined) return failureOf(writes);
  }
  const flush = [flushRequest()];
  yield flush;
  return failureOf(flush);
}

const SUPERBLOCK_DAMAGED = 'one of two copies of a superblock is damaged';
