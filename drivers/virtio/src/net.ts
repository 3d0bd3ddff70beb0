import { emptyFrame } from '@atoll/device/frame';
import type { Host } from '@atoll/device/host';
import type { Frame, NetworkCounters, NetworkDevice, Offloads } from '@atoll/device/network';
import {
  ETHERNET_HEADER_LENGTH,
  FRAME_CAPACITY,
  LARGE_FRAME_CAPACITY,
  zeroCounters,
} from '@atoll/device/network';
import { randomMac } from '@atoll/device/system';
import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import { hostEntropy } from './entropy.ts';
import { NETWORK, networkFeatures } from './features.ts';
import { negotiate, start } from './negotiate.ts';
import type { NetworkQueue } from './network-queue.ts';
import { NOTHING } from './queue.ts';
import type { RingMemory } from './ring.ts';
import { openReceiving, openSending, RECEIVE, TRANSMIT } from './ring.ts';
import type { Transport } from './transport.ts';
import { readConfiguration } from './transport.ts';

/** Opens the network device `name` (virtio 1.2, section 5.1), with one pair of queues. */
export function openNetwork(
  host: Host,
  name: string,
  transport: Transport,
  memory: RingMemory,
): Result<VirtioNetwork> {
  const mtu = readConfiguration(transport, CONFIGURATION_MTU, 2);
  const features = negotiate(transport, (isOffered) => {
    const wanted = networkFeatures(isOffered);
    return isOffered(NETWORK.mtu) && isMtuUsable(mtu, wanted) ? [...wanted, NETWORK.mtu] : wanted;
  });
  if (!features.ok) return features;
  const agreed = features.value;
  // Of legacy devices only those have a header of 12 bytes that may spread frames over buffers.
  if (transport.isLegacy && !agreed.has(NETWORK.mergeable)) {
    return misconfigured(`the ${transport.place} has headers of another length; ${MODERN_ADVICE}`);
  }

  const received = openReceiving(host, transport, memory, agreed);
  if (!received.ok) return received;
  const sent = openSending(host, transport, memory, agreed);
  if (!sent.ok) return sent;
  start(transport);
  const about = {
    name,
    mac: agreed.has(NETWORK.mac) ? readMac(transport) : randomMac(hostEntropy(host)),
    mtu: agreed.has(NETWORK.mtu) ? mtu : DEFAULT_MTU,
    offloads: {
      checksum: agreed.has(NETWORK.checksum),
      segmentation: agreed.has(NETWORK.hostTso4),
    },
  };
  return ok(new VirtioNetwork(host, transport, received.value, sent.value, about));
}

/** Whether frames of this MTU fit into what such features give us. */
function isMtuUsable(mtu: number, features: readonly number[]): boolean {
  const hasLarge = features.includes(NETWORK.mergeable) && features.includes(NETWORK.hostTso4);
  return mtu >= LEAST_MTU && mtu <= (hasLarge ? GREATEST_MTU : GREATEST_SMALL_MTU);
}

/**
 * Frames lie in the buffers that the device reads and writes, and are lent from there; only what the
 * device spread over several is copied together. New entries are shown to the device in batches: after
 * every {@link BATCH}, and at the end of each step by `settle`.
 */
export class VirtioNetwork implements NetworkDevice {
  readonly name: string;
  readonly mac: number;
  readonly mtu: number;
  readonly offloads: Offloads;
  readonly counters: NetworkCounters = zeroCounters();

  /** For messages. */
  readonly place: string;

  readonly #host: Host;
  readonly #transport: Transport;
  readonly #received: NetworkQueue;
  readonly #sent: NetworkQueue;
  /** Buffers for sending that nobody has. */
  readonly #free: number[] = [];
  readonly #freeLarge: number[] = [];
  /** The first so many are large. */
  readonly #largeCount: number;
  #lent = NOTHING;
  #transmitting = NOTHING;
  #unpublished = 0;
  #isFull = false;

  constructor(
    host: Host,
    transport: Transport,
    received: NetworkQueue,
    sent: NetworkQueue,
    { name, mac, mtu, offloads }: Pick<NetworkDevice, 'name' | 'mac' | 'mtu' | 'offloads'>,
  ) {
    this.#host = host;
    this.#transport = transport;
    this.place = transport.place;
    this.#received = received;
    this.#sent = sent;
    this.name = name;
    this.mac = mac;
    this.mtu = mtu;
    this.offloads = offloads;
    this.#largeCount = sent.frames.filter(({ bytes }) => bytes.length > FRAME_CAPACITY).length;
    for (let id = 0; id < received.size; id++) received.offer(id);
    for (let id = sent.size - 1; id >= 0; id--) this.#release(id);
    this.#flush();
  }

  /** The device cannot be used any more: it moved an index by more than it has buffers. */
  get isBroken(): boolean {
    return this.#received.broken || this.#sent.broken;
  }

  /** How often the device misused a buffer: see the README. */
  get violations(): number {
    return this.#received.violations + this.#sent.violations;
  }

  receive(): Frame | undefined {
    const queue = this.#received;
    // One round at most: a device that sends only rubbish must not keep us here.
    for (let tries = queue.size; tries > 0; tries--) {
      const id = queue.receive(this.#lent);
      this.#lent = id >= 0 && id < queue.size ? id : NOTHING;
      if (id === NOTHING) return undefined;
      // The buffers of a joined frame went back at once, and they were many.
      if (++this.#unpublished >= BATCH || id === queue.size) this.#flush();
      if (id >= 0) {
        const { counters } = this;
        const frame = queue.frames[id];
        counters.receivedFrames++;
        counters.receivedBytes += frame.length;
        return frame;
      }
      this.counters.droppedFrames++;
    }
    return undefined;
  }

  transmit(capacity = FRAME_CAPACITY): Frame | undefined {
    const { frames } = this.#sent;
    let id: number | undefined = this.#transmitting;
    if (id === NOTHING || frames[id].bytes.length < capacity) {
      if (id !== NOTHING) this.#release(id);
      id = capacity > FRAME_CAPACITY ? this.#borrowLarge(capacity) : this.#free.pop();
      id ??= this.#borrowLate(capacity);
      this.#transmitting = id ?? NOTHING;
      if (id === undefined) return undefined;
    }
    return emptyFrame(frames[id]);
  }

  send(frame: Frame): void {
    const queue = this.#sent;
    const id = this.#transmitting;
    if (id === NOTHING || frame !== queue.frames[id]) throw new Error('this frame is not on loan');
    if (frame.length > frame.bytes.length)
      throw new RangeError('the frame is longer than its buffer');
    this.#transmitting = NOTHING;
    queue.send(id, frame);
    const { counters } = this;
    counters.sentFrames++;
    counters.sentBytes += frame.length;
    if (++this.#unpublished >= BATCH) this.#flush();
  }

  /**
   * Ends a step: shows the device all there is. When the program is `sleepy`, also asks for an interrupt,
   * and answers false if there must be no sleep because something has come in the meantime.
   */
  settle(sleepy: boolean): boolean {
    const received = this.#received;
    const sent = this.#sent;
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

  #borrowLarge(capacity: number): number | undefined {
    if (capacity > LARGE_FRAME_CAPACITY || !this.offloads.segmentation) {
      throw new RangeError('no frame is so large');
    }
    return this.#freeLarge.pop();
  }

  /** Once there is nothing in the pool: small frames may have a large one then. */
  #borrowLate(capacity: number): number | undefined {
    this.#reclaim();
    const id =
      capacity > FRAME_CAPACITY
        ? this.#freeLarge.pop()
        : (this.#free.pop() ?? this.#freeLarge.pop());
    this.#isFull = id === undefined;
    // The device may be waiting to be told of what would make room.
    if (id === undefined && this.#sent.outstanding > 0) this.#flush();
    return id;
  }

  #reclaim(): void {
    const queue = this.#sent;
    for (let id = queue.take(); id !== NOTHING; id = queue.take()) this.#release(id);
  }

  #release(id: number): void {
    if (id < this.#largeCount) this.#freeLarge.push(id);
    else this.#free.push(id);
  }

  #flush(): void {
    const received = this.#received;
    const sent = this.#sent;
    this.#unpublished = 0;
    received.publish();
    sent.publish();
    this.#host.fence();
    if (received.wantsNotification()) this.#transport.notify(RECEIVE);
    if (sent.wantsNotification()) this.#transport.notify(TRANSMIT);
  }
}

/** The address is six bytes in their order on the wire. */
function readMac(transport: Transport): number {
  let mac = 0;
  for (let i = 0; i < 6; i++) mac = mac * 256 + transport.readConfiguration(CONFIGURATION_MAC + i);
  return mac;
}

const MODERN_ADVICE = 'start QEMU with -global virtio-mmio.force-legacy=false';

/** After so many new entries the device is shown them, also in the middle of a step. */
const BATCH = 16;

const CONFIGURATION_MAC = 0;
const CONFIGURATION_MTU = 10;

const DEFAULT_MTU = 1500;
/** RFC 791: every network carries 68 octets. */
const LEAST_MTU = 68;
/** A frame has an Ethernet header and perhaps a VLAN tag before its payload. */
const GREATEST_SMALL_MTU = FRAME_CAPACITY - ETHERNET_HEADER_LENGTH - 4;
/** The longest IP packet. */
const GREATEST_MTU = 65_535;
