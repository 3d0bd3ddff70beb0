import { u64 } from '@atoll/bytes/field';
import type { BlockRequest } from '@atoll/device/block';
import type { Region } from '@atoll/device/fast';
import type { Allocate } from '@atoll/device/frame';
import type { Entropy } from '@atoll/device/system';
import { groupCapacity, roundUp, segmentStart } from './geometry.ts';
import { GROUP_HEADER_LENGTH, writeGroupHeader } from './group.ts';
import type { NewRecord } from './record.ts';
import { recordLength, writeRecord } from './record.ts';
import type { JournalRegion } from './region.ts';
import type { Segments } from './segments.ts';
import type { LogStart } from './superblock.ts';

/** Where the log goes on. */
export interface LogHead extends LogStart {
  /** The sequence number of the first group in the segment, and the nonce of the segment before it. */
  readonly first: number;
  readonly previous: number;
}

/** Where a record was put, and its number. */
export interface Place {
  readonly position: number;
  readonly version: number;
}

/**
 * The writing end of the log: makes groups of records. Order of calls: `begin` a round, `add` records; when
 * one does not fit in memory, write what `takeWrites` has and add it again; then `end` the round and write the rest.
 */
export class Log {
  readonly #region: JournalRegion;
  readonly #segments: Segments;
  readonly #entropy: Entropy;
  readonly #capacity: number;
  readonly #buffers: readonly Region[];
  #used = 0;
  #writes: BlockRequest[] = [];
  #head: LogHead;
  #round = 0;
  /** Bytes of the open group; 0 when there is none. */
  #length = 0;
  #count = 0;
  /** Bytes that the open group may have. */
  #room = 0;

  constructor(
    region: JournalRegion,
    segments: Segments,
    head: LogHead,
    allocate: Allocate,
    entropy: Entropy,
  ) {
    this.#region = region;
    this.#segments = segments;
    this.#entropy = entropy;
    this.#head = head;
    this.#capacity = groupCapacity(segments.geometry);
    this.#buffers = Array.from({ length: BUFFERS }, () => allocate(this.#capacity));
  }

  /** Where the next group goes, between rounds. */
  get head(): LogHead {
    return this.#head;
  }

  begin(): void {
    this.#round = this.#head.sequence;
  }

  /** Adds `record` to the round; `undefined` when what is in memory must be written first. */
  add(record: NewRecord): Place | undefined {
    const { key, value } = record;
    const length = recordLength(key.length, value.length);
    if (this.#length > 0 && this.#length + length > this.#room) this.#close(false);
    if (this.#length === 0 && !this.#open(length)) return undefined;
    const version = record.version === 0 ? this.#head.sequence + 1 + this.#count : record.version;
    const hash = this.#segments.hash(this.#head.segment);
    writeRecord(this.#buffers[this.#used], this.#length, record, version, hash);
    const position = this.#head.position + this.#length;
    this.#length += length;
    this.#count++;
    return { position, version };
  }

  /** Ends the round; an empty one gets a group without records. False: write what is in memory, and again. */
  end(): boolean {
    if (this.#length === 0 && !this.#open(0)) return false;
    this.#close(true);
    return true;
  }

  /** What is to be written now. When all of it has ended, memory is free again. */
  takeWrites(): readonly BlockRequest[] {
    const writes = this.#writes;
    this.#writes = [];
    this.#used = 0;
    return writes;
  }

  #open(recordLength: number): boolean {
    if (this.#used === BUFFERS) return false;
    const { geometry } = this.#segments;
    const needed = GROUP_HEADER_LENGTH + recordLength;
    const end = segmentStart(geometry, this.#head.segment) + geometry.segmentSize;
    if (this.#head.position + needed > end) this.#beginSegment();
    const left = segmentStart(geometry, this.#head.segment + 1) - this.#head.position;
    this.#room = Math.min(left, this.#capacity);
    this.#length = GROUP_HEADER_LENGTH;
    this.#count = 0;
    return true;
  }

  #close(endsRound: boolean): void {
    const { blockSize } = this.#region;
    const head = this.#head;
    const buffer = this.#buffers[this.#used++];
    const header = {
      ...head,
      length: this.#length,
      round: this.#round,
      count: this.#count,
      endsRound,
    };
    const end = roundUp(this.#length, blockSize);
    buffer.bytes.fill(0, this.#length, end);
    writeGroupHeader(buffer, 0, header, this.#region.hash);
    this.#writes.push(...this.#region.write(head.position, buffer.bytes.subarray(0, end)));
    this.#head = {
      ...head,
      position: head.position + end,
      sequence: head.sequence + 1 + this.#count,
    };
    this.#length = 0;
  }

  #beginSegment(): void {
    const { nonce: previous, serial, next, afterNext, sequence } = this.#head;
    const bytes = new Uint8Array(8);
    this.#entropy.fill(bytes);
    bytes[0] = 0;
    bytes[1] &= 0x1f;
    const nonce = u64(bytes, 0);
    this.#segments.begin(next, serial + 1, nonce);
    this.#head = {
      segment: next,
      position: segmentStart(this.#segments.geometry, next),
      sequence,
      serial: serial + 1,
      nonce,
      next: afterNext,
      afterNext: this.#segments.take(),
      first: sequence,
      previous,
    };
  }
}

/** While one group is being filled, so many less one wait to be written. */
const BUFFERS = 2;
