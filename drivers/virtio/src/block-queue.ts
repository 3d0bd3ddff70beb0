import type { Region } from '@atoll/device/fast';
import type { Allocate } from '@atoll/device/frame';
import type { Host } from '@atoll/device/host';
import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import type { ChainPart } from './queue.ts';
import { allocateQueue, NOTHING, Queue, stateBytes } from './queue.ts';
import { queueSize, startQueue } from './start-queue.ts';
import type { Transport } from './transport.ts';

/** Types of requests (virtio 1.2, section 5.2.6). */
export const REQUEST = { read: 0, write: 1, flush: 4, serial: 8 } as const;

/**
 * The queue of a block device. A request is a chain: a header that the device reads, data unless it is a
 * flush, and one byte of status that the device writes. The chains are {@link slots}, by number.
 */
export class BlockQueue {
  /** How many requests there may be at a time. */
  readonly slots: number;
  /** What the device did wrong with the request of the last {@link take}; `undefined` when it was done. */
  failure: string | undefined;

  readonly #host: Host;
  readonly #transport: Transport;
  readonly #queue: Queue;
  readonly #memory: Region;
  readonly #physical: number;
  readonly #headers: Uint32Array;
  readonly #free: number[] = [];
  /** Bytes that the device must have written besides the status. */
  readonly #expected: number[] = [];

  constructor(host: Host, transport: Transport, queue: Queue, memory: Region) {
    this.#host = host;
    this.#transport = transport;
    this.#queue = queue;
    this.#memory = memory;
    this.#physical = host.physical(memory.address);
    const { buffer, byteOffset, length } = memory.bytes;
    this.#headers = new Uint32Array(buffer, byteOffset, length / 4);
    this.slots = length / STRIDE;
    for (let slot = this.slots - 1; slot >= 0; slot--) this.#free.push(slot);
  }

  get hasRoom(): boolean {
    return this.#free.length > 0;
  }

  /** How many requests the device has. */
  get outstanding(): number {
    return this.#queue.outstanding;
  }

  get broken(): boolean {
    return this.#queue.broken;
  }

  get violations(): number {
    return this.#queue.violations;
  }

  /** Starts a request in a free slot, whose number it answers; `sector` is in units of 512 bytes. */
  start(type: number, sector: number, data?: ChainPart): number {
    const slot = this.#free.pop();
    if (slot === undefined) throw new Error('there is no room for a request');
    const header = (slot * STRIDE) / 4;
    this.#headers[header] = type;
    this.#headers[header + 1] = 0;
    this.#headers[header + 2] = sector;
    this.#headers[header + 3] = sector / 0x1_0000_0000;
    this.#memory.bytes[slot * STRIDE + STATUS] = NO_STATUS;
    const physical = this.#physical + slot * STRIDE;
    this.#queue.describeChain(slot * CHAIN, [
      { physical, length: STATUS, isWritten: false },
      ...(data === undefined ? [] : [data]),
      { physical: physical + STATUS, length: 1, isWritten: true },
    ]);
    this.#expected[slot] = data?.isWritten ? data.length : 0;
    this.#queue.offer(slot * CHAIN);
    return slot;
  }

  /** The slot of the next request that has ended, which is free then, or {@link NOTHING}. */
  take(): number {
    const id = this.#queue.take();
    if (id === NOTHING) return NOTHING;
    const slot = id / CHAIN;
    const status = this.#memory.bytes[slot * STRIDE + STATUS];
    this.failure = failureOf(status, this.#queue.length, this.#expected[slot]);
    this.#free.push(slot);
    return slot;
  }

  /** Shows the device what was started. */
  flush(): void {
    this.#queue.publish();
    this.#host.fence();
    if (this.#queue.wantsNotification()) this.#transport.notify(QUEUE);
  }

  /** Like `VirtioNetwork.settle`. */
  settle(isSleepy: boolean): boolean {
    if (isSleepy) {
      this.#transport.acknowledge();
      this.#queue.arm();
    } else {
      this.#queue.disarm();
    }
    this.flush();
    return !this.#queue.hasUsed();
  }
}

/** Opens the one queue of a block device that has agreed on its features. */
export function openBlockQueue(
  host: Host,
  transport: Transport,
  allocate: Allocate,
  hasEventIndex: boolean,
): Result<BlockQueue> {
  const size = queueSize(transport, QUEUE, QUEUE_SIZE);
  const slots = Math.floor(size / CHAIN);
  if (slots === 0) return misconfigured(`the ${transport.place} has no queue for requests`);
  const shared = allocateQueue(allocate, size);
  const queue = new Queue(shared, allocate(stateBytes(size)), size, hasEventIndex);
  const started = startQueue(host, transport, QUEUE, size, shared);
  if (!started.ok) return started;
  return ok(new BlockQueue(host, transport, queue, allocate(slots * STRIDE)));
}

function failureOf(status: number, length: number, expected: number): string | undefined {
  if (status === 0 && length < expected) return `the disk gave ${length} of ${expected} bytes`;
  return status === 0 ? undefined : (FAILURES[status] ?? `the disk answers with status ${status}`);
}

/** What a status is before the device writes it; not one of those that are defined. */
const NO_STATUS = 0xff;

const FAILURES: Readonly<Record<number, string>> = {
  1: 'the disk reports an error',
  2: 'the disk does not support that',
  [NO_STATUS]: 'the disk ended a request without a status',
};

const QUEUE = 0;

/** Entries of the queue: three for each request. */
const QUEUE_SIZE = 128;
const CHAIN = 3;

/** The header has 16 bytes, the status is behind it; each slot has cache lines to itself. */
const STATUS = 16;
const STRIDE = 64;
