import type { Region } from '@atoll/device/fast';
import type { Allocate } from '@atoll/device/frame';
import { emptyFrame, frameIn } from '@atoll/device/frame';
import type { Host } from '@atoll/device/host';
import type { Frame, NetworkCounters, NetworkDevice } from '@atoll/device/network';
import {
  ETHERNET_HEADER_LENGTH,
  FRAME_CAPACITY,
  NO_OFFLOADS,
  zeroCounters,
} from '@atoll/device/network';
import { randomMac } from '@atoll/device/system';
import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import { hostEntropy } from './entropy.ts';
import { FEATURE, negotiate, start } from './negotiate.ts';
import type { Queue } from './queue.ts';
import { allocateQueue, NOTHING, queueLayout, stateBytes } from './queue.ts';
import type { Transport } from './transport.ts';

/** Makes a queue of `size` in `shared` and `state`, see `queue.ts`. */
export type CreateQueue = (
  shared: Region,
  state: Region,
  size: number,
  hasEventIndex: boolean,
) => Queue;

/** Opens the network device `name` (virtio 1.2, section 5.1): frames only, no offloads, one pair of queues. */
export function openNetwork(
  host: Host,
  name: string,
  transport: Transport,
  memory: RingMemory,
): Result<VirtioNetwork> {
  const mtu = readNumber(transport, CONFIGURATION_MTU, 2);
  const isMtuUsable = mtu >= LEAST_MTU && mtu <= GREATEST_MTU;
  const wanted = [FEATURE_MAC, FEATURE.eventIndex, ...(isMtuUsable ? [FEATURE_MTU] : [])];
  // Of legacy devices only those have a header of 12 bytes that may spread frames over buffers.
  if (transport.isLegacy) wanted.push(FEATURE_MERGEABLE);
  const features = negotiate(transport, wanted);
  if (!features.ok) return features;
  if (transport.isLegacy && !features.value.has(FEATURE_MERGEABLE)) {
    return misconfigured(`the ${transport.place} has headers of another length; ${MODERN_ADVICE}`);
  }

  const hasEventIndex = features.value.has(FEATURE.eventIndex);
  const received = openRing(host, transport, memory, RECEIVE, hasEventIndex);
  if (!received.ok) return received;
  const sent = openRing(host, transport, memory, TRANSMIT, hasEventIndex);
  if (!sent.ok) return sent;
  start(transport);
  const device = new VirtioNetwork(host, transport, received.value, sent.value, {
    name,
    mac: features.value.has(FEATURE_MAC) ? readMac(transport) : randomMac(hostEntropy(host)),
    mtu: features.value.has(FEATURE_MTU) ? mtu : DEFAULT_MTU,
  });
  return ok(device);
}

/** Where queues and buffers are, and who works on them. */
export interface RingMemory {
  readonly allocate: Allocate;
  readonly createQueue: CreateQueue;
}

/** A queue and the frames in its buffers: buffer `id` is frame `id`. */
interface Ring {
  readonly queue: Queue;
  readonly frames: readonly Frame[];
}

/**
 * Frames lie in the buffers that the device reads and writes, and are lent from there. New entries are
 * shown to the device in batches: after every {@link BATCH}, and at the end of each step by `settle`.
 */
export class VirtioNetwork implements NetworkDevice {
  readonly name: string;
  readonly mac: number;
  readonly mtu: number;
  readonly offloads = NO_OFFLOADS;
  readonly counters: NetworkCounters = zeroCounters();

  /** For messages. */
  readonly place: string;

  readonly #host: Host;
  readonly #transport: Transport;
  readonly #received: Ring;
  readonly #sent: Ring;
  /** Buffers for sending that nobody has. */
  readonly #free: number[] = [];
  #lent = NOTHING;
  #transmitting = NOTHING;
  #unpublished = 0;
  #isFull = false;

  constructor(
    host: Host,
    transport: Transport,
    received: Ring,
    sent: Ring,
    { name, mac, mtu }: { name: string; mac: number; mtu: number },
  ) {
    this.#host = host;
    this.#transport = transport;
    this.place = transport.place;
    this.#received = received;
    this.#sent = sent;
    this.name = name;
    this.mac = mac;
    this.mtu = mtu;
    for (let id = 0; id < received.queue.size; id++) received.queue.offer(id);
    for (let id = sent.queue.size - 1; id >= 0; id--) this.#free.push(id);
    this.#flush();
  }

  /** The device cannot be used any more: it moved an index by more than it has buffers. */
  get isBroken(): boolean {
    return this.#received.queue.broken || this.#sent.queue.broken;
  }

  /** How often the device named a buffer that it does not have, or claimed more bytes than fit. */
  get violations(): number {
    return this.#received.queue.violations + this.#sent.queue.violations;
  }

  receive(): Frame | undefined {
    const { queue, frames } = this.#received;
    if (this.#lent !== NOTHING) this.#recycle(this.#lent);
    this.#lent = NOTHING;
    // One round at most: a device that sends only rubbish must not keep us here.
    for (let tries = queue.size; tries > 0; tries--) {
      const id = queue.take();
      if (id === NOTHING) return undefined;
      const length = queue.length - HEADER_LENGTH;
      if (length >= ETHERNET_HEADER_LENGTH) {
        const frame = frames[id];
        frame.length = length;
        this.counters.receivedFrames++;
        this.counters.receivedBytes += length;
        this.#lent = id;
        return frame;
      }
      this.counters.droppedFrames++;
      this.#recycle(id);
    }
    return undefined;
  }

  transmit(): Frame | undefined {
    const { queue, frames } = this.#sent;
    if (this.#transmitting === NOTHING) {
      if (this.#free.length === 0) this.#reclaim();
      const id = this.#free.pop();
      this.#isFull = id === undefined;
      if (id === undefined) {
        // The device may be waiting to be told of what would make room.
        if (queue.outstanding > 0) this.#flush();
        return undefined;
      }
      this.#transmitting = id;
    }
    return emptyFrame(frames[this.#transmitting]);
  }

  send(frame: Frame): void {
    const id = this.#transmitting;
    if (id === NOTHING || frame !== this.#sent.frames[id])
      throw new Error('this frame is not on loan');
    if (frame.length > FRAME_CAPACITY) throw new RangeError('the frame is longer than its buffer');
    this.#transmitting = NOTHING;
    this.#sent.queue.offerBytes(id, HEADER_LENGTH + frame.length);
    this.counters.sentFrames++;
    this.counters.sentBytes += frame.length;
    if (++this.#unpublished >= BATCH) this.#flush();
  }

  /**
   * Ends a step: shows the device all there is. When the program is `sleepy`, also asks for an interrupt,
   * and answers false if there must be no sleep because something has come in the meantime.
   */
  settle(sleepy: boolean): boolean {
    const received = this.#received.queue;
    const sent = this.#sent.queue;
    if (sleepy) {
      this.#transport.acknowledge();
      received.arm();
      if (this.#isFull) sent.arm();
    } else {
      received.disarm();
      sent.disarm();
    }
    this.#flush();
    return !received.hasUsed() && !(this.#isFull && sent.hasUsed());
  }

  #recycle(id: number): void {
    this.#received.queue.offer(id);
    if (++this.#unpublished >= BATCH) this.#flush();
  }

  #reclaim(): void {
    const { queue } = this.#sent;
    for (let id = queue.take(); id !== NOTHING; id = queue.take()) this.#free.push(id);
  }

  #flush(): void {
    const received = this.#received.queue;
    const sent = this.#sent.queue;
    this.#unpublished = 0;
    received.publish();
    sent.publish();
    this.#host.fence();
    if (received.wantsNotification()) this.#transport.notify(RECEIVE);
    if (sent.wantsNotification()) this.#transport.notify(TRANSMIT);
  }
}

function openRing(
  host: Host,
  transport: Transport,
  { allocate, createQueue }: RingMemory,
  number: number,
  hasEventIndex: boolean,
): Result<Ring> {
  const size = powerOfTwo(Math.min(transport.queueCapacity(number), QUEUE_SIZE));
  if (size < 2) return misconfigured(`the ${transport.place} has no queue ${number}`);
  const { available, used } = queueLayout(size);
  const shared = allocateQueue(allocate, size);
  const queue = createQueue(shared, allocate(stateBytes(size)), size, hasEventIndex);

  const buffers = allocate(size * STRIDE);
  const frames: Frame[] = [];
  for (let id = 0; id < size; id++) {
    const start = id * STRIDE + FRAME_OFFSET;
    const address = buffers.address + start;
    const view = buffers.bytes.subarray(start, start + FRAME_CAPACITY);
    frames.push(frameIn({ bytes: view, address }));
    const physical = host.physical(address - HEADER_LENGTH);
    queue.describe(id, physical, HEADER_LENGTH + FRAME_CAPACITY, number === RECEIVE);
  }
  const physical = host.physical(shared.address);
  const areas = {
    descriptors: physical,
    available: physical + available,
    used: physical + used,
  };
  const started = transport.startQueue(number, size, areas);
  return started.ok ? ok({ queue, frames }) : started;
}

/** The greatest power of two that is at most `number`; 0 for 0. */
function powerOfTwo(number: number): number {
  return number < 1 ? 0 : 2 ** Math.floor(Math.log2(number));
}

function readNumber(transport: Transport, offset: number, size: number): number {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + transport.readConfiguration(offset + i);
  return value;
}

/** The address is six bytes in their order on the wire. */
function readMac(transport: Transport): number {
  let mac = 0;
  for (let i = 0; i < 6; i++) mac = mac * 256 + transport.readConfiguration(CONFIGURATION_MAC + i);
  return mac;
}

const MODERN_ADVICE = 'start QEMU with -global virtio-mmio.force-legacy=false';

const RECEIVE = 0;
const TRANSMIT = 1;

/** Entries of each queue: half a megabyte of buffers for both. */
const QUEUE_SIZE = 128;

/** After so many new entries the device is shown them, also in the middle of a step. */
const BATCH = 16;

/** What stands before each frame (section 5.1.6); all zeros when there is nothing to offload. */
const HEADER_LENGTH = 12;

/** Frames start at multiples of 16, their headers right before. */
const FRAME_OFFSET = 16;
const STRIDE = FRAME_OFFSET + FRAME_CAPACITY;

const FEATURE_MTU = 3;
const FEATURE_MAC = 5;
const FEATURE_MERGEABLE = 15;
const CONFIGURATION_MAC = 0;
const CONFIGURATION_MTU = 10;

const DEFAULT_MTU = 1500;
/** RFC 791: every network carries 68 octets. */
const LEAST_MTU = 68;
/** A frame has an Ethernet header and perhaps a VLAN tag before its payload. */
const GREATEST_MTU = FRAME_CAPACITY - ETHERNET_HEADER_LENGTH - 4;
