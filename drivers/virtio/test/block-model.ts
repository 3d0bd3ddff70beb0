import { BLOCK_REQUEST_BYTES } from '@atoll/device/block';
import type { Host } from '@atoll/device/host';
import { openBlock } from '../src/block.ts';
import { findDevices } from '../src/discover.ts';
import { VirtioDisk } from '../src/disk.ts';
import { BLOCK_DEVICE } from '../src/transport.ts';
import { DeviceQueue, Memory, PHYSICAL_BASE } from './device.ts';
import type { Registers } from './machine.ts';
import { Machine } from './machine.ts';

const PLACE = { address: 0xfeb0_0c00, lines: [12] };

/** How a device ends a request that it could do: what it says instead of the truth. */
export interface Answer {
  readonly status?: number | undefined;
  readonly length?: number;
  readonly id?: number;
}

/** Bits of features. */
export const RO = 1 << 5;
export const BLK_SIZE = 1 << 6;
export const FLUSH = 1 << 9;
const SIZE_MAX = 1 << 1;

/** A block device over virtio-mmio, with a medium of its own. It answers when {@link serve} is called. */
export class BlockModel {
  readonly memory = new Memory();
  readonly machine = new Machine();
  medium = new Uint8Array(64 * 512).map((_, at) => at >> 9);
  features = FLUSH | BLK_SIZE | (1 << 29);
  sectors = 64;
  blockSize = 512;
  /** 0: not on offer. */
  sizeMax = 0;
  queueSize = 16;
  serial: string | undefined = 'storage';
  now = 0;
  /** Whether requests are served when they are announced. */
  isPrompt = true;
  /** Requests that were served: type, sector, bytes. */
  readonly served: [number, number, number][] = [];
  lie: (type: number) => Answer = () => ({});
  queue: DeviceQueue | undefined;
  readonly #others: Uint8Array[] = [];
  readonly #written = new Map<number, number>();

  constructor() {
    this.machine.add(PLACE.address, this.registers);
  }

  /** What the driver reads and writes. */
  readonly registers: Registers = (offset, value) => {
    if (value !== undefined) this.#write(offset, value);
    return value === undefined ? this.#read(offset) : 0;
  };

  get host(): Host {
    return {
      ...this.machine.host,
      address: (bytes) => this.#address(bytes),
      monotonic: () => this.now,
    };
  }

  /** Bytes that the device can reach. */
  bytes(length: number, value = 0): Uint8Array {
    return this.memory.allocate(length).bytes.fill(value);
  }

  open(): VirtioDisk {
    // Who waits sees time go by.
    const host = { ...this.host, monotonic: () => this.now++ };
    const found = findDevices(host, [PLACE], BLOCK_DEVICE);
    if (!found.ok) throw new Error(found.error.reason);
    const disk = openBlock(host, found.value[0], this.memory.allocate);
    if (!disk.ok) throw new Error(disk.error.reason);
    this.served.length = 0;
    return new VirtioDisk(this.host, disk.value.serial, disk.value);
  }

  /** The device's status register as the driver wrote it last. */
  get status(): number {
    return this.#written.get(0x070) ?? 0;
  }

  /** Does what it was asked for, `count` requests at most. */
  serve(count = Number.POSITIVE_INFINITY): void {
    for (let left = count; left > 0; left--) {
      const id = this.queue?.next();
      if (id === undefined) return;
      this.#serve(id);
    }
  }

  #serve(id: number): void {
    const { queue, memory } = this;
    const chain = queue?.chain(id) ?? [];
    const [header, ...rest] = chain;
    const last = rest.pop();
    if (last === undefined || header.length !== 16 || header.isWritten || last.length !== 1) {
      throw new Error('this is no request');
    }
    const type = memory.view.getUint32(header.start, true);
    const sector = Number(memory.view.getBigUint64(header.start + 8, true));
    const size = rest.reduce((sum, { length }) => sum + length, 0);
    this.served.push([type, sector, size]);
    const { status = this.#perform(type, sector * 512, rest), ...lie } = this.lie(type);
    if (status !== NONE) memory.bytes[last.start] = status;
    const written = chain.filter(({ isWritten }) => isWritten);
    const length = written.reduce((sum, part) => sum + part.length, 0);
    queue?.use(lie.id ?? id, lie.length ?? length);
  }

  /** Answers the status. */
  #perform(type: number, start: number, parts: { start: number; length: number }[]): number {
    const { medium } = this;
    let at = start;
    for (const part of parts) {
      const end = at + part.length;
      if (type < 2 && end > this.sectors * 512) return 1;
      const there = this.#bytesAt(part.start).subarray(0, part.length);
      if (type === 0) there.set(medium.subarray(at, end));
      if (type === 1) medium.set(there, at);
      if (type === 8 && this.serial === undefined) return 2;
      if (type === 8) there.set(Buffer.from(this.serial ?? ''));
      at = end;
    }
    return 0;
  }

  /** Bytes of others get an address behind all memory: a device reaches every request. */
  #address(bytes: Uint8Array): number {
    if (bytes.buffer === this.memory.bytes.buffer) return bytes.byteOffset;
    const address = this.memory.bytes.length + this.#others.length * BLOCK_REQUEST_BYTES;
    this.#others.push(bytes);
    return address;
  }

  #bytesAt(address: number): Uint8Array {
    const { bytes } = this.memory;
    if (address < bytes.length) return bytes.subarray(address);
    const other = address - bytes.length;
    const start = other % BLOCK_REQUEST_BYTES;
    return this.#others[(other - start) / BLOCK_REQUEST_BYTES].subarray(start);
  }

  #read(offset: number): number {
    const features = this.features | (this.sizeMax > 0 ? SIZE_MAX : 0);
    if (offset === 0x000) return 0x7472_6976;
    if (offset === 0x004) return 2;
    if (offset === 0x008) return BLOCK_DEVICE;
    if (offset === 0x010) return this.#written.get(0x014) === 1 ? 1 : features;
    if (offset === 0x034) return this.queueSize;
    if (offset === 0x070) return this.status;
    if (offset >= 0x100 && offset < 0x108)
      return Math.floor(this.sectors / 256 ** (offset - 0x100)) % 256;
    if (offset >= 0x108 && offset < 0x10c) return (this.sizeMax >>> ((offset - 0x108) * 8)) & 255;
    if (offset >= 0x114 && offset < 0x118) return (this.blockSize >>> ((offset - 0x114) * 8)) & 255;
    return 0;
  }

  #write(offset: number, value: number): void {
    this.#written.set(offset, value);
    if (offset === 0x044) {
      const start = (this.#written.get(0x080) ?? 0) - PHYSICAL_BASE;
      const size = this.#written.get(0x038) ?? 0;
      this.queue = new DeviceQueue(this.memory, start, size, (this.features & (1 << 29)) !== 0);
    }
    if (offset === 0x050 && this.isPrompt) this.serve();
  }
}

/** A status that the device does not write. */
export const NONE = -1;
