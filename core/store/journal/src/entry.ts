import { recordLength } from './record.ts';

/** Where the value of a key is. */
export interface Stored {
  /** Of its record in the region. */
  readonly position: number;
  readonly version: number;
  readonly valueLength: number;
  readonly isInPieces: boolean;
}

/** What the index knows of a key. It changes while the key does: who waits for the disk keeps a copy. */
export interface Entry extends Mutable<Stored> {
  /** What is in its record, while the cache has it; whether it was used lately is the cache's to forget. */
  cached: Uint8Array | undefined;
  isUsed: boolean;
  /** Of the index in which it was made. */
  readonly edition: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

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

export function entryOf(stored: Stored, edition: number): Entry {
  const { position, version, valueLength, isInPieces } = stored;
  return { position, version, valueLength, isInPieces, cached: undefined, isUsed: false, edition };
}

/** Bytes that the record of `key` takes. */
export function entryLength(key: string, { valueLength }: Stored): number {
  return recordLength(key.length, valueLength);
}
