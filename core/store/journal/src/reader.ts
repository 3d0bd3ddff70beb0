import type { BlockRequest } from '@atoll/device/block';
import type { Region } from '@atoll/device/fast';
import type { Allocate } from '@atoll/device/frame';
import type { Result } from '@atoll/result/result';
import { ok } from '@atoll/result/result';
import type { Entry } from './entry.ts';
import { recordCapacity, roundUp, segmentOf } from './geometry.ts';
import { isWhole, parseRecordHeader, recordKey, recordLength, recordValue } from './record.ts';
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

/** A record that is being read by one request. */
export class RecordRead {
  /** It is no result yet. */
  readonly ok = undefined;
  readonly request: BlockRequest;
  /** In the index. */
  readonly key: string;
  readonly entry: Entry;
  /** What the entry said when reading began. */
  readonly position: number;
  readonly version: number;
  readonly valueLength: number;
  readonly buffer: Region;
  /** Since when nothing is overwritten for its sake, if it takes longer. */
  moment: number | undefined;

  constructor(request: BlockRequest, key: string, entry: Entry, buffer: Region) {
    this.request = request;
    this.key = key;
    this.entry = entry;
    this.position = entry.position;
    this.version = entry.version;
    this.valueLength = entry.valueLength;
    this.buffer = buffer;
  }
}

/** Reads values from the disk, and checks them. */
export class Reader {
  readonly #state: JournalState;
  readonly #allocate: Allocate;
  readonly #size: number;
  /** Buffers that no read uses. */
  readonly #buffers: Region[] = [];

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
    const offset = position % blockSize;
    const length = roundUp(offset + recordLength(key.length, valueLength), blockSize);
    const buffer = this.#buffers.pop() ?? this.#allocate(this.#size);
    const bytes = buffer.bytes.subarray(0, length);
    const block = region.blockAt(position);
    const request = { operation: 'read', block, bytes, failure: undefined } as const;
    return new RecordRead(request, key, entry, buffer);
  }

  /** The value in the record, when the request has ended. */
  finish(read: RecordRead): Result<Uint8Array, ReadFailure> {
    const { request, key, entry, position, version, buffer } = read;
    const { region, segments, cache } = this.#state;
    const offset = position % region.blockSize;
    const hash = segments.hash(segmentOf(segments.geometry, position));
    const header =
      request.failure === undefined
        ? parseRecordHeader(buffer, offset, request.bytes.length)
        : undefined;
    const isRight =
      header !== undefined &&
      header.version === version &&
      header.valueLength === read.valueLength &&
      isWhole(buffer, offset, header, hash) &&
      recordKey(buffer, offset, header) === key;
    const value = isRight ? recordValue(buffer, offset, header).slice() : undefined;
    this.#buffers.push(buffer);
    if (value === undefined) {
      return this.#damaged(key, position, request.failure ?? 'its checksum is wrong');
    }
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
