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
import type { Writer } from '@atoll/bytes/writer';
import type { Entry, Stored } from './entry.ts';
import { entryOf } from './entry.ts';
import { binaryBytes, binaryText } from './record.ts';

export const INDEX_ENTRY_LENGTH = 24;
export const SEGMENT_ENTRY_LENGTH = 20;

export interface SegmentEntry {
  readonly segment: number;
  readonly serial: number;
  readonly nonce: number;
}

export function writeIndexEntry(writer: Writer, key: string, entry: Stored): void {
  writer.u16(key.length);
  writer.u16(entry.isInPieces ? 1 : 0);
  writer.u32(entry.valueLength);
  writeU64(writer, entry.position);
  writeU64(writer, entry.version);
  writer.bytes(binaryBytes(key));
}

/** The entries in `value`, the key first; `undefined` when it is cut off. */
export function parseIndexEntries(value: Uint8Array): [string, Entry][] | undefined {
  const entries: [string, Entry][] = [];
  const reader = new Reader(value);
  while (reader.remaining > 0) {
    const keyLength = reader.u16();
    const isInPieces = (reader.u16() & 1) !== 0;
    const valueLength = reader.u32();
    const numbers = reader.take(16);
    const key = reader.take(keyLength);
    if (reader.truncated) return undefined;
    const position = u64(numbers, 0);
    const entry = entryOf({ position, version: u64(numbers, 8), valueLength, isInPieces });
    entries.push([binaryText(key, 0, key.length), entry]);
  }
  return entries;
}

export function writeSegmentEntry(writer: Writer, { segment, serial, nonce }: SegmentEntry): void {
  writer.u32(segment);
  writeU64(writer, serial);
  writeU64(writer, nonce);
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

function writeU64(writer: Writer, value: number): void {
  writer.u32(Math.floor(value / 0x1_0000_0000));
  writer.u32(value % 0x1_0000_0000);
}
