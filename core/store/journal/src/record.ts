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
import { u16, u32, u64 } from '@atoll/bytes/field';
import type { Entry } from './entry.ts';
import type { Page } from './page.ts';
import { getU64 } from './page.ts';

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

/** What is to be written, and where it was. `key` has a character for each byte. */
export interface NewRecord {
  readonly kind: number;
  readonly isInPieces: boolean;
  readonly key: string;
  /** All bytes of the key but the first, for who has them. */
  readonly keyRest: Uint8Array | undefined;
  readonly value: Uint8Array;
  readonly valueLength: number;
  /** 0 until it gets its number. */
  version: number;
  /** In the region; 0 until it is in a group. */
  position: number;
  /** What the index said of the key when it was last asked for the sake of this record, if it was. */
  entry: Entry | undefined;
}

/** A record to be written; one that moves keeps its `version`, another one gets its number. */
export function newRecord(
  kind: number,
  key: string,
  value: Uint8Array,
  isInPieces = false,
  version = 0,
): NewRecord {
  return {
    kind,
    isInPieces,
    key,
    keyRest: undefined,
    value,
    valueLength: value.length,
    version,
    position: 0,
    entry: undefined,
  };
}

/** Bytes of a record with its padding. */
export function recordLength(keyLength: number, valueLength: number): number {
  // No shift: what stands on a damaged disk may be longer than 31 bits.
  const length = RECORD_HEADER_LENGTH + keyLength + valueLength + 7;
  return length - (length % 8);
}

/** Writes `record` at `at`, where there is room for it: its {@link recordLength}. */
export function writeRecord(page: Page, at: number, record: NewRecord, hash: KeyedHash): void {
  const { bytes } = page;
  const { key, keyRest, value } = record;
  const keyAt = at + RECORD_HEADER_LENGTH;
  const valueAt = keyAt + key.length;
  const end = valueAt + value.length;
  if (keyRest === undefined) {
    writeBinary(bytes, keyAt, key);
  } else {
    bytes[keyAt] = key.charCodeAt(0);
    bytes.set(keyRest, keyAt + 1);
  }
  bytes.set(value, valueAt);
  const kindAndFlags = (record.kind << 8) | (record.isInPieces ? IN_PIECES : 0);
  const about = (kindAndFlags << 16) | key.length;
  hash.sealHeader(page, at, about, value.length, record.version, valueAt, end);
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
  return hash.isSealed(region, at + CHECKED, end, at);
}

/** Whether its header and key are. */
export function hasWholeKey(
  region: Located,
  at: number,
  { keyLength }: RecordHeader,
  hash: KeyedHash,
): boolean {
  const end = at + RECORD_HEADER_LENGTH + keyLength;
  return hash.isSealed(region, at + CHECKED, end, at + 8);
}

/** Whether the record at `at`, which is all there, is undamaged and this one. */
export function isRecordOf(
  page: Page,
  at: number,
  key: string,
  version: number,
  valueLength: number,
  hash: KeyedHash,
): boolean {
  const { bytes, view } = page;
  const keyAt = at + RECORD_HEADER_LENGTH;
  return (
    view.getUint16(at + 18) === key.length &&
    view.getUint32(at + 20) === valueLength &&
    getU64(view, at + 24) === version &&
    hash.isSealed(page, at + CHECKED, keyAt + key.length + valueLength, at) &&
    binaryText(bytes, keyAt, key.length) === key
  );
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
  writeBinary(bytes, 0, text);
  return bytes;
}

/** Writes the bytes of `text`, from number `from` of them on, where `at` is the place of the first. */
export function writeBinary(bytes: Uint8Array, at: number, text: string, from = 0): void {
  for (let index = from; index < text.length; index++) bytes[at + index] = text.charCodeAt(index);
}

const IN_PIECES = 1;
/** Where the hashed bytes of a record start. */
const CHECKED = 16;
