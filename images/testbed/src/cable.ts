import type { Chance, FaultOptions } from '@atoll/device/fault';
import { Faults } from '@atoll/device/fault';
import { TimeQueue } from '@atoll/device/time-queue';
import { tooBig } from './too-big.ts';

/** How bad a cable is, in each direction. */
export interface CableOptions extends FaultOptions {
  /** The largest Ethernet payload that passes; there is no limit when left out. */
  readonly mtu?: number;
  /** Whether the sender of a larger one is told so, as by a router; it just goes away otherwise. */
  readonly reportsTooBig?: boolean;
}

export interface CableCounters {
  /** Frames that came in, frames that were lost by chance or to the MTU, and copies that came out. */
  arrived: number;
  lost: number;
  tooBig: number;
  delivered: number;
}

/** One direction of a bad cable, in whatever time the caller lives. */
export class Cable {
  readonly counters: CableCounters = { arrived: 0, lost: 0, tooBig: 0, delivered: 0 };
  readonly #random: Chance;
  readonly #inside = new TimeQueue<Uint8Array>();
  #options: CableOptions = {};
  #faults: Faults;

  constructor(random: Chance, options: CableOptions = {}) {
    this.#random = random;
    this.#faults = new Faults(random, options);
    this.#options = options;
  }

  /** From now on; what is inside already arrives as it would have. */
  change(options: CableOptions): void {
    this.#options = options;
    this.#faults = new Faults(this.#random, options);
  }

  /** Takes `frame` in; answers a frame to send back to where it came from, if any. */
  handle(frame: Uint8Array, now: number): Uint8Array | undefined {
    const { mtu = Number.POSITIVE_INFINITY, reportsTooBig = false } = this.#options;
    this.counters.arrived++;
    if (frame.length > ETHERNET_HEADER_LENGTH + mtu) {
      this.counters.tooBig++;
      return reportsTooBig ? tooBig(frame, mtu) : undefined;
    }
    const delays = this.#faults.delays();
    if (delays.length === 0) this.counters.lost++;
    for (const delay of delays) {
      const copy = frame.slice();
      this.#faults.damage(copy);
      this.#inside.push(now + delay, copy);
    }
    return undefined;
  }

  /** The next frame that comes out at `now`, or `undefined`. */
  poll(now: number): Uint8Array | undefined {
    if (this.#inside.nextTime > now) return undefined;
    this.counters.delivered++;
    return this.#inside.shift();
  }

  get nextTimeout(): number {
    return this.#inside.nextTime;
  }
}

const ETHERNET_HEADER_LENGTH = 14;
