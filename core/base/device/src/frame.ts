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

/** A bounded queue of frames that are copied in and lent out, in buffers that are made once. */
export class FrameQueue {
  readonly #frames: Frame[];
  #head = 0;
  #length = 0;

  /** Holds `capacity` frames beside the one that is on loan. */
  constructor(capacity: number, allocate: Allocate = heapMemory) {
    this.#frames = Array.from({ length: capacity + 1 }, () => createFrame(allocate));
  }

  /** Copies the first `length` of `bytes`; answers false when the queue is full or they do not fit. */
  push(bytes: Uint8Array, length: number): boolean {
    const slots = this.#frames.length;
    if (this.#length === slots - 1 || length > FRAME_CAPACITY) return false;
    const frame = this.#frames[(this.#head + this.#length) % slots];
    frame.bytes.set(bytes.length === length ? bytes : bytes.subarray(0, length));
    frame.length = length;
    this.#length++;
    return true;
  }

  /** Lends the oldest frame until the next call. */
  shift(): Frame | undefined {
    if (this.#length === 0) return undefined;
    const frame = this.#frames[this.#head];
    this.#head = (this.#head + 1) % this.#frames.length;
    this.#length--;
    return frame;
  }
}
