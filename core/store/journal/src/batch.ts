import type { Result } from '@atoll/result/result';
import type { NewRecord } from './record.ts';
import { RECORD_KIND } from './record.ts';
import { indexKey, MAX_KEY_LENGTH, MAX_VALUE_LENGTH, NOTHING } from './values.ts';

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

export type CommitResult = Result<undefined, WriteFailure>;

/** Writes that happen together or not at all, and what became of them. */
export type Batch = Put | Several;

interface Some {
  readonly kind: 'written';
  /** `undefined`: it is durable, or nothing is known yet. */
  failure: WriteFailure | undefined;
  /** Who waits for it, if anybody does: kept for them, never called here. */
  resolve: ((result: CommitResult) => void) | undefined;
  /** A put or a deletion for each key; values may still have to be cut into pieces. */
  readonly records: readonly NewRecord[];
  /** Bytes of all keys and values. */
  readonly length: number;
}

export interface Several extends Some {
  readonly isPut: false;
}

/** One write that is no deletion: the commonest by far. It can be made into another one. */
export interface Put extends Some {
  readonly isPut: true;
  readonly records: readonly [Mutable<NewRecord>];
  length: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * What no journal can hold throws. The batch is made of `spare`, if there is one, which nobody needs any more:
 * an interpreter takes a tenth of a put for new objects.
 */
export function makePut(key: Uint8Array, value: Uint8Array, spare: Put | undefined): Put {
  checkWrite(key.length, value.length);
  const length = key.length + value.length;
  if (spare === undefined) {
    const record = putRecord(key, value);
    return {
      kind: 'written',
      isPut: true,
      failure: undefined,
      resolve: undefined,
      records: [record],
      length,
    };
  }
  const record = spare.records[0];
  record.key = indexKey(key);
  record.keyRest = key;
  record.value = value;
  record.valueLength = value.length;
  record.version = 0;
  spare.length = length;
  spare.failure = undefined;
  return spare;
}

/** Lets go of what `put` holds, before it is spare. */
export function emptyPut(put: Put): void {
  const record = put.records[0];
  record.key = '';
  record.keyRest = undefined;
  record.value = NOTHING;
  record.entry = undefined;
  put.resolve = undefined;
}

/** Of writes to the same key the last one counts. What no journal can hold throws. */
export function makeBatch(list: readonly Write[]): Several {
  let length = 0;
  let records: NewRecord[] = [];
  for (let index = 0; index < list.length; index++) {
    const { key, value } = list[index];
    const valueLength = value === undefined ? 0 : value.length;
    checkWrite(key.length, valueLength);
    length += key.length + valueLength;
    const record = putRecord(key, value ?? NOTHING);
    if (value === undefined) record.kind = RECORD_KIND.delete;
    records.push(record);
  }
  if (records.length > 1) records = [...new Map(records.map((put) => [put.key, put])).values()];
  return {
    kind: 'written',
    isPut: false,
    failure: undefined,
    resolve: undefined,
    records,
    length,
  };
}

function checkWrite(keyLength: number, valueLength: number): void {
  if (keyLength === 0 || keyLength > MAX_KEY_LENGTH) {
    throw new RangeError(`a key has 1 to ${MAX_KEY_LENGTH} bytes, not ${keyLength}`);
  }
  if (valueLength > MAX_VALUE_LENGTH) {
    throw new RangeError(`a value has at most ${MAX_VALUE_LENGTH} bytes, not ${valueLength}`);
  }
}

function putRecord(key: Uint8Array, value: Uint8Array): Mutable<NewRecord> {
  return {
    kind: RECORD_KIND.put,
    isInPieces: false,
    key: indexKey(key),
    keyRest: key,
    value,
    valueLength: value.length,
    version: 0,
    position: 0,
    entry: undefined,
  };
}
