import type { Allocate } from './frame.ts';
import { copyFrame, createFrame, frameIn } from './frame.ts';
import type { Frame, NetworkDevice } from './network.ts';
import { frameCapacity } from './network.ts';
import type { Clock } from './system.ts';
import { TimeQueue } from './time-queue.ts';

/** How bad a network is. Probabilities are from 0 to 1 and apply to each frame; all are 0 when left out. */
export interface FaultOptions {
  readonly loss?: number;
  /** The probability that a frame arrives twice. */
  readonly duplicate?: number;
  /** The probability that a copy arrives with one bit flipped. */
  readonly corrupt?: number;
  /** Milliseconds that every frame takes. */
  readonly delay?: number;
  /** Up to this many milliseconds more, uniformly spread; frames overtake each other by it. */
  readonly jitter?: number;
  /** The probability that a frame takes no time at all and so overtakes those before it. */
  readonly reorder?: number;
}

/** A source of repeatable randomness, such as `Random` of `@atoll/sim`. */
export interface Chance {
  chance(probability: number): boolean;
  float(): number;
  below(bound: number): number;
}

/** Decides what becomes of frames. */
export class Faults {
  readonly #random: Chance;
  readonly #options: Required<FaultOptions>;

  constructor(random: Chance, options: FaultOptions) {
    this.#random = random;
    this.#options = { ...FAULTLESS, ...options };
  }

  /** The delay in milliseconds of each copy of the next frame that arrives; empty when it is lost. */
  delays(): number[] {
    const { loss, duplicate } = this.#options;
    if (this.#random.chance(loss)) return [];
    const delays = [this.#delay()];
    if (this.#random.chance(duplicate)) delays.push(this.#delay());
    return delays;
  }

  /** Flips a bit of `frame`, or does not; answers whether it did. */
  damage(frame: Uint8Array): boolean {
    if (frame.length === 0 || !this.#random.chance(this.#options.corrupt)) return false;
    frame[this.#random.below(frame.length)] ^= 1 << this.#random.below(8);
    return true;
  }

  #delay(): number {
    const { delay, jitter, reorder } = this.#options;
    if (this.#random.chance(reorder)) return 0;
    return delay + jitter * this.#random.float();
  }
}

/** A device behind a bad network. */
export interface FaultyDevice extends NetworkDevice {
  /** When the next frame that is being delayed arrives, in monotonic milliseconds. */
  readonly nextTimeout: number;
}

/**
 * `device`, with `options` applied to the frames it receives; those it sends are left alone, so wrap
 * both ends of a cable for faults in both directions. A delay counts from the `receive` that finds the
 * frame. At most {@link HELD_FRAMES} are delayed at a time.
 */
export function faulty(
  device: NetworkDevice,
  random: Chance,
  clock: Clock,
  options: FaultOptions,
  allocate?: Allocate,
): FaultyDevice {
  const { name, mac, mtu, offloads, counters } = device;
  const faults = new Faults(random, options);
  const held = new TimeQueue<Frame>();
  const lent = createFrame(allocate, frameCapacity(device));
  return {
    name,
    mac,
    mtu,
    offloads,
    counters,
    get nextTimeout() {
      return held.nextTime;
    },
    receive() {
      const now = clock.monotonic();
      for (let frame = device.receive(); frame !== undefined; frame = device.receive()) {
        if (!hold(frame, now)) counters.droppedFrames++;
      }
      const frame = held.nextTime <= now ? held.shift() : undefined;
      if (frame === undefined) return undefined;
      copyFrame(frame, lent);
      return lent;
    },
    transmit: (capacity) => device.transmit(capacity),
    send: (frame) => device.send(frame),
  };

  function hold(frame: Frame, now: number): boolean {
    for (const delay of faults.delays()) {
      if (held.size >= HELD_FRAMES) return false;
      const copy = frameIn({ bytes: new Uint8Array(frame.length), address: 0 });
      copyFrame(frame, copy);
      // A checksum would tell, so whoever vouched for the frame does so no longer.
      if (faults.damage(copy.bytes)) copy.isChecked = false;
      held.push(now + delay, copy);
    }
    return true;
  }
}

export const HELD_FRAMES = 4096;

const FAULTLESS: Required<FaultOptions> = {
  loss: 0,
  duplicate: 0,
  corrupt: 0,
  delay: 0,
  jitter: 0,
  reorder: 0,
};
