import type { Allocate } from './frame.ts';
import { createFrame, emptyFrame, FrameQueue, heapMemory } from './frame.ts';
import type { Frame, NetworkCounters, NetworkDevice, Offloads } from './network.ts';
import {
  ALL_OFFLOADS,
  FRAME_CAPACITY,
  frameCapacity,
  NO_OFFLOADS,
  zeroCounters,
} from './network.ts';

export interface LoopbackOptions {
  /** Bytes of payload in a frame; 1500 when left out. */
  readonly mtu?: number;
  /** How many frames may wait in each direction; 64 when left out. */
  readonly capacity?: number;
  readonly allocate?: Allocate;
  /** Both devices have all offloads: segments stay long and checksums unwritten, as between two guests. */
  readonly offloads?: boolean;
}

/** Two devices, `left` and `right`, joined by a cable: what one sends, the other receives at once. */
export function loopbackPair(options: LoopbackOptions = {}): [NetworkDevice, NetworkDevice] {
  const left = new CableEnd('left', LEFT_MAC, options);
  const right = new CableEnd('right', RIGHT_MAC, options);
  left.peer = right;
  right.peer = left;
  return [left, right];
}

class CableEnd implements NetworkDevice {
  readonly name: string;
  readonly mac: number;
  readonly mtu: number;
  readonly offloads: Offloads;
  readonly counters: NetworkCounters = zeroCounters();
  peer: CableEnd | undefined;
  readonly #arrived: FrameQueue;
  readonly #outgoing: Frame;

  constructor(name: string, mac: number, options: LoopbackOptions) {
    const { mtu = 1500, capacity = 64, allocate = heapMemory, offloads = false } = options;
    this.name = name;
    this.mac = mac;
    this.mtu = mtu;
    this.offloads = offloads ? ALL_OFFLOADS : NO_OFFLOADS;
    this.#arrived = new FrameQueue(capacity, allocate, frameCapacity(this));
    this.#outgoing = createFrame(allocate, frameCapacity(this));
  }

  receive(): Frame | undefined {
    const frame = this.#arrived.shift();
    if (frame === undefined) return undefined;
    this.counters.receivedFrames++;
    this.counters.receivedBytes += frame.length;
    return frame;
  }

  transmit(capacity = FRAME_CAPACITY): Frame {
    if (capacity > this.#outgoing.bytes.length) throw new RangeError('no frame is so large');
    return emptyFrame(this.#outgoing);
  }

  send(frame: Frame): void {
    if (this.peer?.accept(frame)) {
      this.counters.sentFrames++;
      this.counters.sentBytes += frame.length;
    } else {
      this.counters.droppedFrames++;
    }
  }

  accept(frame: Frame): boolean {
    frame.isChecked = frame.checksumStart > 0;
    return this.#arrived.push(frame);
  }
}

const LEFT_MAC = 0x0200_0000_0001;
const RIGHT_MAC = 0x0200_0000_0002;
