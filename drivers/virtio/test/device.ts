import type { Region } from '@atoll/device/fast';
import { queueLayout } from '../src/queue.ts';

/** Where the tests' linear memory starts, physically. */
export const PHYSICAL_BASE = 0x80_0000;

/** Linear memory for queues and buffers. */
export class Memory {
  readonly bytes = new Uint8Array(1 << 20);
  readonly view = new DataView(this.bytes.buffer);
  #used = 16;

  readonly allocate = (size: number): Region => {
    const address = this.#used;
    this.#used += (size + 15) & ~15;
    if (this.#used > this.bytes.length) throw new RangeError('the test needs more memory');
    return { address, bytes: this.bytes.subarray(address, address + size) };
  };
}

/** The device's side of a split virtqueue, as virtio 1.2, section 2.7, describes it. */
export class DeviceQueue {
  /** How often the device has interrupted. */
  interrupts = 0;
  readonly #view: DataView;
  readonly #start: number;
  readonly #size: number;
  readonly #hasEventIndex: boolean;
  #seen = 0;
  #used = 0;

  /** The queue starts at offset `start` of memory. */
  constructor(memory: Memory, start: number, size: number, hasEventIndex: boolean) {
    this.#view = memory.view;
    this.#start = start;
    this.#size = size;
    this.#hasEventIndex = hasEventIndex;
  }

  /** The number of the next available buffer; without one, the device waits to be notified. */
  next(): number | undefined {
    const { available, used } = this.#layout();
    if (this.#hasEventIndex) this.#set16(used + 4 + this.#size * 8, this.#seen);
    if (this.#get16(available + 2) === this.#seen) return undefined;
    const id = this.#get16(available + 4 + (this.#seen % this.#size) * 2);
    this.#seen = (this.#seen + 1) & 0xffff;
    return id;
  }

  /** Offset in memory and length of buffer `id`. */
  buffer(id: number): { start: number; length: number; isWritten: boolean } {
    const at = this.#start + id * 16;
    return {
      start: Number(this.#view.getBigUint64(at, true)) - PHYSICAL_BASE,
      length: this.#view.getUint32(at + 8, true),
      isWritten: this.#get16(id * 16 + 12) === 2,
    };
  }

  /** The descriptors of the chain that starts with `id`. */
  chain(id: number): { start: number; length: number; isWritten: boolean }[] {
    const parts = [];
    for (let at: number | undefined = id; at !== undefined; ) {
      const flags = this.#get16(at * 16 + 12);
      parts.push({ ...this.buffer(at), isWritten: (flags & 2) !== 0 });
      at = (flags & 1) !== 0 ? this.#get16(at * 16 + 14) : undefined;
      if (parts.length > this.#size) throw new Error('the chain has no end');
    }
    return parts;
  }

  /** Gives buffer `id` back; interrupts if the driver asked for it. */
  use(id: number, length: number): void {
    const { available, used } = this.#layout();
    const at = this.#start + used + 4 + (this.#used % this.#size) * 8;
    this.#view.setUint32(at, id, true);
    this.#view.setUint32(at + 4, length, true);
    const before = this.#used;
    this.#used = (this.#used + 1) & 0xffff;
    this.#set16(used + 2, this.#used);
    const isWanted = this.#hasEventIndex
      ? this.#get16(available + 4 + this.#size * 2) === before
      : (this.#get16(available) & 1) === 0;
    if (isWanted) this.interrupts++;
  }

  /** Overwrites one word of the used ring, as a hostile device would. */
  scribble(word: number, value: number): void {
    const { used, bytes } = this.#layout();
    this.#set16(used + (word % ((bytes - used) >> 1)) * 2, value);
  }

  #layout() {
    return queueLayout(this.#size);
  }

  #get16(offset: number): number {
    return this.#view.getUint16(this.#start + offset, true);
  }

  #set16(offset: number, value: number): void {
    this.#view.setUint16(this.#start + offset, value, true);
  }
}
