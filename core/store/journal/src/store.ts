import type { HashFactory } from '@atoll/bytes/fast';
import type { BlockDevice, BlockRequest } from '@atoll/device/block';
import type { Allocate } from '@atoll/device/frame';
import type { Entropy } from '@atoll/device/system';
import { LABEL_LENGTH, regionOf } from '@atoll/disk/label';
import { labelCopyOffset } from '@atoll/disk/layout';
import { checkOwner, readLabel } from '@atoll/disk/read';
import type { Failure, Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import type {
  Batch,
  CommitResult,
  Damage,
  JournalStatus,
  Opened,
  ReadResult,
  RecordRead,
  Snapshot,
  Write,
  WriteFailure,
} from './engine.ts';
import { Journal } from './engine.ts';
import { indexMemoryFor } from './values.ts';

export type { CommitResult, Damage, Opened, Snapshot, Write, WriteFailure };
export { indexMemoryFor };

export interface StoreOptions {
  /** The appliance that the disk must belong to; `undefined` for any. */
  readonly owner: string | undefined;
  readonly hash: HashFactory;
  /** Buffers that `hash` can see. */
  readonly allocate: Allocate;
  readonly entropy: Entropy;
  /** Bytes of values that are kept in memory; 256 KiB when left out. */
  readonly cacheBytes?: number;
  /** Bytes of memory for the index, see {@link indexMemoryFor}; 8 MiB when left out. */
  readonly indexMemory?: number;
  /** Nothing is ever written: to look at a disk. */
  readonly isReadOnly?: boolean;
  /** Called when there is something to do: {@link Store.poll} is to be called soon. */
  wake(): void;
}

type Resolve = (result: ReadResult) => void;

/** What is on a disk, when it could be opened. */
export interface OpenedStore extends Opened {
  readonly owner: string;
  /** What is wrong with the label, and what was found damaged in the journal. */
  readonly damage: readonly string[];
}

/**
 * Keys and values on a labelled disk, for appliances: an activity of their loop, with promises. Nothing may
 * be asked of it before `opened` is there and good.
 */
export class Store {
  readonly opened: Promise<Result<OpenedStore, Failure>>;
  readonly #device: BlockDevice;
  readonly #options: StoreOptions;
  readonly #label = new Uint8Array(LABEL_LENGTH);
  readonly #copy = new Uint8Array(LABEL_LENGTH);
  readonly #labelReads: BlockRequest[] = [];
  /** Of those, and of late reads, what the device has not taken. */
  readonly #queue: BlockRequest[] = [];
  /** Of the promise that was made last: one executor for all of them, as a new one takes an interpreter longer. */
  #resolve: (result: CommitResult) => void = () => undefined;
  readonly #executor = (resolve: (result: CommitResult) => void): void => {
    this.#resolve = resolve;
  };
  readonly #reads = new Map<number, Resolve>();
  /** Records for which the device needs longer, and who waits for them. */
  readonly #late = new Map<BlockRequest, { read: RecordRead; resolve: Resolve | undefined }>();
  /** The device was done at once with what it was asked last. */
  #isPrompt = true;
  #journal: Journal | undefined;
  #labelDamage: string | undefined;
  #owner = '';
  #open: (result: Result<OpenedStore, Failure>) => void = () => undefined;
  /** When it is to be written down that all is durable. */
  #settleTime = Number.POSITIVE_INFINITY;
  #hasCommitted = false;

  constructor(device: BlockDevice, options: StoreOptions) {
    this.#device = device;
    this.#options = options;
    this.opened = new Promise((resolve) => {
      this.#open = resolve;
    });
    const { blockSize, blockCount } = device;
    const size = blockSize * blockCount;
    if (size < 2 * LABEL_LENGTH) {
      this.#open(misconfigured(`it has ${size} bytes only`));
      return;
    }
    this.#readLabel(0, this.#label);
    this.#readLabel(labelCopyOffset(size), this.#copy);
    this.#queue.push(...this.#labelReads);
  }

  /** Writes all of `writes`, or none. Durable when the promise is fulfilled; see `Journal.commit`. */
  commit(writes: readonly Write[]): Promise<CommitResult> {
    return this.#promise((this.#journal ?? this.#mustBeOpen()).commit(writes));
  }

  put(key: Uint8Array, value: Uint8Array): Promise<CommitResult> {
    return this.#promise((this.#journal ?? this.#mustBeOpen()).put(key, value));
  }

  delete(key: Uint8Array): Promise<CommitResult> {
    return this.commit([{ key, value: undefined }]);
  }

  /**
   * The value of `key`, now or in `snapshot`, where it can be told at once: from memory, or by a device that
   * is done as soon as it is asked. `undefined`: it takes {@link get}. Nobody may change the bytes.
   */
  peek(key: Uint8Array, snapshot?: Snapshot): ReadResult | undefined {
    const journal = this.#journal ?? this.#mustBeOpen();
    if (!this.#isPrompt) return journal.peek(key, snapshot);
    const found = journal.find(key, snapshot);
    return found !== undefined && found.ok === undefined ? this.#ask(found, undefined) : found;
  }

  /** The value of `key`, now or in `snapshot`; `undefined` when it has none. Nobody may change its bytes. */
  get(key: Uint8Array, snapshot?: Snapshot): Promise<ReadResult> {
    const journal = this.#mustBeOpen();
    const found = journal.find(key, snapshot);
    if (found !== undefined && found.ok !== undefined) return Promise.resolve(found);
    return new Promise((resolve) => {
      if (found !== undefined) {
        const result = this.#ask(found, resolve);
        if (result !== undefined) resolve(result);
        return;
      }
      this.#reads.set(journal.read(key, snapshot), resolve);
      while (this.#move(journal.pendingRequest));
      this.#report();
      if (this.#reads.size > 0) this.#options.wake();
    });
  }

  /** Keys that start with `prefix`, in the order of their bytes. */
  keys(prefix: Uint8Array, snapshot?: Snapshot): Generator<Uint8Array> {
    return this.#mustBeOpen().keys(prefix, snapshot);
  }

  snapshot(): Snapshot {
    return this.#mustBeOpen().snapshot();
  }

  release(snapshot: Snapshot): void {
    this.#mustBeOpen().release(snapshot);
  }

  /** Has it written down at once that all is durable, which is otherwise done after a second of quiet. */
  settle(): void {
    this.#mustBeOpen().settle();
    this.#options.wake();
  }

  get status(): JournalStatus {
    return this.#mustBeOpen().status;
  }

  /** Moves requests and fulfils promises; answers when it wants to be called again at the latest. */
  poll(now: number): number {
    while (this.#move(this.#queue[0] ?? this.#journal?.nextRequest));
    this.#report();
    if (this.#hasCommitted) this.#settleTime = now + QUIET_MS;
    this.#hasCommitted = false;
    if (now < this.#settleTime) return this.#settleTime;
    this.#settleTime = Number.POSITIVE_INFINITY;
    this.#journal?.settle();
    return now;
  }

  /** What `batch` will have come to. */
  #promise(batch: Batch): Promise<CommitResult> {
    if (!this.#hasCommitted) this.#options.wake();
    this.#hasCommitted = true;
    const promise = new Promise(this.#executor);
    batch.resolve = this.#resolve;
    return promise;
  }

  /** Reads a record: answers it, or has `resolve` called later. */
  #ask(read: RecordRead, resolve: Resolve | undefined): ReadResult | undefined {
    const journal = this.#mustBeOpen();
    const { request } = read;
    const isTaken = this.#device.submit(request);
    const ended = isTaken ? this.#device.complete() : undefined;
    this.#isPrompt = ended === request;
    if (this.#isPrompt) return journal.finish(read);
    journal.hold(read);
    this.#late.set(request, { read, resolve });
    if (!isTaken) this.#queue.push(request);
    if (ended !== undefined) this.#handle(ended);
    this.#options.wake();
    return undefined;
  }

  /** Submits `next`, if any, and takes over what has ended; answers whether there was something to do. */
  #move(next: BlockRequest | undefined): boolean {
    const isTaken = next !== undefined && this.#device.submit(next);
    if (isTaken && next === this.#queue[0]) this.#queue.shift();
    else if (isTaken) this.#journal?.shiftRequest();
    const ended = this.#device.complete();
    if (ended !== undefined) this.#handle(ended);
    return isTaken || ended !== undefined;
  }

  #handle(request: BlockRequest): void {
    const late = this.#late.get(request);
    if (late !== undefined) {
      this.#late.delete(request);
      const result = this.#mustBeOpen().finish(late.read);
      late.resolve?.(result);
      return;
    }
    const at = this.#labelReads.indexOf(request);
    if (at < 0) {
      this.#journal?.handle(request);
      return;
    }
    this.#labelReads.splice(at, 1);
    // A label that cannot be read counts as one that is not there.
    if (request.failure !== undefined) request.bytes.fill(0xff);
    if (this.#labelReads.length === 0) this.#openJournal();
  }

  /** Tells what happened. */
  #report(): void {
    const journal = this.#journal;
    if (journal === undefined) return;
    const events = journal.takeEvents();
    for (let at = 0; at < events.length; at++) {
      const event = events[at];
      if (event.kind === 'written') {
        const { failure } = event;
        event.resolve?.(failure === undefined ? DONE : { ok: false, error: failure });
        if (event.isPut) journal.recycle(event);
      } else if (event.kind === 'read') {
        this.#reads.get(event.ticket)?.(event.result);
        this.#reads.delete(event.ticket);
      } else {
        this.#open(event.result.ok ? ok(this.#describe(event.result.value)) : event.result);
      }
    }
  }

  #openJournal(): void {
    const { blockSize, blockCount } = this.#device;
    const about = { label: this.#label, copy: this.#copy, blockSize, size: blockSize * blockCount };
    const read = readLabel(about);
    const owned = read.ok ? checkOwner(read.value.label, this.#options.owner) : read;
    const region = read.ok ? regionOf(read.value.label, 'journal') : undefined;
    if (!read.ok || !owned.ok || region === undefined) {
      this.#open(owned.ok ? misconfigured('it has no region for a journal') : owned);
      return;
    }
    const { label, damage } = read.value;
    this.#labelDamage = damage;
    this.#owner = label.owner;
    const { offset, size } = region;
    const { identity } = label;
    this.#journal = new Journal({ ...this.#options, offset, size, blockSize, identity });
  }

  #describe(opened: Opened): OpenedStore {
    const found = this.#mustBeOpen().status.damage.map(damageText);
    const damage = this.#labelDamage === undefined ? found : [this.#labelDamage, ...found];
    return { ...opened, owner: this.#owner, damage };
  }

  #readLabel(offset: number, bytes: Uint8Array): void {
    const block = offset / this.#device.blockSize;
    this.#labelReads.push({ operation: 'read', block, bytes, failure: undefined });
  }

  #mustBeOpen(): Journal {
    if (this.#journal === undefined) throw new Error('the store is not open');
    return this.#journal;
  }
}

/** One line for logs. A key is shown as text, what is no letter of it as `\xNN`. */
export function damageText({ block, key, what }: Damage): string {
  return `block ${block}${key === undefined ? '' : `, key ${keyText(key)}`}: ${what}`;
}

function keyText(key: Uint8Array): string {
  return Array.from(key, (byte) =>
    byte > 0x20 && byte < 0x7f && byte !== 0x5c
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, '0')}`,
  ).join('');
}

const DONE: CommitResult = ok(undefined);
const QUIET_MS = 1000;
