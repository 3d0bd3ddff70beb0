import type { Allocate } from '@atoll/device/frame';
import { createFrame, emptyFrame, FrameQueue, heapMemory } from '@atoll/device/frame';
import type { Frame, NetworkDevice } from '@atoll/device/network';
import {
  ALL_OFFLOADS,
  FRAME_CAPACITY,
  frameCapacity,
  NO_OFFLOADS,
  zeroCounters,
} from '@atoll/device/network';
import type { Clock, Entropy } from '@atoll/device/system';
import { Random } from './random.ts';

/** What {@link LanHost.run} takes: anything that has work at known times, such as a stack. */
export interface Activity {
  /** Does what is due at `now` and answers when it wants to be called again at the latest. */
  poll(now: number): number;
}

/** The wire that a host is attached to. */
export interface Wire {
  readonly now: number;
  readonly mtu: number;
  readonly random: Random;
  schedule(time: number, event: () => void): void;
  carry(sender: LanHost, frame: Frame): void;
}

export interface HostOptions {
  /** Whether its device has all offloads; those of the LAN when left out. */
  readonly offloads?: boolean | undefined;
  /** Where its frame buffers come from; plain memory when left out. */
  readonly allocate?: Allocate | undefined;
}

/** One host of a LAN: a device, a clock, entropy, and the activities that run on it. */
export class LanHost {
  readonly name: string;
  readonly device: NetworkDevice;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Whether the cable is in; frames to and from an unplugged host are lost. */
  plugged = true;
  readonly #wire: Wire;
  readonly #arrived: FrameQueue;
  readonly #activities: Activity[] = [];
  /** When the activities want to be polled, and when the wire will do so. */
  #deadline = Number.POSITIVE_INFINITY;
  #alarm = Number.POSITIVE_INFINITY;
  #polling = false;
  #woken = false;

  constructor(wire: Wire, name: string, mac: number, options: HostOptions) {
    const { allocate = heapMemory, offloads = false } = options;
    const about = { name, mac, mtu: wire.mtu, offloads: offloads ? ALL_OFFLOADS : NO_OFFLOADS };
    const capacity = frameCapacity(about);
    this.name = name;
    this.#wire = wire;
    this.#arrived = new FrameQueue(QUEUED_FRAMES, allocate, capacity);
    this.device = this.#createDevice(about, createFrame(allocate, capacity));
    this.clock = { monotonic: () => wire.now, wall: () => EPOCH + wire.now };
    this.entropy = new Random(wire.random.below(2 ** 32));
  }

  /** Adds an activity; it is polled whenever a frame arrives or its deadline comes. */
  run(activity: Activity): void {
    this.#activities.push(activity);
  }

  /** Has all activities polled again now: something happened that their deadlines do not know of. */
  wake(): void {
    this.#woken = true;
    if (!this.#polling) this.#wire.schedule(this.#wire.now, () => this.poll());
  }

  /** For the wire: a frame arrives now. */
  arrive(frame: Frame): void {
    if (!this.plugged) return;
    if (!this.#arrived.push(frame)) this.device.counters.droppedFrames++;
    this.poll();
  }

  /** For the wire: polls the activities until none has anything left to do now. */
  poll(): void {
    const { now } = this.#wire;
    this.#polling = true;
    let rounds = 0;
    do {
      if (rounds++ === SPIN_LIMIT) throw new Error(`${this.name} wants to be polled without end`);
      this.#woken = false;
      this.#deadline = Number.POSITIVE_INFINITY;
      for (const activity of this.#activities) {
        this.#deadline = Math.min(this.#deadline, activity.poll(now));
      }
    } while (this.#woken || this.#deadline <= now);
    this.#polling = false;
    this.#setAlarm();
  }

  #setAlarm(): void {
    if (this.#deadline >= this.#alarm) return;
    const time = this.#deadline;
    this.#alarm = time;
    this.#wire.schedule(time, () => {
      // An earlier alarm may have been set since; that one answers for the deadline then.
      if (this.#alarm !== time) return;
      this.#alarm = Number.POSITIVE_INFINITY;
      if (this.#deadline <= time) this.poll();
      else this.#setAlarm();
    });
  }

  #createDevice(about: About, outgoing: Frame): NetworkDevice {
    const counters = zeroCounters();
    return {
      ...about,
      counters,
      receive: () => {
        const frame = this.#arrived.shift();
        if (frame === undefined) return undefined;
        counters.receivedFrames++;
        counters.receivedBytes += frame.length;
        return frame;
      },
      transmit: (capacity = FRAME_CAPACITY) => {
        if (capacity > outgoing.bytes.length) throw new RangeError('no frame is so large');
        return emptyFrame(outgoing);
      },
      send: (frame) => {
        if (frame.checksumStart > 0 && !about.offloads.checksum)
          throw new Error(`${about.name} writes no checksums`);
        counters.sentFrames++;
        counters.sentBytes += frame.length;
        this.#wire.carry(this, frame);
      },
    };
  }
}

type About = Pick<NetworkDevice, 'name' | 'mac' | 'mtu' | 'offloads'>;

const QUEUED_FRAMES = 256;
const SPIN_LIMIT = 10_000;
/** An arbitrary day on which every simulation starts: 2026-01-01. */
const EPOCH = 1_767_225_600_000;
