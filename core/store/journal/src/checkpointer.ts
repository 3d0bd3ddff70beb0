import { heapMemory } from '@atoll/device/frame';
import {
  INDEX_ENTRY_LENGTH,
  SEGMENT_ENTRY_LENGTH,
  writeIndexEntry,
  writeSegmentEntry,
} from './checkpoint.ts';
import { recordCapacity, SUPERBLOCK_SPACING } from './geometry.ts';
import type { Page } from './page.ts';
import { pageOf } from './page.ts';
import type { NewRecord } from './record.ts';
import { newRecord, RECORD_HEADER_LENGTH, RECORD_KIND } from './record.ts';
import type { Task } from './region.ts';
import { failureOf, flushRequest } from './region.ts';
import type { JournalState } from './state.ts';
import type { LogStart } from './superblock.ts';
import { SUPERBLOCK_LENGTH, writeSuperblock } from './superblock.ts';

/** Writes a checkpoint into the log, a few records in each round, then the superblock that names it. */
export class Checkpointer {
  readonly #state: JournalState;
  readonly #start: LogStart;
  /** The first key that is not written; `undefined` when all are. */
  #cursor: string | undefined = '';
  #isFirst = true;

  /** Starts at the end of the log, between two rounds. */
  constructor(state: JournalState) {
    this.#state = state;
    this.#start = state.log.head;
  }

  get isOver(): boolean {
    return this.#cursor === undefined;
  }

  /** The records of the next step. */
  step(): NewRecord[] {
    const records: NewRecord[] = this.#isFirst ? this.#table() : [];
    this.#isFirst = false;
    while (records.length < RECORDS_IN_STEP && this.#cursor !== undefined)
      records.push(this.#part());
    return records;
  }

  /** All records are on the disk: makes recovery start with this checkpoint. Answers what failed. */
  *finish(): Task<string | undefined> {
    const { region, scratch, superblock, segments, log } = this.#state;
    const { geometry } = superblock;
    const { segment, position, sequence, serial, nonce, next, afterNext } = this.#start;
    const start = { segment, position, sequence, serial, nonce, next, afterNext };
    const number = superblock.number + 1;
    const made = { geometry, number, start, checkpointEnd: log.head.sequence };
    const length = Math.max(SUPERBLOCK_LENGTH, region.blockSize);
    scratch.bytes.fill(0, 0, length);
    writeSuperblock(scratch, made, region.hash);
    const bytes = scratch.bytes.subarray(0, length);
    const place = (number % 2) * SUPERBLOCK_SPACING;
    const writes = [
      ...region.write(place, bytes),
      ...region.write(place + 2 * SUPERBLOCK_SPACING, bytes),
    ];
    yield writes;
    const flush = [flushRequest()];
    if (failureOf(writes) === undefined) yield flush;
    const failure = failureOf([...writes, ...flush]);
    if (failure !== undefined) return failure;
    this.#state.superblock = made;
    segments.reclaim(start.serial);
    return undefined;
  }

  /** The serial numbers and nonces of all segments with something in them. */
  #table(): NewRecord[] {
    const { segments } = this.#state;
    const capacity = recordCapacity(segments.geometry) - RECORD_HEADER_LENGTH;
    const records: NewRecord[] = [];
    let page = newPage(capacity);
    let length = 0;
    for (let segment = 0; segment < segments.geometry.segmentCount; segment++) {
      const serial = segments.serial(segment);
      if (serial === 0 || serial >= this.#start.serial || segments.liveIn(segment) === 0) continue;
      if (length + SEGMENT_ENTRY_LENGTH > capacity) {
        records.push(part(RECORD_KIND.segments, page, length));
        page = newPage(capacity);
        length = 0;
      }
      const nonce = segments.nonce(segment);
      length = writeSegmentEntry(page, length, { segment, serial, nonce });
    }
    if (length > 0) records.push(part(RECORD_KIND.segments, page, length));
    return records;
  }

  /** As many keys as go into one record. */
  #part(): NewRecord {
    const { index, segments } = this.#state;
    const capacity = Math.min(recordCapacity(segments.geometry) - RECORD_HEADER_LENGTH, INDEX_PART);
    const page = newPage(capacity);
    let length = 0;
    let next: string | undefined;
    index.visitLeaves(this.#cursor ?? '', (keys, entries, from) => {
      const first = length;
      // Keys are in order: what the first one and the last one share is in all of them.
      const shared = sharedLength(keys[from], keys[keys.length - 1]);
      for (let at = from; at < keys.length; at++) {
        const key = keys[at];
        if (length + INDEX_ENTRY_LENGTH + key.length > capacity) {
          next = key;
          return false;
        }
        const known = at === from ? 0 : shared;
        length = writeIndexEntry(page, length, key, entries[at], known, first);
      }
      return true;
    });
    this.#cursor = next;
    return part(RECORD_KIND.index, page, length);
  }
}

/** How many characters at the start of the two are the same. */
function sharedLength(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  for (let at = 0; at < most; at++) {
    if (one.charCodeAt(at) !== other.charCodeAt(at)) return at;
  }
  return most;
}

function newPage(length: number): Page {
  return pageOf(heapMemory(length));
}

function part(kind: number, { bytes }: Page, length: number): NewRecord {
  return newRecord(kind, '', bytes.subarray(0, length));
}

/** A damaged part loses no more keys than fit into so many bytes. */
const INDEX_PART = 4096;

/** What one round takes along. */
const RECORDS_IN_STEP = 16;
