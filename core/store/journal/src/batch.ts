import type { Entry } from './entry.ts';
import type { Geometry } from './geometry.ts';
import type { NewRecord } from './record.ts';
import { RECORD_HEADER_LENGTH } from './record.ts';
import type { Tree } from './tree.ts';
import {
  costOf,
  deleteRecord,
  indexKey,
  MAX_KEY_LENGTH,
  MAX_VALUE_LENGTH,
  memoryOf,
  pieceCount,
  pieceKey,
  pieceRecords,
  piecesPrefix,
  putRecord,
} from './values.ts';

/** A key and its new value; `undefined` deletes the key. */
export interface Write {
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

/** Writes that happen together or not at all, by their keys in the index. */
export interface Batch {
  readonly ticket: number;
  readonly writes: readonly (readonly [string, Uint8Array | undefined])[];
  /** Bytes of all keys and values. */
  readonly length: number;
}

/** Of writes to the same key the last one counts. What no journal can hold throws. */
export function makeBatch(ticket: number, list: readonly Write[]): Batch {
  let length = 0;
  const writes: [string, Uint8Array | undefined][] = [];
  for (let index = 0; index < list.length; index++) {
    const { key, value } = list[index];
    if (key.length === 0 || key.length > MAX_KEY_LENGTH) {
      throw new RangeError(`a key has 1 to ${MAX_KEY_LENGTH} bytes, not ${key.length}`);
    }
    if (value !== undefined && value.length > MAX_VALUE_LENGTH) {
      throw new RangeError(`a value has at most ${MAX_VALUE_LENGTH} bytes, not ${value.length}`);
    }
    length += key.length + (value?.length ?? 0);
    writes.push([indexKey(key), value]);
  }
  return { ticket, writes: writes.length > 1 ? [...new Map(writes)] : writes, length };
}

/** What a batch does to a journal in which the index and the batches before it in the round are as they are. */
export interface Plan {
  readonly batch: Batch;
  /** Bytes of records, about, and what keys will cost more (or less) than before. */
  readonly length: number;
  readonly cost: number;
  /** Bytes that the index will take more (or less). */
  readonly memory: number;
  /** Pieces of values that are overwritten or deleted. */
  readonly stale: readonly string[];
  /** A value in pieces is still to be written by this round, so the batch must wait for the next. */
  readonly mustWait: boolean;
}

/** What was put and deleted earlier in the same round: whether a value is in pieces. */
export type Touched = Map<string, boolean>;

export function planBatch(
  geometry: Geometry,
  index: Tree<Entry>,
  touched: Touched,
  batch: Batch,
): Plan {
  const stale: string[] = [];
  let length = 0;
  let cost = 0;
  let memory = 0;
  let mustWait = false;
  for (const [key, value] of batch.writes) {
    const before = index.get(key);
    if (touched.get(key)) mustWait = true;
    // What an earlier batch of the round takes away is not taken away once more.
    const isFirst = !touched.has(key);
    if (before !== undefined && isFirst) {
      cost -= costOf(key, before);
      memory -= memoryOf(key);
    }
    if (before?.isInPieces && isFirst) {
      const prefix = piecesPrefix(key);
      for (const [piece, entry] of index.from(prefix)) {
        if (!piece.startsWith(prefix)) break;
        stale.push(piece);
        cost -= costOf(piece, entry);
        memory -= memoryOf(piece);
      }
    }
    if (value !== undefined) {
      const pieces = pieceCount(geometry, key, value.length);
      const overhead = (pieces + 1) * (RECORD_HEADER_LENGTH + 2 * key.length + PER_RECORD);
      length += value.length + overhead;
      cost += value.length + overhead;
      memory += memoryOf(key);
      if (pieces > 0) memory += pieces * memoryOf(pieceKey(key, 0, 0));
    } else {
      length += key.length + RECORD_HEADER_LENGTH + PER_RECORD;
    }
  }
  for (const piece of stale) length += piece.length + RECORD_HEADER_LENGTH + PER_RECORD;
  return { batch, length, cost, memory, stale, mustWait };
}

/** The records of a batch; `tag` and those that follow are used where values take pieces. */
export function* batchRecords(
  geometry: Geometry,
  index: Tree<Entry>,
  touched: Touched,
  { batch, stale }: Plan,
  tag: number,
): Generator<NewRecord> {
  let turn = 0;
  for (const [key, value] of batch.writes) {
    if (value === undefined) {
      const isThere = touched.has(key) || index.get(key) !== undefined;
      if (isThere) yield deleteRecord(key);
    } else if (pieceCount(geometry, key, value.length) === 0) {
      yield putRecord(key, value);
    } else {
      yield* pieceRecords(geometry, key, value, tag + turn++);
    }
  }
  for (const piece of stale) yield deleteRecord(piece);
}

/** Says that `batch` will be in the round. */
export function touch(geometry: Geometry, touched: Touched, { writes }: Batch): void {
  for (const [key, value] of writes) {
    touched.set(key, value !== undefined && pieceCount(geometry, key, value.length) > 0);
  }
}

/** Padding, the name of a piece, and its part of the header of a group and of checkpoints. */
const PER_RECORD = 96;
