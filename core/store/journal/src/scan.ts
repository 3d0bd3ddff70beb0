import type { KeyedHash, Located } from '@atoll/bytes/fast';
import type { Region } from '@atoll/device/fast';
import { roundUp } from './geometry.ts';
import type { GroupHeader } from './group.ts';
import { parseGroupHeader } from './group.ts';
import type { RecordHeader } from './record.ts';
import { hasWholeKey, isWhole, parseRecordHeader, recordLength } from './record.ts';
import type { JournalRegion, Task } from './region.ts';
import { failureOf } from './region.ts';

/** A record found at `at` in a buffer. */
export interface FoundRecord {
  readonly at: number;
  readonly header: RecordHeader;
  /** False when its value is damaged; what is in the header and the key is right even then. */
  readonly isWhole: boolean;
}

/**
 * The records of `region` from `start` to `end`. Where one is so damaged that its length cannot be trusted,
 * the next one is looked for at every place where it could start.
 */
export function* recordsIn(
  region: Located,
  start: number,
  end: number,
  hash: KeyedHash,
): Generator<FoundRecord> {
  let at = start;
  while (at < end) {
    const header = parseRecordHeader(region, at, end);
    const whole = header !== undefined && isWhole(region, at, header, hash);
    if (header !== undefined && (whole || hasWholeKey(region, at, header, hash))) {
      yield { at, header, isWhole: whole };
      at += recordLength(header.keyLength, header.valueLength);
    } else {
      at += RECORD_ALIGNMENT;
    }
  }
}

const RECORD_ALIGNMENT = 8;

/** A group found at `at` in the window. */
export interface FoundGroup {
  readonly at: number;
  readonly header: GroupHeader;
}

/** Looks through a part of the log, as much at a time as fits into a window in memory. */
export class Scanner {
  readonly window: Region;
  readonly #region: JournalRegion;
  /** Positions of blocks that the device could not read. */
  readonly unreadable = new Set<number>();
  /** Bytes read since the start. */
  readBytes = 0;
  #start = 0;

  constructor(region: JournalRegion, window: Region) {
    this.#region = region;
    this.window = window;
  }

  /** The position in the region of what is at `at` in the window. */
  positionOf(at: number): number {
    return this.#start + at;
  }

  /** Fills the window with what lies from `position` to `end`, as far as it fits; answers how many bytes. */
  *load(position: number, end: number): Task<number> {
    const length = Math.min(this.window.bytes.length, end - position);
    const bytes = this.window.bytes.subarray(0, length);
    const requests = this.#region.read(position, bytes);
    this.#start = position;
    yield requests;
    this.readBytes += length;
    if (failureOf(requests) !== undefined) yield* this.#loadByBlocks(position, bytes);
    return length;
  }

  /**
   * Fills the window from `position` on, which is before the `end` of a segment, and answers those groups
   * in it that are there as a whole and that `accepts` likes, and where to go on.
   */
  *groups(
    position: number,
    end: number,
    accepts: (header: GroupHeader) => boolean,
  ): Task<{ readonly found: readonly FoundGroup[]; readonly next: number }> {
    const available = yield* this.load(position, end);
    const { blockSize, hash } = this.#region;
    const found: FoundGroup[] = [];
    let at = 0;
    while (at < available) {
      const header = parseGroupHeader(this.window, at, position + at, hash);
      const length = header === undefined ? 0 : roundUp(header.length, blockSize);
      const fits = at + length <= available;
      if (header !== undefined && accepts(header) && (fits || at > 0)) {
        if (!fits) break;
        found.push({ at, header });
        at += length;
      } else {
        at += blockSize;
      }
    }
    return { found, next: position + at };
  }

  /** What cannot be read counts as zeros; the blocks beside it may be readable. */
  *#loadByBlocks(position: number, bytes: Uint8Array): Task<void> {
    const { blockSize } = this.#region;
    for (let at = 0; at < bytes.length; at += blockSize) {
      const block = bytes.subarray(at, at + blockSize);
      const requests = this.#region.read(position + at, block);
      yield requests;
      if (failureOf(requests) === undefined) continue;
      block.fill(0);
      this.unreadable.add(position + at);
    }
  }
}
