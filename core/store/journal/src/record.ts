/**
 * A record in a group. Big-endian:
 *
 *     0   8  SipHash-2-4 from `kind` to the end of the value, low half first
 *     8   8  SipHash-2-4 from `kind` to the end of the key
 *     16  1  kind
 *     17  1  flags: 1 for a value in pieces
 *     18  2  length of the key
 *     20  4  length of the value
 *     24  8  version: the number of the record that first wrote the value; its own, unless it was moved
 *     32     key, value, zeros up to a multiple of 8
 *
 * The key of the hashes is the identity of the disk with the nonce of the segment, so that a record of an
 * earlier lap of the log is none. The second hash names the key where only the value is damaged.
 */
import type { KeyedHash, Located } from '@atoll/bytes/fast';
import { u16, u32, u64, writeU16, writeU32, writeU64 } from '@atoll/bytes/field';
import { checkAt, sealAt } from './seal.ts';

export const RECORD_HEADER_LENGTH = 32;

/** `put`, `delete`, `move`: a put that compaction copied; `index` and `segments`: parts of a checkpoint. */
export const RECORD_KIND = { put: 1, delete: 2, move: 3, index: 4, segments: 5 } as const;

export interface RecordHeader {
  readonly kind: number;
  readonly isInPieces: boolean;
  readonly keyLength: number;
  readonly valueLength: number;
  readonly version: number;
}

/** What is to be written. `key` has a character for each byte. */
export interface NewRecord {
  readonly kind: number;
  readonly isInPieces: boolean;
  readonly key: string;
  readonly value: Uint8Array;
  /** 0 for the number that the record gets. */
  readonly version: number;
}

/** Bytes of a record with its padding. */
export function recordLength(keyLength: number, valueLength: number): number {
  return Math.ceil((RECORD_HEADER_LENGTH + keyLength + valueLength) / 8) * 8;
}

/** Writes `record` at `at`, where {@link recordLength} bytes are free. */
export function writeRecord(
  region: Located,
  at: number,
  record: NewRecord,
  version: number,
  hash: KeyedHash,
): void {
  const { bytes } = region;
  const { key, value } = record;
  bytes[at + 16] = record.kind;
  bytes[at + 17] = record.isInPieces ? IN_PIECES : 0;
  writeU16(bytes, at + 18, key.length);
  writeU32(bytes, at + 20, value.length);
  writeU64(bytes, at + 24, version);
  const keyAt = at + RECORD_HEADER_LENGTH;
  for (let index = 0; index < key.length; index++) bytes[keyAt + index] = key.charCodeAt(index);
  const valueAt = keyAt + key.length;
  bytes.set(value, valueAt);
  const end = valueAt + value.length;
  bytes.fill(0, end, at + recordLength(key.length, value.length));
  sealAt(hash, region, at + CHECKED, end, at);
  sealAt(hash, region, at + CHECKED, valueAt, at + 8);
}

/** The header at `at` if a whole record could stand there before `end`. Nothing is checked yet. */
export function parseRecordHeader(
  { bytes }: Located,
  at: number,
  end: number,
): RecordHeader | undefined {
  if (at + RECORD_HEADER_LENGTH > end) return undefined;
  const kind = bytes[at + 16];
  const keyLength = u16(bytes, at + 18);
  const valueLength = u32(bytes, at + 20);
  if (kind < RECORD_KIND.put || kind > RECORD_KIND.segments) return undefined;
  if (at + recordLength(keyLength, valueLength) > end) return undefined;
  return {
    kind,
    isInPieces: (bytes[at + 17] & IN_PIECES) !== 0,
    keyLength,
    valueLength,
    version: u64(bytes, at + 24),
  };
}

/** Whether the record at `at` is undamaged. */
export function isWhole(
  region: Located,
  at: number,
  { keyLength, valueLength }: RecordHeader,
  hash: KeyedHash,
): boolean {
  const end = at + RECORD_HEADER_LENGTH + keyLength + valueLength;
  return checkAt(hash, region, at + CHECKED, end, at);
}

/** Whether its header and key are. */
export function hasWholeKey(
  region: Located,
  at: number,
  { keyLength }: RecordHeader,
  hash: KeyedHash,
): boolean {
  const end = at + RECORD_HEADER_LENGTH + keyLength;
  return checkAt(hash, region, at + CHECKED, end, at + 8);
}

export function recordKey({ bytes }: Located, at: number, { keyLength }: RecordHeader): string {
  return binaryText(bytes, at + RECORD_HEADER_LENGTH, keyLength);
}

/** A view. */
export function recordValue(
  { bytes }: Located,
  at: number,
  { keyLength, valueLength }: RecordHeader,
): Uint8Array {
  const start = at + RECORD_HEADER_LENGTH + keyLength;
  return bytes.subarray(start, start + valueLength);
}

/** A character for each byte: such text compares as its bytes do, and engines keep it in as many bytes. */
export function binaryText(bytes: Uint8Array, start: number, length: number): string {
  const part = length === bytes.length ? bytes : bytes.subarray(start, start + length);
  return String.fromCharCode.apply(null, part as never);
}

/** The opposite of {@link binaryText}. */
export function binaryBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

const IN_PIECES = 1;
/** Where the hashed bytes of a record start. */
const CHECKED = 16;
