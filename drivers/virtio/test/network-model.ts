import type { Host } from '@atoll/device/host';
import { findDevices } from '../src/discover.ts';
import { openNetwork } from '../src/net.ts';
import { NetworkQueue } from '../src/network-queue.ts';
import { NETWORK_DEVICE } from '../src/transport.ts';
import { DeviceQueue, Memory, PHYSICAL_BASE } from './device.ts';
import { Machine } from './machine.ts';

const PLACE = { address: 0xfeb0_0e00, lines: [12] };
const MAC = [0x02, 0, 0, 0, 0, 0x07];
export const QUEUE_SIZE = 4;

/** What fits into a buffer for receiving. */
export const BUFFER = 12 + 2048;

/** The header of a frame in one buffer, about which there is nothing to say. */
export const PLAIN: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0];

/** Feature bits on offer, as two words. */
export const EVERYTHING = [0xffff_ffff, 0xffff_ffff];

/** Event index, MTU, MAC. */
export const BASIC = [(1 << 29) | (1 << 5) | (1 << 3), 1];

/** A network device over virtio-mmio, with queues of four. */
export class NetworkModel {
  readonly memory = new Memory();
  readonly machine = new Machine();
  readonly queues: DeviceQueue[] = [];
  readonly notified: number[] = [];
  version = 2;
  acceptsFeatures = true;
  causes = 0;
  features = EVERYTHING;
  accepted = [0, 0];
  mtu = 1400;
  queueSize = QUEUE_SIZE;
  #written = new Map<string, number>();

  constructor() {
    this.machine.add(PLACE.address, (offset, value) => {
      if (value !== undefined) this.#write(offset, value);
      return value === undefined ? this.#read(offset) : 0;
    });
  }

  get host(): Host {
    return this.machine.host;
  }

  open() {
    const found = findDevices(this.host, [PLACE], NETWORK_DEVICE);
    if (!found.ok) throw new Error(found.error.reason);
    const device = openNetwork(this.host, 'service', found.value[0], {
      allocate: this.memory.allocate,
      createQueue: (...queue) => new NetworkQueue(...queue),
    });
    if (!device.ok) throw new Error(device.error.reason);
    return device.value;
  }

  /** Sends `bytes` to the driver behind a header, spread over as many buffers as that takes. */
  deliver(bytes: readonly number[], header = PLAIN): void {
    const all = [...header, ...bytes];
    const count = Math.ceil(all.length / BUFFER);
    if (header === PLAIN) all[10] = count;
    for (let part = 0; part < count; part++)
      this.fill(all.slice(part * BUFFER, (part + 1) * BUFFER));
  }

  /** Writes `bytes` into the next buffer, and claims to have written `length`. */
  fill(bytes: readonly number[], length = bytes.length): void {
    const id = this.queues[0].next();
    if (id === undefined) throw new Error('there is no buffer');
    this.memory.bytes.set(bytes, this.queues[0].buffer(id).start);
    this.queues[0].use(id, length);
  }

  /** What the driver sends next, with its header. */
  sent(): number[] {
    const id = this.queues[1].next();
    if (id === undefined) throw new Error('nothing was sent');
    const { start, length } = this.queues[1].buffer(id);
    this.queues[1].use(id, 0);
    return Array.from(this.memory.bytes.subarray(start, start + length));
  }

  #read(offset: number): number {
    const queue = this.#get(0x030);
    if (offset === 0x000) return 0x7472_6976;
    if (offset === 0x004) return this.version;
    if (offset === 0x008) return NETWORK_DEVICE;
    if (offset === 0x010) return this.features[this.#get(0x014)];
    if (offset === 0x034) return queue < 2 ? this.queueSize : 0;
    if (offset === 0x044) return 0;
    if (offset === 0x060) return this.causes;
    if (offset === 0x070) {
      const status = this.#get(0x070);
      return this.acceptsFeatures ? status : status & ~8;
    }
    if (offset >= 0x100 && offset < 0x106) return MAC[offset - 0x100];
    if (offset === 0x10a) return this.mtu & 255;
    if (offset === 0x10b) return this.mtu >> 8;
    return 0;
  }

  #write(offset: number, value: number): void {
    const queue = this.#get(0x030);
    this.#written.set(`${offset}`, value);
    if (offset === 0x020) this.accepted[this.#get(0x024)] = value;
    if (offset === 0x050) this.notified.push(value);
    if (offset === 0x064) this.causes &= ~value;
    // The areas of a queue, or for a legacy device the number of its first page.
    if (offset === (this.version === 1 ? 0x040 : 0x044)) {
      const first = this.version === 1 ? value * this.#get(0x028) : this.#get(0x080);
      const start = first - PHYSICAL_BASE;
      const hasEventIndex = (this.accepted[0] & (1 << 29)) !== 0;
      this.queues[queue] = new DeviceQueue(this.memory, start, this.#get(0x038), hasEventIndex);
    }
  }

  #get(offset: number): number {
    return this.#written.get(`${offset}`) ?? 0;
  }
}
