import type { Region } from '@atoll/device/fast';
import type { Allocate } from '@atoll/device/frame';
import type { Result } from '@atoll/result/result';
import { ok } from '@atoll/result/result';
import type { Entry } from './entry.ts';
import { entryLength } from './entry.ts';
import { recordCapacity, segmentOf } from './geometry.ts';
import { isWhole, parseRecordHeader, recordKey, recordValue } from './record.ts';
import type { Task } from './region.ts';
import { failureOf } from './region.ts';
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
    const first = yield* this.#record(key, entry);
    if (!first.ok || !entry.isInPieces) return first;
    const summary = parseSummary(first.value);
    if (summary === undefined) return this.#damaged(key, entry, 'its parts are not named');
    const value = new Uint8Array(summary.length);
    for (let piece = 0, at = 0; at < value.length; piece++) {
      const name = pieceKey(key, summary.tag, piece);
      const part = view.get(name);
      if (part === undefined) return this.#damaged(key, entry, `part ${piece} of it is missing`);
      const read = yield* this.#record(name, part, key);
      if (!read.ok) return read;
      if (read.value.length === 0 || at + read.value.length > value.length) {
        return this.#damaged(key, entry, 'its parts have the wrong length');
      }
      value.set(read.value, at);
      at += read.value.length;
    }
    return ok(value);
  }

  /** The value in one record; `owner` is the key that its user knows. */
  *#record(key: string, entry: Entry, owner = key): Task<Result<Uint8Array, ReadFailure>> {
    const { region, segments, cache } = this.#state;
    const cached = cache.get(entry.version);
    if (cached !== undefined) return ok(cached);
    const { blockSize } = region;
    const offset = entry.position % blockSize;
    const length = Math.ceil((offset + entryLength(key, entry)) / blockSize) * blockSize;
    const buffer = this.#buffers.pop() ?? this.#allocate(this.#size);
    const reads = region.read(entry.position - offset, buffer.bytes.subarray(0, length));
    yield reads;
    const failure = failureOf(reads);
    const hash = segments.hash(segmentOf(segments.geometry, entry.position));
    const header = failure === undefined ? parseRecordHeader(buffer, offset, length) : undefined;
    const isRight =
      header !== undefined &&
      header.version === entry.version &&
      header.valueLength === entry.valueLength &&
      isWhole(buffer, offset, header, hash) &&
      recordKey(buffer, offset, header) === key;
    const value = isRight ? recordValue(buffer, offset, header).slice() : undefined;
    this.#buffers.push(buffer);
    if (value === undefined) {
      return this.#damaged(owner, entry, failure ?? 'its checksum is wrong');
    }
    cache.set(entry.version, value);
    return ok(value);
  }

  #damaged(key: string, entry: Entry, why: string): { ok: false; error: ReadFailure } {
    const { region, damage } = this.#state;
    const found = damageAt(region, entry.position, `a value is damaged: ${why}`, key);
    const isKnown = damage.some(({ block, what }) => block === found.block && what === found.what);
    if (!isKnown && damage.length < MOST_DAMAGE) damage.push(found);
    return { ok: false, error: { kind: 'damaged', reason: `block ${found.block}: ${found.what}` } };
  }
}

/** What is remembered of what reads find. */
const MOST_DAMAGE = 100;
