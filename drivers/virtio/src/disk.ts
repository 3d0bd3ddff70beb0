import type { BlockCounters, BlockDevice, BlockRequest, Durability } from '@atoll/device/block';
import { checkRequest, countRequest, zeroBlockCounters } from '@atoll/device/block';
import type { Host } from '@atoll/device/host';
import type { FoundDisk } from './block.ts';
import { readCapacity, SECTOR } from './block.ts';
import type { BlockQueue } from './block-queue.ts';
import { REQUEST } from './block-queue.ts';
import { NOTHING } from './queue.ts';
import type { Transport } from './transport.ts';

/**
 * A virtio block device. The device reads and writes the bytes of a request where they lie; what it cannot
 * move at once is cut into parts; what is to persist is written and then flushed. Requests are shown to it by
 * `settle`, at the end of each step.
 *
 * A device that breaks its queue, or ends nothing for {@link PATIENCE_MS}, is reset, so that it leaves our
 * memory alone: whatever it was asked for, and everything afterwards, fails.
 */
export class VirtioDisk implements BlockDevice {
  readonly name: string;
  readonly blockSize: number;
  readonly blockCount: number;
  readonly isReadOnly: boolean;
  readonly durability: Durability;
  readonly counters: BlockCounters = zeroBlockCounters();

  readonly #host: Host;
  readonly #transport: Transport;
  readonly #queue: BlockQueue;
  readonly #requestBytes: number;
  readonly #sectors: number;
  /** By slot of the queue. */
  readonly #underWay: (Job | undefined)[] = [];
  /** The one of which not all parts were started. */
  #starting: Job | undefined;
  readonly #ended: BlockRequest[] = [];
  /** When the device last ended something, or was asked while it had nothing to do. */
  #progressAt = 0;
  #broken: string | undefined;

  constructor(host: Host, name: string, disk: FoundDisk) {
    const { transport, queue, geometry, requestBytes } = disk;
    this.#host = host;
    this.#transport = transport;
    this.#queue = queue;
    this.#requestBytes = requestBytes;
    this.#sectors = (geometry.blockCount * geometry.blockSize) / SECTOR;
    this.name = name;
    this.blockSize = geometry.blockSize;
    this.blockCount = geometry.blockCount;
    this.isReadOnly = geometry.isReadOnly;
    this.durability = geometry.durability;
  }

  /** For messages. */
  get place(): string {
    return this.#transport.place;
  }

  /** Why the device cannot be used any more. */
  get broken(): string | undefined {
    return this.#broken;
  }

  get violations(): number {
    return this.#queue.violations;
  }

  /** The monotonic time at which the device will have kept us waiting for too long. */
  get deadline(): number {
    const isBusy = this.#queue.outstanding > 0 && this.#broken === undefined;
    return isBusy ? this.#progressAt + PATIENCE_MS : Number.POSITIVE_INFINITY;
  }

  submit(request: BlockRequest): boolean {
    checkRequest(this, request);
    if (this.#starting !== undefined || this.#ended.length >= this.#queue.slots) return false;
    const isNothing = request.operation === 'flush' && this.durability === 'program';
    request.failure = this.#broken;
    if (isNothing || this.#broken !== undefined) {
      this.#end(request);
      return true;
    }
    if (!this.#queue.hasRoom) return false;
    if (this.#queue.outstanding === 0) this.#progressAt = this.#host.monotonic();
    const mustFlush = request.operation === 'persist' && this.durability === 'power';
    this.#start({ request, started: 0, isStarted: false, parts: 0, mustFlush });
    return true;
  }

  complete(): BlockRequest | undefined {
    this.#collect();
    return this.#ended.shift();
  }

  /**
   * Ends a step: shows the device all there is. When the program is `isSleepy`, also asks for an interrupt,
   * and answers false if there must be no sleep because something has ended in the meantime.
   */
  settle(isSleepy: boolean): boolean {
    if (this.#broken !== undefined) return true;
    if (this.#host.monotonic() >= this.deadline) {
      this.#collect();
      if (this.#host.monotonic() >= this.deadline) this.#fail('it does not answer');
      return false;
    }
    const maySleep = this.#queue.settle(isSleepy);
    if (!this.#queue.broken) return maySleep;
    this.#fail('it broke its queue');
    return false;
  }

  /** Takes what the device is done with, and starts what there is room for then. */
  #collect(): void {
    const queue = this.#queue;
    for (let slot = queue.take(); slot !== NOTHING; slot = queue.take()) {
      const job = this.#underWay[slot];
      this.#underWay[slot] = undefined;
      if (job === undefined) continue;
      this.#progressAt = this.#host.monotonic();
      job.parts--;
      if (queue.failure !== undefined) {
        job.request.failure ??= this.#explain(queue.failure);
        // What was not started is not worth it any more.
        if (this.#starting === job) this.#starting = undefined;
        job.isStarted = true;
        job.mustFlush = false;
      }
      if (job.parts > 0 || !job.isStarted) continue;
      if (job.mustFlush) this.#flush(job);
      else this.#end(job.request);
    }
    if (queue.broken && this.#broken === undefined) this.#fail('it broke its queue');
    if (this.#starting !== undefined) this.#start(this.#starting);
  }

  /** Starts parts of `job` while there is room for them. */
  #start(job: Job): void {
    const { operation, block, bytes } = job.request;
    const queue = this.#queue;
    const first = (block * this.blockSize) / SECTOR;
    const physical = operation === 'flush' ? 0 : this.#host.physical(this.#host.address(bytes));
    while (!job.isStarted && queue.hasRoom) {
      const { started } = job;
      const length = Math.min(bytes.length - started, this.#requestBytes);
      const data = { physical: physical + started, length, isWritten: operation === 'read' };
      const slot =
        operation === 'flush'
          ? queue.start(REQUEST.flush, 0)
          : queue.start(TYPES[operation], first + started / SECTOR, data);
      this.#underWay[slot] = job;
      job.parts++;
      job.started += length;
      job.isStarted = job.started === bytes.length;
    }
    this.#starting = job.isStarted ? undefined : job;
  }

  /** All of `job` is written, so there is room for this. */
  #flush(job: Job): void {
    job.mustFlush = false;
    job.parts = 1;
    this.#underWay[this.#queue.start(REQUEST.flush, 0)] = job;
  }

  #end(request: BlockRequest): void {
    countRequest(this.counters, request);
    this.#ended.push(request);
  }

  /** A disk that shrinks fails where it ended before: that is said as well. */
  #explain(failure: string): string {
    const sectors = readCapacity(this.#transport);
    return sectors < this.#sectors
      ? `${failure}: it has shrunk from ${this.#sectors} to ${sectors} sectors`
      : failure;
  }

  #fail(reason: string): void {
    this.#broken = `the disk is not used any more: ${reason}`;
    this.#transport.writeStatus(0);
    const jobs = new Set(this.#underWay);
    if (this.#starting !== undefined) jobs.add(this.#starting);
    this.#starting = undefined;
    this.#underWay.length = 0;
    for (const job of jobs) {
      if (job === undefined) continue;
      job.request.failure = this.#broken;
      this.#end(job.request);
    }
  }
}

/** A request whose parts the device has. */
interface Job {
  readonly request: BlockRequest;
  /** Bytes of it that were started. */
  started: number;
  /** Whether no part is left to be started. */
  isStarted: boolean;
  /** Parts that the device has. */
  parts: number;
  /** It is not over when all is written. */
  mustFlush: boolean;
}

const TYPES = { read: REQUEST.read, write: REQUEST.write, persist: REQUEST.write } as const;

/** A disk may be a network away, and behind it one that has to spin up. */
const PATIENCE_MS = 30_000;
