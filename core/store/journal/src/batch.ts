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
