import { recordLength } from './record.ts';

/** What is known of a key without reading its record. */
export interface Entry {
  /** Of its record in the region. */
  readonly position: number;
  readonly version: number;
  readonly valueLength: number;
  readonly isInPieces: boolean;
}

/** What a record says about a key. */
export interface Change extends Entry {
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

/** Bytes that the record of `key` takes. */
export function entryLength(key: string, { valueLength }: Entry): number {
  return recordLength(key.length, valueLength);
}
