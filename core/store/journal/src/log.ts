import type { KeyedHash } from '@atoll/bytes/fast';
import { u64 } from '@atoll/bytes/field';
import type { BlockRequest } from '@atoll/device/block';
import type { Allocate } from '@atoll/device/frame';
import type { Entropy } from '@atoll/device/system';
import { groupCapacity, segmentStart } from './geometry.ts';
import type { GroupHeader } from './group.ts';
import { GROUP_HEADER_LENGTH } from './group.ts';
import { GroupPage } from './group-page.ts';
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

/**
 * The writing end of the log: makes groups of records. Order of calls: `begin` a round, `add` records; when
 * one does not fit in memory, write what `takeWrites` has and add it again; then `end` the round and write the rest.
 */
export class Log {
  readonly #region: JournalRegion;
  readonly #segments: Segments;
  readonly #entropy: Entropy;
  readonly #capacity: number;
  readonly #pages: readonly GroupPage[];
  #used = 0;
  #writes: BlockRequest[] = [];
  /** Where the log goes on; of a group that is open, its header. */
  readonly #head: Mutable<LogHead & GroupHeader>;
  /** Of the records in its segment. */
  #hash: KeyedHash;
  /** Bytes of the open group; 0 when there is none. */
  #length = 0;
  /** Bytes that the open group may have. */
  #room = 0;
  /** Nothing of the round is written. */
  #isFirst = true;

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
    this.#head = { ...head, length: 0, round: 0, count: 0, endsRound: false };
    this.#capacity = groupCapacity(segments.geometry);
    this.#pages = Array.from(
      { length: PAGES },
      () => new GroupPage(allocate(this.#capacity), region),
    );
    this.#hash = region.segmentHash(head.nonce);
  }

  /** Where the next group goes, between rounds. */
  get head(): LogHead {
    return { ...this.#head };
  }

  /** The serial number of the segment that is written. */
  get serial(): number {
    return this.#head.serial;
  }

  /** The number of the next group, between rounds. */
  get sequence(): number {
    return this.#head.sequence;
  }

  begin(): void {
    this.#head.round = this.#head.sequence;
    this.#isFirst = true;
  }

  /** Whether records of `length` bytes in all go into one group, between rounds. */
  takes(length: number): boolean {
    const { segment, position } = this.#head;
    const end = segmentStart(this.#segments.geometry, segment + 1);
    return GROUP_HEADER_LENGTH + length <= Math.min(this.#capacity, end - position);
  }

  /** Adds `record` to the round; false when what is in memory must be written first. */
  add(record: NewRecord): boolean {
    const length = recordLength(record.key.length, record.valueLength);
    if (this.#length > 0 && this.#length + length > this.#room) this.#close(false);
    if (this.#length === 0 && !this.#open(length)) return false;
    const head = this.#head;
    head.count++;
    if (record.version === 0) record.version = head.sequence + head.count;
    record.position = head.position + this.#length;
    writeRecord(this.#pages[this.#used].page, this.#length, record, this.#hash);
    this.#length += length;
    return true;
  }

  /** Ends the round; an empty one gets a group without records. False: write what is in memory, and again. */
  end(): boolean {
    if (this.#length === 0 && !this.#open(0)) return false;
    this.#close(true);
    return true;
  }

  /**
   * What is to be written now. When all of it has ended, memory is free again. A round of one group is one request
   * to persist it; another one needs a flush in the end.
   */
  takeWrites(): readonly BlockRequest[] {
    const writes = this.#writes;
    this.#writes = [];
    this.#used = 0;
    return writes;
  }

  #open(recordLength: number): boolean {
    if (this.#used === PAGES) return false;
    const { geometry } = this.#segments;
    const needed = GROUP_HEADER_LENGTH + recordLength;
    const end = segmentStart(geometry, this.#head.segment) + geometry.segmentSize;
    if (this.#head.position + needed > end) this.#beginSegment();
    const left = segmentStart(geometry, this.#head.segment + 1) - this.#head.position;
    this.#room = Math.min(left, this.#capacity);
    this.#length = GROUP_HEADER_LENGTH;
    this.#head.count = 0;
    return true;
  }

  #close(endsRound: boolean): void {
    const head = this.#head;
    head.length = this.#length;
    head.endsRound = endsRound;
    const operation = endsRound && this.#isFirst ? 'persist' : 'write';
    const request = this.#pages[this.#used++].close(head, operation);
    this.#writes.push(request);
    this.#isFirst = false;
    head.position += request.bytes.length;
    head.sequence += 1 + head.count;
    this.#length = 0;
  }

  #beginSegment(): void {
    const head = this.#head;
    const bytes = new Uint8Array(8);
    this.#entropy.fill(bytes);
    bytes[0] = 0;
    bytes[1] &= 0x1f;
    head.previous = head.nonce;
    head.nonce = u64(bytes, 0);
    head.serial++;
    head.segment = head.next;
    head.position = segmentStart(this.#segments.geometry, head.segment);
    head.next = head.afterNext;
    head.afterNext = this.#segments.take();
    head.first = head.sequence;
    this.#hash = this.#region.segmentHash(head.nonce);
    this.#segments.begin(head.segment, head.serial, head.nonce);
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** While one group is being filled, so many less one wait to be written. */
const PAGES = 2;
