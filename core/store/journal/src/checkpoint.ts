/**
 * What a checkpoint says, in the values of records of the kinds `index` and `segments`. Big-endian:
 *
 *     index:    for each key  length of the key 2, flags 2, length of the value 4, position 8, version 8, key
 *     segments: for each segment  number 4, serial number 8, nonce 8
 *
 * A checkpoint is written in steps, between other records. It holds for each key what was true when its
 * step was written; what changed since the first step is behind its start in the log, and replayed over it.
 */

import { u64 } from '@atoll/bytes/field';
import { Reader } from '@atoll/bytes/reader';
import type { Stored } from './entry.ts';
import type { Page } from './page.ts';
import { setU64 } from './page.ts';
import { binaryText, writeBinary } from './record.ts';

export const INDEX_ENTRY_LENGTH = 24;
export const SEGMENT_ENTRY_LENGTH = 20;

export interface SegmentEntry {
  readonly segment: number;
  readonly serial: number;
  readonly nonce: number;
}

/**
 * Writes the entry of `key` at `at`; answers where the next one goes. The first `shared` bytes of the key are
 * those of the entry at `like`: to copy them takes an interpreter less than to make them of text.
 */
export function writeIndexEntry(
  { bytes, view }: Pick<Page, 'bytes' | 'view'>,
  at: number,
  key: string,
  entry: Stored,
  shared = 0,
  like = at,
): number {
  view.setUint32(at, (key.length << 16) | (entry.isInPieces ? 1 : 0));
  const { position, version } = entry;
  view.setUint32(at + 4, entry.valueLength);
  // As setU64 does it, without that call: a checkpoint has all keys.
  view.setUint32(at + 8, position / 0x1_0000_0000);
  view.setUint32(at + 12, position);
  view.setUint32(at + 16, version / 0x1_0000_0000);
  view.setUint32(at + 20, version);
  const keyAt = at + INDEX_ENTRY_LENGTH;
  const from = like + INDEX_ENTRY_LENGTH;
  if (shared > 0) bytes.copyWithin(keyAt, from, from + shared);
  writeBinary(bytes, keyAt, key, shared);
  return keyAt + key.length;
}

/** The entries in `value`, the key first; `undefined` when it is cut off. */
export function parseIndexEntries(value: Uint8Array): [string, Stored][] | undefined {
  const entries: [string, Stored][] = [];
  const reader = new Reader(value);
  while (reader.remaining > 0) {
    const keyLength = reader.u16();
    const isInPieces = (reader.u16() & 1) !== 0;
    const valueLength = reader.u32();
    const numbers = reader.take(16);
    const key = reader.take(keyLength);
    if (reader.truncated) return undefined;
    const stored = { position: u64(numbers, 0), version: u64(numbers, 8), valueLength, isInPieces };
    entries.push([binaryText(key, 0, key.length), stored]);
  }
  return entries;
}

/** Like {@link writeIndexEntry}, in the table of segments. */
export function writeSegmentEntry(
  { view }: Pick<Page, 'view'>,
  at: number,
  { segment, serial, nonce }: SegmentEntry,
): number {
  view.setUint32(at, segment);
  setU64(view, at + 4, serial);
  setU64(view, at + 12, nonce);
  return at + SEGMENT_ENTRY_LENGTH;
}

/** The entries in `value`; `undefined` when it is cut off. */
export function parseSegmentEntries(value: Uint8Array): SegmentEntry[] | undefined {
  if (value.length % SEGMENT_ENTRY_LENGTH !== 0) return undefined;
  const entries: SegmentEntry[] = [];
  for (let at = 0; at < value.length; at += SEGMENT_ENTRY_LENGTH) {
    const reader = new Reader(value, at);
    entries.push({ segment: reader.u32(), serial: u64(value, at + 4), nonce: u64(value, at + 12) });
  }
  return entries;
}
