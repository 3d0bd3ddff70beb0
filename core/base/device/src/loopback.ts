import type { Allocate } from './frame.ts';
import { createFrame, emptyFrame, FrameQueue, heapMemory } from './frame.ts';
import type { Frame, NetworkCounters, NetworkDevice } from './network.ts';
import { NO_OFFLOADS, zeroCounters } from './network.ts';

export interface LoopbackOptions {
  /** Bytes of payload in a frame; 1500 when left out. */
  readonly mtu?: number;
  /** How many frames may wait in each direction; 64 when left out. */
  readonly capacity?: number;
  readonly allocate?: Allocate;
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
  readonly offloads = NO_OFFLOADS;
  readonly counters: NetworkCounters = zeroCounters();
  peer: CableEnd | undefined;
  readonly #arrived: FrameQueue;
  readonly #outgoing: Frame;

  constructor(name: string, mac: number, options: LoopbackOptions) {
    const { mtu = 1500, capacity = 64, allocate = heapMemory } = options;
    this.name = name;
    this.mac = mac;
    this.mtu = mtu;
    this.#arrived = new FrameQueue(capacity, allocate);
    this.#outgoing = createFrame(allocate);
  }

  receive(): Frame | undefined {
    const frame = this.#arrived.shift();
    if (frame === undefined) return undefined;
    this.counters.receivedFrames++;
    this.counters.receivedBytes += frame.length;
    return frame;
  }

  transmit(): Frame {
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
    return this.#arrived.push(frame.bytes, frame.length);
  }
}

const LEFT_MAC = 0x0200_0000_0001;
const RIGHT_MAC = 0x0200_0000_0002;
