import { recordLength } from './record.ts';

/** Where the value of a key is. */
export interface Stored {
  /** Of its record in the region. */
  readonly position: number;
  readonly version: number;
  readonly valueLength: number;
  readonly isInPieces: boolean;
}

/** What the index knows of a key. */
export interface Entry extends Stored {
  /** What is in its record, while the cache has it; whether it was used lately is the cache's to forget. */
  cached: Uint8Array | undefined;
  isUsed: boolean;
}

/** What a record says about a key. */
export interface Change extends Stored {
  readonly kind: number;
  readonly key: string;
}

/** What is wrong on the disk. */
export interface Damage {
  /** The first block of the disk that is concerned. */
  readonly block: number;
  /** The key as bytes, where it is known. */
  readonly key: Uint8Array | undefined;
  /** One sentence. */
  readonly what: string;
}

export function entryOf({ position, version, valueLength, isInPieces }: Stored): Entry {
  return { position, version, valueLength, isInPieces, cached: undefined, isUsed: false };
}

/** Bytes that the record of `key` takes. */
export function entryLength(key: string, { valueLength }: Stored): number {
  return recordLength(key.length, valueLength);
}
