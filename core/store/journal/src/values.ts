/**
 * Keys and values as their users have them, and the records for them. A value that is too long for one record
 * is cut into pieces with keys of their own, and the record under its own key says what they are called.
 *
 *     user's key: 0, the key
 *     a piece:    1, length of the key 2, the key, tag 8, number of the piece 4
 *     value in pieces: length of the whole 8, tag 8
 *
 * A tag is never used twice, so pieces of an earlier value are never taken for those of a later one.
 */
import { u64, writeU64 } from '@atoll/bytes/field';
import { decodeLatin1 } from '@atoll/bytes/latin1';
import { INDEX_ENTRY_LENGTH } from './checkpoint.ts';
import type { Geometry } from './geometry.ts';
import { recordCapacity } from './geometry.ts';
import type { NewRecord } from './record.ts';
import {
  binaryBytes,
  newRecord,
  RECORD_HEADER_LENGTH,
  RECORD_KIND,
  recordLength,
} from './record.ts';

export const MAX_KEY_LENGTH = 1024;
export const MAX_VALUE_LENGTH = 32 * 0x10_0000;

/** The key in the index for a user's `key`. */
export function indexKey(key: Uint8Array): string {
  return USER + decodeLatin1(key);
}

/** Whether a key of the index is a user's, which then is what follows its first character. */
export function isUserKey(key: string): boolean {
  return key.charCodeAt(0) === 0;
}

/** The user's key that a key of the index belongs to. */
export function userKey(key: string): Uint8Array {
  if (isUserKey(key)) return binaryBytes(key.slice(1));
  const length = key.charCodeAt(1) * 256 + key.charCodeAt(2);
  return binaryBytes(key.slice(3, 3 + length));
}

/** What the keys of all pieces of values of `key`, of the index, start with. */
export function piecesPrefix(key: string): string {
  const length = key.length - 1;
  return PIECE + String.fromCharCode(length >>> 8, length & 0xff) + key.slice(1);
}

export function pieceKey(key: string, tag: number, piece: number): string {
  return piecesPrefix(key) + numberText(tag, 8) + numberText(piece, 4);
}

/** How a value of `length` bytes is stored under `key`, of the index: 0 pieces for one record. */
export function pieceCount(geometry: Geometry, key: string, length: number): number {
  if (recordLength(key.length, length) <= recordCapacity(geometry)) return 0;
  return Math.ceil(length / pieceLength(geometry, key));
}

export function pieceLength(geometry: Geometry, key: string): number {
  const overhead = RECORD_HEADER_LENGTH + piecesPrefix(key).length + TAG_LENGTH;
  return Math.floor((recordCapacity(geometry) - overhead) / 8) * 8;
}

/** The records that put a `value` that takes pieces under `key`, of the index. */
export function* pieceRecords(
  geometry: Geometry,
  key: string,
  value: Uint8Array,
  tag: number,
): Generator<NewRecord> {
  const length = pieceLength(geometry, key);
  for (let piece = 0; piece * length < value.length; piece++) {
    const part = value.subarray(piece * length, (piece + 1) * length);
    yield newRecord(RECORD_KIND.put, pieceKey(key, tag, piece), part);
  }
  const summary = new Uint8Array(SUMMARY_LENGTH);
  writeU64(summary, 0, value.length);
  writeU64(summary, 8, tag);
  yield newRecord(RECORD_KIND.put, key, summary, true);
}

/** What the record of a value in pieces says. */
export function parseSummary(value: Uint8Array): { length: number; tag: number } | undefined {
  if (value.length !== SUMMARY_LENGTH) return undefined;
  const length = u64(value, 0);
  return length > MAX_VALUE_LENGTH ? undefined : { length, tag: u64(value, 8) };
}

/** What a key costs in all: its record, and its place in two checkpoints, the last one and the next. */
export function costOf(key: string, valueLength: number): number {
  return recordLength(key.length, valueLength) + 2 * (INDEX_ENTRY_LENGTH + key.length);
}

/** Bytes of memory that an entry of the index takes in an image, about. */
export function memoryOf(key: string): number {
  return ENTRY_MEMORY + key.length;
}

/** Bytes of memory for the index of `keys` keys of `length` bytes, with values that take no pieces. */
export function indexMemoryFor(keys: number, length: number): number {
  return keys * (ENTRY_MEMORY + USER.length + length);
}

/** `value` big-endian in `length` characters. */
function numberText(value: number, length: number): string {
  let text = '';
  for (let rest = value, at = 0; at < length; at++, rest = Math.floor(rest / 256)) {
    text = String.fromCharCode(rest % 256) + text;
  }
  return text;
}

const USER = '\0';
const PIECE = '\x01';
const ENTRY_MEMORY = 320;
const TAG_LENGTH = 12;
const SUMMARY_LENGTH = 16;
export const NOTHING = new Uint8Array(0);
