import type { Host } from '@atoll/device/host';
import { describe, expect, it } from 'vitest';
import { findDevices } from '../src/discover.ts';
import { openNetwork } from '../src/net.ts';
import { Queue } from '../src/queue.ts';
import { NETWORK_DEVICE } from '../src/transport.ts';
import { DeviceQueue, Memory, PHYSICAL_BASE } from './device.ts';
import { Machine } from './machine.ts';

const PLACE = { address: 0xfeb0_0e00, lines: [12] };
const MAC = [0x02, 0, 0, 0, 0, 0x07];
const QUEUE_SIZE = 4;

/** Feature bits on offer, as two words. */
const EVERYTHING = [0xffff_ffff, 0xffff_ffff];

/** A network device over virtio-mmio, with queues of four. */
class NetworkModel {
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
      createQueue: (...queue) => new Queue(...queue),
    });
    if (!device.ok) throw new Error(device.error.reason);
    return device.value;
  }

  /** Sends `bytes` to the driver, behind a header of 12. */
  deliver(bytes: readonly number[]): void {
    const id = this.queues[0].next() as number;
    const { start } = this.queues[0].buffer(id);
    this.memory.bytes.set([...new Array(12).fill(0xee), ...bytes], start);
    this.queues[0].use(id, 12 + bytes.length);
  }

  #read(offset: number): number {
    const queue = this.#get(0x030);
    if (offset === 0x000) return 0x7472_6976;
    if (offset === 0x004) return this.version;
    if (offset === 0x008) return NETWORK_DEVICE;
    if (offset === 0x010) return this.features[this.#get(0x014)];
    if (offset === 0x034) return queue < 2 ? QUEUE_SIZE : 0;
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

const FRAME = Array.from({ length: 60 }, (_, i) => i);

describe('a network device', () => {
  it('is opened with what it says about itself', () => {
    const model = new NetworkModel();
    const device = model.open();
    expect(device).toMatchObject({ name: 'service', mac: 0x0200_0000_0007, mtu: 1400 });
    // MTU, MAC, event index; version 1: nothing else was asked for.
    expect(model.accepted).toEqual([(1 << 3) | (1 << 5) | (1 << 29), 1]);
    expect(model.machine.lines).toEqual([12]);
  });

  it('may be of the legacy kind, if its headers have 12 bytes', () => {
    const model = new NetworkModel();
    model.version = 1;
    const device = model.open();
    // Mergeable buffers for the header; no word of features above 31, which such a device ignores.
    expect(model.accepted).toEqual([(1 << 3) | (1 << 5) | (1 << 15) | (1 << 29), 0]);
    model.deliver(FRAME);
    expect(device.receive()).toMatchObject({ length: 60 });
    const outgoing = device.transmit();
    if (outgoing === undefined) throw new Error('there is room');
    outgoing.length = 60;
    device.send(outgoing);
    device.settle(false);
    const sent = model.queues[1].buffer(model.queues[1].next() ?? -1);
    expect(sent).toMatchObject({ length: 72, isWritten: false });

    const plain = new NetworkModel();
    plain.version = 1;
    plain.features = [1 << 5, 0];
    expect(() => plain.open()).toThrow('headers of another length');
  });

  it('may have fewer features', () => {
    const model = new NetworkModel();
    model.features = [0, 1];
    expect(model.open()).toMatchObject({ mac: 0x5a5a_5a5a_5a5a, mtu: 1500 });
    model.mtu = 9000;
    model.features = EVERYTHING;
    expect(model.open().mtu).toBe(1500);
  });

  it('lends received frames without their header, from where the device wrote them', () => {
    const model = new NetworkModel();
    const device = model.open();
    model.deliver(FRAME);
    const frame = device.receive();
    expect(Array.from(frame?.bytes.subarray(0, frame.length) ?? [])).toEqual(FRAME);
    expect(model.memory.bytes[frame?.address ?? 0]).toBe(0);
    expect((frame?.address ?? 1) % 16).toBe(0);
    expect(device.receive()).toBe(undefined);
    expect(device.counters).toMatchObject({ receivedFrames: 1, receivedBytes: 60 });
  });

  it('gives buffers back, also those of frames that are too short', () => {
    const model = new NetworkModel();
    const device = model.open();
    for (let round = 0; round < 20; round++) {
      model.deliver(FRAME);
      model.deliver([1, 2, 3]);
      model.deliver(FRAME);
      let count = 0;
      while (device.receive() !== undefined) count++;
      expect(count).toBe(2);
      device.settle(false);
    }
    expect(device.counters).toMatchObject({ receivedFrames: 40, droppedFrames: 20 });
  });

  it('sends frames behind an empty header until its queue is full', () => {
    const model = new NetworkModel();
    const device = model.open();
    for (let i = 0; i < QUEUE_SIZE; i++) {
      const frame = device.transmit();
      if (frame === undefined) throw new Error('the queue is full too early');
      frame.bytes.set(FRAME);
      frame.length = FRAME.length;
      device.send(frame);
    }
    expect(device.transmit()).toBe(undefined);
    const id = model.queues[1].next() as number;
    const { start, length } = model.queues[1].buffer(id);
    expect(length).toBe(72);
    const sent = Array.from(model.memory.bytes.subarray(start, start + length));
    expect(sent).toEqual([...new Array(12).fill(0), ...FRAME]);
    model.queues[1].use(id, 0);
    expect(device.transmit()).toBeDefined();
    expect(device.counters).toMatchObject({ sentFrames: 4, sentBytes: 240 });
  });

  it('lends the same frame until it is sent, and takes no other', () => {
    const device = new NetworkModel().open();
    const frame = device.transmit();
    if (frame === undefined) throw new Error('no frame');
    expect(device.transmit()).toBe(frame);
    expect(() => device.send({ ...frame })).toThrow('not on loan');
    frame.length = 2049;
    expect(() => device.send(frame)).toThrow('longer than its buffer');
    frame.length = 60;
    device.send(frame);
    expect(() => device.send(frame)).toThrow('not on loan');
  });

  it('notifies once for many frames', () => {
    const model = new NetworkModel();
    const device = model.open();
    model.notified.length = 0;
    for (let i = 0; i < 3; i++) {
      const frame = device.transmit();
      if (frame !== undefined) device.send(frame);
    }
    expect(model.notified).toEqual([]);
    device.settle(true);
    expect(model.notified).toEqual([1]);
  });

  it('does not sleep over a frame', () => {
    const model = new NetworkModel();
    const device = model.open();
    expect(device.settle(true)).toBe(true);
    const { interrupts } = model.queues[0];
    model.deliver(FRAME);
    expect(model.queues[0].interrupts).toBe(interrupts + 1);
    model.causes = 1;
    expect(device.settle(true)).toBe(false);
    expect(model.causes).toBe(0);
  });

  it.each([
    ['of a later kind', (model: NetworkModel) => (model.version = 3), 'unknown version 3'],
    ['before version 1', (model: NetworkModel) => (model.features = [0, 0]), 'version 1 of virtio'],
    [
      'of other wishes',
      (model: NetworkModel) => (model.acceptsFeatures = false),
      'refuses the features',
    ],
    ['without interrupts', (model: NetworkModel) => (model.machine.lineCount = 12), 'line 12'],
  ])('%s is refused', (_, change, message) => {
    const model = new NetworkModel();
    change(model);
    expect(() => model.open()).toThrow(message);
  });
});
