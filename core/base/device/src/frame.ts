import type { Region } from './fast.ts';
import type { Frame } from './network.ts';
import { FRAME_CAPACITY } from './network.ts';

/** Where frame buffers come from: `FastPaths.allocate` when fast paths shall see them. */
export type Allocate = (size: number) => Region;

/** Memory that no fast path sees. */
export const heapMemory: Allocate = (size) => ({ bytes: new Uint8Array(size), address: 0 });

export function createFrame(allocate: Allocate = heapMemory, capacity = FRAME_CAPACITY): Frame {
  return frameIn(allocate(capacity));
}

/** An empty frame with `region` as its buffer. */
export function frameIn({ bytes, address }: Region): Frame {
  return {
    bytes,
    address,
    length: 0,
    checksumStart: 0,
    checksumOffset: 0,
    segmentSize: 0,
    isChecked: false,
  };
}

/** Makes `frame` what `NetworkDevice.transmit` lends: empty, and nothing left for the device to do. */
export function emptyFrame(frame: Frame): Frame {
  frame.length = 0;
  frame.checksumStart = 0;
  frame.segmentSize = 0;
  return frame;
}

/** Copies the frame in `from`, with all that is said about it, to `to`, whose buffer must be large enough. */
export function copyFrame(from: Frame, to: Frame): void {
  const { bytes, length } = from;
  to.bytes.set(bytes.length === length ? bytes : bytes.subarray(0, length));
  to.length = length;
  to.checksumStart = from.checksumStart;
  to.checksumOffset = from.checksumOffset;
  to.segmentSize = from.segmentSize;
  to.isChecked = from.isChecked;
}

/** A bounded queue of frames that are copied in and lent out, in buffers that are made when first needed. */
export class FrameQueue {
  readonly #frames: Frame[] = [];
  readonly #slots: number;
  readonly #allocate: Allocate;
  readonly #capacity: number;
  #head = 0;
  #length = 0;

  /** Holds `count` frames of up to `capacity` bytes beside the one that is on loan. */
  constructor(count: number, allocate: Allocate = heapMemory, capacity = FRAME_CAPACITY) {
    this.#slots = count + 1;
    this.#allocate = allocate;
    this.#capacity = capacity;
  }

  /** Copies `frame`; answers false when the queue is full or it is too long. */
  push(frame: Frame): boolean {
    if (this.#length === this.#slots - 1 || frame.length > this.#capacity) return false;
    const slot = (this.#head + this.#length) % this.#slots;
    // Slots are first used one after the other, which makes this an append.
    this.#frames[slot] ??= createFrame(this.#allocate, this.#capacity);
    copyFrame(frame, this.#frames[slot]);
    this.#length++;
    return true;
  }

  /** Lends the oldest frame until the next call. */
  shift(): Frame | undefined {
    if (this.#length === 0) return undefined;
    const frame = this.#frames[this.#head];
    this.#head = (this.#head + 1) % this.#slots;
    this.#length--;
    return frame;
  }
}
