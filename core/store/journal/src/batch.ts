import type { Geometry } from './geometry.ts';
import type { Index } from './index.ts';
import type { NewRecord } from './record.ts';
import { newRecord, RECORD_HEADER_LENGTH, RECORD_KIND } from './record.ts';
import {
  costOf,
  indexKey,
  MAX_KEY_LENGTH,
  MAX_VALUE_LENGTH,
  memoryOf,
  NOTHING,
  pieceCount,
  pieceKey,
  pieceRecords,
  piecesPrefix,
} from './values.ts';

/** A key and its new value; `undefined` deletes the key. The bytes of neither may be changed any more. */
export interface Write {
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

/** Why a batch was not written. */
export interface WriteFailure {
  /**
   * `full`: there is no room for it on the disk, or in memory for its keys; `busy`: too much waits for the disk already; `failed`: the disk failed,
   * and nothing is written until a new start.
   */
  readonly kind: 'full' | 'busy' | 'failed';
  /** One lower-case sentence. */
  readonly reason: string;
}

/** What became of a batch. */
export interface Written {
  readonly kind: 'written';
  readonly ticket: number;
  /** `undefined`: it is durable. */
  readonly failure: WriteFailure | undefined;
}

/** Writes that happen together or not at all, and then what became of them. */
export interface Batch extends Written {
  failure: WriteFailure | undefined;
  /** A put or a deletion for each key; values may still have to be cut into pieces. */
  readonly records: readonly NewRecord[];
  /** Bytes of all keys and values. */
  readonly length: number;
}

/** Of writes to the same key the last one counts. What no journal can hold throws. */
export function makeBatch(ticket: number, list: readonly Write[]): Batch {
  let length = 0;
  let records: NewRecord[] = [];
  for (let index = 0; index < list.length; index++) {
    const { key, value } = list[index];
    const keyLength = key.length;
    const valueLength = value === undefined ? 0 : value.length;
    if (keyLength === 0 || keyLength > MAX_KEY_LENGTH) {
      throw new RangeError(`a key has 1 to ${MAX_KEY_LENGTH} bytes, not ${keyLength}`);
    }
    if (valueLength > MAX_VALUE_LENGTH) {
      throw new RangeError(`a value has at most ${MAX_VALUE_LENGTH} bytes, not ${valueLength}`);
    }
    length += keyLength + valueLength;
    records.push({
      kind: value === undefined ? RECORD_KIND.delete : RECORD_KIND.put,
      isInPieces: false,
      key: indexKey(key),
      keyRest: key,
      value: value ?? NOTHING,
      valueLength,
      version: 0,
      position: 0,
    });
  }
  if (records.length > 1) records = [...new Map(records.map((put) => [put.key, put])).values()];
  return { kind: 'written', ticket, failure: undefined, records, length };
}

/** What a batch does to a journal in which the index and the batches before it in the round are as they are. */
export interface Plan {
  /** Bytes of records, about, and what keys will cost more (or less) than before. */
  readonly length: number;
  readonly cost: number;
  /** Bytes that the index will take more (or less). */
  readonly memory: number;
  /** Pieces of values that are overwritten or deleted. */
  readonly stale: readonly string[];
  /** The records of the batch are those to be written: nothing is deleted or in pieces. */
  readonly isPlain: boolean;
  /** A value in pieces is still to be written by this round, so the batch must wait for the next. */
  readonly mustWait: boolean;
}

/** What was put and deleted earlier in the same round: whether a value is in pieces. */
export type Touched = Map<string, boolean>;

export function planBatch(
  geometry: Geometry,
  index: Index,
  touched: Touched,
  { records }: Batch,
): Plan {
  let stale = NONE;
  let length = 0;
  let cost = 0;
  let memory = 0;
  let isPlain = true;
  let mustWait = false;
  for (let at = 0; at < records.length; at++) {
    const { key, kind, valueLength } = records[at];
    const before = index.get(key);
    const wasTouched = touched.get(key);
    if (wasTouched === true) mustWait = true;
    // What an earlier batch of the round takes away is not taken away once more.
    if (before !== undefined && wasTouched === undefined) {
      cost -= costOf(key, before.valueLength);
      memory -= memoryOf(key);
      if (before.isInPieces) {
        const pieces = piecesIn(index, key);
        for (const piece of pieces) memory -= memoryOf(piece);
        for (const piece of pieces) cost -= costOf(piece, index.get(piece)?.valueLength ?? 0);
        stale = [...stale, ...pieces];
      }
    }
    if (kind === RECORD_KIND.delete) {
      isPlain = false;
      length += key.length + RECORD_HEADER_LENGTH + PER_RECORD;
      continue;
    }
    const pieces = pieceCount(geometry, key, valueLength);
    const taken = valueLength + (pieces + 1) * (RECORD_HEADER_LENGTH + 2 * key.length + PER_RECORD);
    length += taken;
    cost += taken;
    memory += memoryOf(key);
    if (pieces === 0) continue;
    isPlain = false;
    memory += pieces * memoryOf(pieceKey(key, 0, 0));
  }
  if (stale !== NONE) isPlain = false;
  for (const piece of stale) length += piece.length + RECORD_HEADER_LENGTH + PER_RECORD;
  return { length, cost, memory, stale, isPlain, mustWait };
}

/** The keys of all pieces of the value of `key`. */
function piecesIn(index: Index, key: string): readonly string[] {
  const prefix = piecesPrefix(key);
  const pieces: string[] = [];
  index.visit(prefix, (piece) => {
    if (!piece.startsWith(prefix)) return false;
    pieces.push(piece);
    return true;
  });
  return pieces;
}

/**
 * The records to be written for a batch, which from now on is in the round; `tag` and those that follow are
 * used where values take pieces.
 */
export function batchRecords(
  geometry: Geometry,
  index: Index,
  touched: Touched,
  { records }: Batch,
  { stale, isPlain }: Plan,
  tag: number,
): readonly NewRecord[] {
  if (isPlain) {
    for (let at = 0; at < records.length; at++) touched.set(records[at].key, false);
    return records;
  }
  const list: NewRecord[] = [];
  let turn = 0;
  for (const record of records) {
    const { key, kind, value } = record;
    const isInPieces = pieceCount(geometry, key, value.length) > 0;
    if (isInPieces) list.push(...pieceRecords(geometry, key, value, tag + turn++));
    else if (kind === RECORD_KIND.put || touched.has(key) || index.get(key)) list.push(record);
    touched.set(key, isInPieces);
  }
  for (const piece of stale) list.push(newRecord(RECORD_KIND.delete, piece, NOTHING));
  return list;
}

const NONE: readonly string[] = [];

/** Padding, the name of a piece, and its part of the header of a group and of checkpoints. */
const PER_RECORD = 96;
