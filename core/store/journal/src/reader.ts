import type { BlockRequest } from '@atoll/device/block';
import type { Allocate } from '@atoll/device/frame';
import type { Result } from '@atoll/result/result';
import { ok } from '@atoll/result/result';
import type { Entry } from './entry.ts';
import { recordCapacity, roundUp, segmentOf } from './geometry.ts';
import type { Page } from './page.ts';
import { pageOf } from './page.ts';
import { isRecordOf, RECORD_HEADER_LENGTH, recordLength } from './record.ts';
import type { Task } from './region.ts';
import { damageAt } from './rescue.ts';
import type { JournalState } from './state.ts';
import type { TreeView } from './tree.ts';
import { parseSummary, pieceKey } from './values.ts';

/** Why a value cannot be read. */
export interface ReadFailure {
  readonly kind: 'damaged';
  /** One lower-case sentence. */
  readonly reason: string;
}

/** The value; `undefined` when the key has none. */
export type ReadResult = Result<Uint8Array | undefined, ReadFailure>;

/** A record that is being read by one request. It is used again when that is over. */
export class RecordRead {
  /** It is no result yet. */
  readonly ok = undefined;
  readonly page: Page;
  readonly request: { -readonly [K in keyof BlockRequest]: BlockRequest[K] };
  /** In the index. */
  key = '';
  entry: Entry;
  /** What the entry said when reading began. */
  position = 0;
  version = 0;
  valueLength = 0;
  /** Since when nothing is overwritten for its sake, if it takes longer. */
  moment: number | undefined;
  /** The first 1, 2, 3 ... blocks of the page, as far as they were needed. */
  readonly #views: Uint8Array[] = [];

  constructor(page: Page, entry: Entry) {
    this.page = page;
    this.entry = entry;
    this.request = { operation: 'read', block: 0, bytes: page.bytes, failure: undefined };
  }

  /** Begins to read the record of `entry`, so many bytes from `block` on. */
  begin(key: string, entry: Entry, block: number, length: number, blockSize: number): void {
    const count = length / blockSize;
    this.#views[count] ??= this.page.bytes.subarray(0, length);
    this.request.bytes = this.#views[count];
    this.request.block = block;
    this.key = key;
    this.entry = entry;
    this.position = entry.position;
    this.version = entry.version;
    this.valueLength = entry.valueLength;
    this.moment = undefined;
  }
}

/** Reads values from the disk, and checks them. */
export class Reader {
  readonly #state: JournalState;
  readonly #allocate: Allocate;
  readonly #size: number;
  /** Those that are over. */
  readonly #idle: RecordRead[] = [];

  constructor(state: JournalState, allocate: Allocate) {
    this.#state = state;
    this.#allocate = allocate;
    // A record starts and ends within blocks.
    this.#size = recordCapacity(state.segments.geometry) + 2 * state.region.blockSize;
  }

  /** Reads the value of `entry`, which `key` has in `view`. */
  *read(key: string, entry: Entry, view: TreeView<Entry>): Task<ReadResult> {
    const { position, isInPieces } = entry;
    const first = yield* this.#record(key, entry);
    if (!first.ok || !isInPieces) return first;
    const summary = parseSummary(first.value);
    if (summary === undefined) return this.#damaged(key, position, 'its parts are not named');
    const value = new Uint8Array(summary.length);
    for (let piece = 0, at = 0; at < value.length; piece++) {
      const name = pieceKey(key, summary.tag, piece);
      const part = view.get(name);
      if (part === undefined) {
        return this.#damaged(key, position, `part ${piece} of it is missing`);
      }
      const read = yield* this.#record(name, part);
      if (!read.ok) return read;
      if (read.value.length === 0 || at + read.value.length > value.length) {
        return this.#damaged(key, position, 'its parts have the wrong length');
      }
      value.set(read.value, at);
      at += read.value.length;
    }
    return ok(value);
  }

  /** What is to be read for the `entry` of `key`; {@link finish} must follow. */
  begin(key: string, entry: Entry): RecordRead {
    const { region } = this.#state;
    const { blockSize } = region;
    const { position, valueLength } = entry;
    const end = (position % blockSize) + recordLength(key.length, valueLength);
    const read = this.#idle.pop() ?? new RecordRead(pageOf(this.#allocate(this.#size)), entry);
    read.begin(key, entry, region.blockAt(position), roundUp(end, blockSize), blockSize);
    return read;
  }

  /** The value in the record, when the request has ended. */
  finish(read: RecordRead): Result<Uint8Array, ReadFailure> {
    const { request, key, entry, position, version, valueLength, page } = read;
    const { region, segments, cache } = this.#state;
    this.#idle.push(read);
    const at = position % region.blockSize;
    const hash = segments.hash(segmentOf(segments.geometry, position));
    if (request.failure !== undefined) return this.#damaged(key, position, request.failure);
    if (!isRecordOf(page, at, key, version, valueLength, hash)) {
      return this.#damaged(key, position, 'its checksum is wrong');
    }
    const start = at + RECORD_HEADER_LENGTH + key.length;
    const value = page.bytes.slice(start, start + valueLength);
    if (entry.version === version) cache.keep(entry, value);
    return ok(value);
  }

  /** The value in one record. */
  *#record(key: string, entry: Entry): Task<Result<Uint8Array, ReadFailure>> {
    if (entry.cached !== undefined) return ok(entry.cached);
    const read = this.begin(key, entry);
    yield [read.request];
    return this.finish(read);
  }

  #damaged(key: string, position: number, why: string): { ok: false; error: ReadFailure } {
    const { region, damage } = this.#state;
    const found = damageAt(region, position, `a value is damaged: ${why}`, key);
    const isKnown = damage.some(({ block, what }) => block === found.block && what === found.what);
    if (!isKnown && damage.length < MOST_DAMAGE) damage.push(found);
    return { ok: false, error: { kind: 'damaged', reason: `block ${found.block}: ${found.what}` } };
  }
}

/** What is remembered of what reads find. */
const MOST_DAMAGE = 100;
