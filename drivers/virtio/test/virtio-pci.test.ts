import { describe, expect, it } from 'vitest';
import { findDevices } from '../src/discover.ts';
import { openNetwork } from '../src/net.ts';
import { NetworkQueue } from '../src/network-queue.ts';
import { NETWORK_DEVICE } from '../src/transport.ts';
import { DeviceQueue, Memory, PHYSICAL_BASE } from './device.ts';
import { Machine } from './machine.ts';
import { BAR_1, BAR_4, validSpace } from './space.ts';

const FUNCTION = 0x8000_1000;

/** A network device on PCI, with queues of four. */
class PciModel {
  readonly memory = new Memory();
  readonly space = validSpace();
  readonly machine = new Machine((selector) => (selector === FUNCTION ? this.space : undefined));
  readonly queues: DeviceQueue[] = [];
  readonly notified: number[] = [];
  /** What was written to the table of messages, by offset. */
  readonly messages = new Map<number, number>();
  notifyOffsets = [0, 1];
  hasVectors = true;
  readonly #written = new Map<number, number>();

  constructor() {
    this.machine.add(BAR_1, (offset, value) => {
      if (value !== undefined) this.messages.set(offset, value);
      return 0;
    });
    this.machine.add(BAR_4, (offset, value) => this.#common(offset, value));
    this.machine.add(BAR_4 + 0x2000, (offset) => [2, 0, 0, 0, 0, 9][offset] ?? 0);
    this.machine.add(BAR_4 + 0x3000, (offset, value) => {
      this.notified.push(offset, value ?? -1);
      return 0;
    });
  }

  open() {
    const found = findDevices(this.machine.host, [], NETWORK_DEVICE);
    if (!found.ok) throw new Error(found.error.reason);
    const device = openNetwork(this.machine.host, 'service', found.value[0], {
      allocate: this.memory.allocate,
      createQueue: (...queue) => new NetworkQueue(...queue),
    });
    if (!device.ok) throw new Error(device.error.reason);
    return device.value;
  }

  #common(offset: number, value: number | undefined): number {
    const queue = this.#get(0x16);
    if (value === undefined) {
      if (offset === 0x04) return 0xffff_ffff;
      if (offset === 0x18) return queue < 2 ? 4 : 0;
      if (offset === 0x1a) return this.hasVectors ? this.#get(0x1a) : 0xffff;
      if (offset === 0x1e) return this.notifyOffsets[queue];
      return this.#get(offset);
    }
    this.#written.set(offset, value);
    if (offset === 0x1c) {
      const start = this.#get(0x20) - PHYSICAL_BASE;
      this.queues[queue] = new DeviceQueue(this.memory, start, this.#get(0x18), true);
    }
    return 0;
  }

  #get(offset: number): number {
    return this.#written.get(offset) ?? 0;
  }
}

describe('a network device on PCI', () => {
  it('is found, may write to memory and has its message', () => {
    const model = new PciModel();
    expect(model.open()).toMatchObject({ mac: 0x0200_0000_0009, mtu: 1500 });
    expect(model.space[0x04]).toBe(0x06);
    expect(model.space[0x9b]).toBe(0x80);
    expect([...model.messages]).toEqual([
      [0, 0xfee0_0000],
      [4, 0],
      [8, 32],
      [12, 0],
    ]);
  });

  it('is notified where it wants to be', () => {
    const model = new PciModel();
    const device = model.open();
    expect(model.notified).toEqual([0, 0]);
    const frame = device.transmit();
    if (frame === undefined) throw new Error('no frame');
    frame.length = 60;
    device.send(frame);
    device.settle(true);
    expect(model.notified).toEqual([0, 0, 4, 1]);
    expect(model.queues[1].next()).toBeDefined();
  });

  it('may be of the transitional kind', () => {
    const model = new PciModel();
    model.space.set([0x00, 0x10], 0x02);
    model.space[0x2e] = NETWORK_DEVICE;
    expect(model.open().mac).toBe(0x0200_0000_0009);
  });

  it.each([
    [
      'with the legacy interface only',
      (m: PciModel) => m.space.fill(0, 0x34, 0x35),
      'disable-modern=off',
    ],
    ['without messages', (m: PciModel) => m.space.set([0x05], 0x98), 'MSI-X'],
    ['without vectors', (m: PciModel) => (m.hasVectors = false), 'no interrupt left'],
    [
      'with notifications far away',
      (m: PciModel) => (m.notifyOffsets = [0, 0x400]),
      'outside of its',
    ],
    [
      'with notifications in between',
      (m: PciModel) => m.space.fill(1, 0x80, 0x81),
      'outside of its',
    ],
    ['without memory', (m: PciModel) => m.space.fill(0, 0x20, 0x24), 'not set by the firmware'],
  ])('is refused %s', (_, change, message) => {
    const model = new PciModel();
    change(model);
    expect(() => model.open()).toThrow(message);
  });
});
