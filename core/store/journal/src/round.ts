import type { Batch } from './batch.ts';
import { recordCapacity } from './geometry.ts';
import type { NewRecord } from './record.ts';
import { newRecord, RECORD_HEADER_LENGTH, RECORD_KIND } from './record.ts';
import type { JournalState } from './state.ts';
import { capacityOf } from './status.ts';
import {
  costOf,
  memoryOf,
  NOTHING,
  pieceCount,
  pieceKey,
  pieceRecords,
  piecesPrefix,
} from './values.ts';

/**
 * Why a batch cannot be in a round: there is no `memory` for its keys; the disk has no `room` for what it
 * holds, or no `segment` free to write it to; a value in pieces that it replaces is written in this round, so
 * it is for a `later` one.
 */
export type Obstacle = 'memory' | 'room' | 'segment' | 'later';

/** Batches that go into the log together, as long as there is room for them: {@link begin} starts anew. */
export class Round {
  readonly batches: Batch[] = [];
  /** What is to be written for each. */
  readonly records: (readonly NewRecord[])[] = [];
  readonly #state: JournalState;
  readonly #recordCapacity: number;
  /** Bytes that all keys may cost. */
  readonly #capacity: number;
  /** What was put and deleted: whether a value is in pieces. */
  readonly #touched = new Map<string, boolean>();
  /** Of values in pieces, for the next one. */
  #tag = 0;
  #length = 0;
  #cost = 0;
  #memory = 0;
  /** Bytes that may be written by what grows, and by what does not. */
  #roomToGrow = 0;
  #room = 0;

  constructor(state: JournalState) {
    this.#state = state;
    this.#recordCapacity = recordCapacity(state.segments.geometry);
    this.#capacity = capacityOf(state);
  }

  /** So many segments stay free: `reserve` by what grows, `leastFree` by what does not. */
  begin(leastFree: number, reserve: number): void {
    const { segments, log, cost, memory } = this.#state;
    const filled = segments.geometry.segmentSize * FILLED;
    this.#roomToGrow = (segments.free - reserve) * filled;
    this.#room = (segments.free - leastFree) * filled;
    this.#cost = cost;
    this.#memory = memory;
    this.#length = 0;
    this.#tag = Math.max(this.#tag, log.sequence);
    this.#touched.clear();
    this.batches.length = 0;
    this.records.length = 0;
  }

  /** Bytes that its records take in the log, at most. */
  get length(): number {
    return this.#length;
  }

  get isFull(): boolean {
    return this.#length >= ROUND_BYTES;
  }

  /** Takes `batch` in; answers why that cannot be. */
  add(batch: Batch): Obstacle | undefined {
    const { records } = batch;
    if (records.length !== 1 || !this.#replaces(records[0])) return this.#plan(batch);
    this.batches.push(batch);
    this.records.push(records);
    return undefined;
  }

  /** Takes in one value that replaces another, the commonest batch by far; false where that is not all to say. */
  #replaces(record: NewRecord): boolean {
    const { kind, key, valueLength } = record;
    const before = this.#state.index.get(key);
    if (before === undefined || before.isInPieces || kind === RECORD_KIND.delete) return false;
    if (this.#touched.size > 0 && this.#touched.has(key)) return false;
    const size = RECORD_HEADER_LENGTH + key.length + valueLength;
    if (size > this.#recordCapacity) return false;
    const taken = size + key.length + PER_RECORD;
    const length = this.#length + taken;
    const growth = taken - costOf(key, before.valueLength);
    // What it gains is not counted: the round may have another batch that replaces the same value.
    if (growth > 0 ? length > this.#roomToGrow : length > this.#room) return false;
    if (growth > 0 && this.#cost + growth > this.#capacity) return false;
    if (growth > 0) this.#cost += growth;
    this.#length = length;
    record.entry = before;
    return true;
  }

  #plan(batch: Batch): Obstacle | undefined {
    const { segments, index, mostMemory } = this.#state;
    const { geometry } = segments;
    const { records } = batch;
    const touched = this.#touched;
    let length = 0;
    let cost = 0;
    let memory = 0;
    let isPlain = true;
    let stale = NO_PIECES;
    for (let at = 0; at < records.length; at++) {
      const { key, kind, valueLength } = records[at];
      const wasTouched = touched.get(key);
      if (wasTouched === true) return 'later';
      // What an earlier batch of the round takes away is not taken away once more.
      const before = wasTouched === undefined ? index.get(key) : undefined;
      if (before !== undefined) {
        cost -= costOf(key, before.valueLength);
        if (before.isInPieces) stale = [...stale, ...this.#piecesOf(key)];
      }
      if (kind === RECORD_KIND.delete) {
        length += key.length + RECORD_HEADER_LENGTH + PER_RECORD;
        if (before !== undefined) memory -= memoryOf(key);
        isPlain = false;
        continue;
      }
      const overhead = RECORD_HEADER_LENGTH + 2 * key.length + PER_RECORD;
      length += valueLength + overhead;
      cost += valueLength + overhead;
      if (before === undefined) memory += memoryOf(key);
      if (RECORD_HEADER_LENGTH + key.length + valueLength <= this.#recordCapacity) continue;
      const pieces = pieceCount(geometry, key, valueLength);
      length += pieces * overhead;
      cost += pieces * overhead;
      memory += pieces * memoryOf(pieceKey(key, 0, 0));
      isPlain = false;
    }
    for (const piece of stale) {
      length += piece.length + RECORD_HEADER_LENGTH + PER_RECORD;
      cost -= costOf(piece, index.get(piece)?.valueLength ?? 0);
      memory -= memoryOf(piece);
      isPlain = false;
    }

    if (memory > 0 && this.#memory + memory > mostMemory) return 'memory';
    if (cost > 0 && this.#cost + cost > this.#capacity) return 'room';
    if (this.#length + length > (cost > 0 ? this.#roomToGrow : this.#room)) return 'segment';
    this.#length += length;
    this.#cost += cost;
    this.#memory += memory;
    this.batches.push(batch);
    if (isPlain) {
      for (let at = 0; at < records.length; at++) touched.set(records[at].key, false);
      this.records.push(records);
    } else {
      this.records.push(this.#cut(records, stale));
    }
    return undefined;
  }

  /** The keys of all pieces of the value of `key`. */
  #piecesOf(key: string): readonly string[] {
    const prefix = piecesPrefix(key);
    const pieces: string[] = [];
    this.#state.index.visit(prefix, (piece) => {
      if (!piece.startsWith(prefix)) return false;
      pieces.push(piece);
      return true;
    });
    return pieces;
  }

  /** The records to be written where values are in pieces, or are deleted. */
  #cut(records: readonly NewRecord[], stale: readonly string[]): readonly NewRecord[] {
    const { segments, index } = this.#state;
    const list: NewRecord[] = [];
    for (const record of records) {
      const { key, kind, value } = record;
      const isInPieces = pieceCount(segments.geometry, key, value.length) > 0;
      if (isInPieces) list.push(...pieceRecords(segments.geometry, key, value, this.#tag++));
      else if (kind === RECORD_KIND.put || this.#touched.has(key) || index.get(key) !== undefined) {
        list.push(record);
      }
      this.#touched.set(key, isInPieces);
    }
    for (const piece of stale) list.push(newRecord(RECORD_KIND.delete, piece, NOTHING));
    return list;
  }
}

const NO_PIECES: readonly string[] = [];

/** Padding, the name of a piece, and its part of the header of a group and of checkpoints. */
const PER_RECORD = 96;

/** A round takes no more batches when it has so many bytes. */
const ROUND_BYTES = 0x10_0000;

/** How full segments become at least. */
const FILLED = 0.75;
