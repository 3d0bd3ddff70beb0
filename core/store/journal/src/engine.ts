import type { HashFactory } from '@atoll/bytes/fast';
import type { BlockRequest } from '@atoll/device/block';
import type { Allocate } from '@atoll/device/frame';
import type { Entropy } from '@atoll/device/system';
import type { Failure, Result } from '@atoll/result/result';
import { ok } from '@atoll/result/result';
import type { Batch, CommitResult, Put, Write, WriteFailure } from './batch.ts';
import { emptyPut, makeBatch, makePut } from './batch.ts';
import type { Damage, Entry } from './entry.ts';
import { groupCapacity, SEGMENTS_START } from './geometry.ts';
import type { ReadResult, RecordRead } from './reader.ts';
import { Reader } from './reader.ts';
import { recover } from './recovery.ts';
import type { Task } from './region.ts';
import { JournalRegion } from './region.ts';
import { Scanner } from './scan.ts';
import type { JournalState } from './state.ts';
import { createState } from './state.ts';
import type { JournalStatus } from './status.ts';
import { countKeys, statusOf } from './status.ts';
import { Tasks } from './tasks.ts';
import type { TreeView } from './tree.ts';
import { indexKey, userKey } from './values.ts';
import { Writer } from './writer.ts';

export type {
  Batch,
  CommitResult,
  Damage,
  JournalStatus,
  ReadResult,
  RecordRead,
  Write,
  WriteFailure,
};

export interface JournalOptions {
  /** The region in bytes from the start of the disk. */
  readonly offset: number;
  readonly size: number;
  readonly blockSize: number;
  /** The identity of the disk. */
  readonly identity: Uint8Array;
  readonly hash: HashFactory;
  /** Buffers that `hash` can see. */
  readonly allocate: Allocate;
  readonly entropy: Entropy;
  /** Bytes of values that are kept in memory; 256 KiB when left out. */
  readonly cacheBytes?: number;
  /**
   * Bytes of memory that the index may take, see `indexMemoryFor`; 8 MiB when left out. Where there is no more,
   * new keys are refused, and a disk that needs more is not opened.
   */
  readonly indexMemory?: number;
  /** Nothing is ever written: to look at a disk. */
  readonly isReadOnly?: boolean;
}

/** What a journal was found to be when it was opened. */
export interface Opened {
  readonly keys: number;
  /** Bytes that were read to find out. */
  readonly readBytes: number;
  /** Groups at the end that were incomplete, and so dropped: writes that nobody was told had succeeded. */
  readonly unfinished: number;
}

/** What {@link Journal.takeEvents} answers. */
export type JournalEvent =
  | { readonly kind: 'opened'; readonly result: Result<Opened, Failure> }
  | Batch
  | { readonly kind: 'read'; readonly ticket: number; readonly result: ReadResult };

/** A state of the journal that stays readable. It keeps disk space from being freed until it is released. */
export interface Snapshot {
  readonly view: TreeView<Entry>;
  readonly moment: number;
}

/**
 * A journal as an engine: requests to a block device come out, their ends go in.
 *
 * Polling order: `commit`, `read` and the like; then, until nothing comes any more, {@link takeEvents} for what
 * happened and {@link nextRequest} for what the device is to do ({@link shiftRequest} when it has taken it);
 * {@link handle} for each request that has ended, then the same again. All that is committed before the
 * next request is asked for is made durable by one flush.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #tasks = new Tasks();
  readonly #events: JournalEvent[] = [];
  #state: JournalState | undefined;
  #writer: Writer | undefined;
  #reader: Reader | undefined;
  #tickets = 0;
  /** The only request of a round, until it has ended, and whether the device has it. */
  #only: BlockRequest | undefined;
  #isOnlyTaken = false;
  /** Batches that nobody needs any more. */
  readonly #spare: Put[] = [];

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#tasks.start(this.#open());
  }

  /** What the device is to do next. */
  get nextRequest(): BlockRequest | undefined {
    const writer = this.#writer;
    if (writer !== undefined && !writer.isRunning && writer.hasWork) {
      this.#only = writer.begin();
      this.#isOnlyTaken = false;
      if (this.#only === undefined) this.#tasks.start(writer.run());
    }
    return this.pendingRequest;
  }

  /** The same, without that what was committed begins to be written: more may come. */
  get pendingRequest(): BlockRequest | undefined {
    return this.#isOnlyTaken ? this.#tasks.next : (this.#only ?? this.#tasks.next);
  }

  /** The device has taken {@link nextRequest}. */
  shiftRequest(): void {
    if (this.#only === undefined || this.#isOnlyTaken) this.#tasks.shift();
    else this.#isOnlyTaken = true;
  }

  /** `request` has ended. */
  handle(request: BlockRequest): void {
    if (request !== this.#only) {
      this.#tasks.handle(request);
      return;
    }
    this.#only = undefined;
    this.#isOnlyTaken = false;
    this.#writer?.end(request);
  }

  /** What happened since the last call. */
  takeEvents(): readonly JournalEvent[] {
    return this.#events.length === 0 ? NO_EVENTS : this.#events.splice(0);
  }

  /**
   * Writes all of `writes`, or none; what it answers is among the events when they are durable. They are read as
   * before until then. Keys of 1 to `MAX_KEY_LENGTH` bytes and values of up to `MAX_VALUE_LENGTH`; others
   * throw. The bytes of neither must be changed any more.
   */
  commit(writes: readonly Write[]): Batch {
    const batch = makeBatch(writes);
    this.#mustBeWritable().add(batch);
    return batch;
  }

  /** The same for one value; {@link recycle} takes the answer when nobody needs it any more. */
  put(key: Uint8Array, value: Uint8Array): Batch {
    const writer = this.#mustBeWritable();
    const batch = makePut(key, value, this.#spare.pop());
    writer.add(batch);
    return batch;
  }

  /** `put` was among the events: it is used for another one. */
  recycle(put: Put): void {
    emptyPut(put);
    if (this.#spare.length < MOST_SPARE) this.#spare.push(put);
  }

  /** What {@link read} would find, if that is known without the disk. */
  peek(key: Uint8Array, snapshot?: Snapshot): ReadResult | undefined {
    const { index } = this.#mustBeOpen(this.#state);
    const entry = (snapshot === undefined ? index : snapshot.view).get(indexKey(key));
    return entry === undefined ? ABSENT : cachedValue(entry);
  }

  /**
   * Like {@link peek}, and where one request is enough to read the value, that request: when it has ended
   * {@link finish} says the value, and must be called in any case. `undefined`: only {@link read} will do.
   */
  find(key: Uint8Array, snapshot?: Snapshot): ReadResult | RecordRead | undefined {
    // With every read: as few calls as can be.
    const state = this.#state;
    const reader = this.#reader;
    if (state === undefined || reader === undefined) throw new Error(NOT_OPEN);
    const name = indexKey(key);
    const entry = (snapshot === undefined ? state.index : snapshot.view).get(name);
    if (entry === undefined) return ABSENT;
    if (entry.isInPieces) return undefined;
    const { cached } = entry;
    if (cached === undefined) return reader.begin(name, entry);
    entry.isUsed = true;
    return { ok: true, value: cached };
  }

  /** The request of `read` does not end at once: nothing that it needs is overwritten meanwhile. */
  hold(read: RecordRead): void {
    read.moment = this.#mustBeOpen(this.#state).segments.hold();
  }

  /** The value that was found. */
  finish(read: RecordRead): ReadResult {
    if (read.moment !== undefined) this.#release(read.moment);
    return this.#mustBeOpen(this.#reader).finish(read);
  }

  /** Reads the value of `key`, now or in `snapshot`; `read` says it with the ticket. */
  read(key: Uint8Array, snapshot?: Snapshot): number {
    const { index, segments } = this.#mustBeOpen(this.#state);
    const ticket = ++this.#tickets;
    const name = indexKey(key);
    const entry = (snapshot?.view ?? index).get(name);
    if (entry === undefined) {
      this.#events.push({ kind: 'read', ticket, result: ABSENT });
      return ticket;
    }
    const view = snapshot?.view ?? (entry.isInPieces ? index.snapshot() : index);
    this.#tasks.start(this.#read(ticket, name, entry, view, segments.hold()));
    return ticket;
  }

  /** Keys that start with `prefix`, in the order of their bytes; nothing may be committed meanwhile. */
  *keys(prefix: Uint8Array, snapshot?: Snapshot): Generator<Uint8Array> {
    const { index } = this.#mustBeOpen(this.#state);
    const start = indexKey(prefix);
    for (const [key] of (snapshot?.view ?? index).from(start)) {
      if (!key.startsWith(start)) return;
      yield userKey(key);
    }
  }

  snapshot(): Snapshot {
    const { index, segments } = this.#mustBeOpen(this.#state);
    return { view: index.snapshot(), moment: segments.hold() };
  }

  /** `snapshot` is not read any more. */
  release(snapshot: Snapshot): void {
    this.#release(snapshot.moment);
  }

  /**
   * Has it written down that everything so far is durable. Without this, damage to the very last writes
   * cannot be told from writes that were never finished. To be called when nothing was written for a while.
   */
  settle(): void {
    this.#writer?.settle();
  }

  get status(): JournalStatus {
    return statusOf(this.#mustBeOpen(this.#state), this.#writer?.failure);
  }

  *#open(): Task<void> {
    const { allocate, isReadOnly = false } = this.#options;
    const { cacheBytes = DEFAULT_CACHE, indexMemory = DEFAULT_INDEX_MEMORY } = this.#options;
    const region = new JournalRegion(this.#options);
    const scanner = new Scanner(region, allocate(WINDOW));
    const recovered = yield* recover(region, scanner, { isReadOnly, indexMemory });
    if (!recovered.ok) {
      this.#events.push({ kind: 'opened', result: recovered });
      return;
    }
    const state = createState(
      { ...this.#options, cacheBytes, indexMemory, region, scanner },
      recovered.value,
    );
    const { readBytes } = scanner;
    const { unfinished } = recovered.value;
    const opened = { keys: countKeys(state), readBytes, unfinished };
    this.#state = state;
    this.#reader = new Reader(state, allocate);
    this.#writer = new Writer(state, this.#events);
    this.#events.push({ kind: 'opened', result: ok(opened) });
  }

  *#read(
    ticket: number,
    key: string,
    entry: Entry,
    view: TreeView<Entry>,
    moment: number,
  ): Task<void> {
    const result = yield* this.#mustBeOpen(this.#reader).read(key, entry, view);
    this.#release(moment);
    this.#events.push({ kind: 'read', ticket, result });
  }

  #release(moment: number): void {
    const { segments, superblock } = this.#mustBeOpen(this.#state);
    segments.release(moment);
    segments.reclaim(superblock.start.serial);
  }

  #mustBeWritable(): Writer {
    if (this.#options.isReadOnly) throw new TypeError('the journal can only be read');
    return this.#writer ?? this.#mustBeOpen<Writer>(undefined);
  }

  #mustBeOpen<T>(part: T | undefined): T {
    if (part === undefined) throw new Error(NOT_OPEN);
    return part;
  }
}

function cachedValue(entry: Entry): ReadResult | undefined {
  const { cached } = entry;
  if (cached === undefined || entry.isInPieces) return undefined;
  entry.isUsed = true;
  return ok(cached);
}

/** What is looked at of the log at a time: a group at least, and all superblocks. */
const WINDOW = Math.max(
  groupCapacity({ blockSize: 0, segmentSize: 0x10_0000, segmentCount: 0 }),
  SEGMENTS_START,
);

const NOT_OPEN = 'the journal is not open';

const ABSENT: ReadResult = ok(undefined);

const NO_EVENTS: readonly JournalEvent[] = [];

/** Of batches that wait for their next use: as many as usually wait for the disk. */
const MOST_SPARE = 64;

const DEFAULT_CACHE = 0x4_0000;
const DEFAULT_INDEX_MEMORY = 0x80_0000;
