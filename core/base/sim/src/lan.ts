import type { FaultOptions } from '@atoll/device/fault';
import { Faults } from '@atoll/device/fault';
import { copyFrame, frameIn } from '@atoll/device/frame';
import type { Frame } from '@atoll/device/network';
import { TimeQueue } from '@atoll/device/time-queue';
import type { HostOptions } from './host.ts';
import { LanHost } from './host.ts';
import { Random } from './random.ts';
import { wireFrames } from './wire-frames.ts';

/** Hosts have `offloads` and take their buffers from `allocate` unless they are added with others. */
export interface LanOptions extends FaultOptions, HostOptions {
  /** Bytes of payload that a frame may have; larger ones are lost. 1500 when left out. */
  readonly mtu?: number;
  /** Sees every frame of the wire when it is sent, before anything happens to it: for traces and digests. */
  readonly observe?: (now: number, from: string, frame: Uint8Array) => void;
}

/**
 * Hosts on one switched Ethernet segment in virtual time.
 *
 * Everything random comes from the seed and events run in one order, so a run can be repeated exactly;
 * an error that ends a run says the seed and the time.
 */
export class Lan {
  readonly seed: number;
  readonly random: Random;
  readonly mtu: number;
  /** Virtual milliseconds since the start. */
  now = 0;
  readonly #faults: Faults;
  readonly #options: LanOptions;
  readonly #events = new TimeQueue<() => void>();
  readonly #hosts: LanHost[] = [];
  /** Which host was last seen behind a hardware address. */
  readonly #learned = new Map<number, LanHost>();

  constructor(seed: number, options: LanOptions = {}) {
    this.seed = seed;
    this.random = new Random(seed);
    this.mtu = options.mtu ?? 1500;
    this.#faults = new Faults(this.random, options);
    this.#options = options;
  }

  /** Adds a host. Its hardware address counts up from 02:00:00:00:00:01 unless `mac` is given. */
  host(name: string, mac = FIRST_MAC + this.#hosts.length, options: HostOptions = {}): LanHost {
    const { allocate, offloads } = this.#options;
    const host = new LanHost(this, name, mac, { allocate, offloads, ...options });
    this.#hosts.push(host);
    return host;
  }

  /** Runs `action` at the virtual time `time`, then polls all hosts. */
  at(time: number, action: () => void): void {
    this.schedule(Math.max(time, this.now), () => {
      action();
      for (const host of this.#hosts) host.poll();
    });
  }

  /** Runs `action` in `delay` milliseconds, then polls all hosts. */
  after(delay: number, action: () => void): void {
    this.at(this.now + delay, action);
  }

  /** Lets time pass until `until` (virtual milliseconds); later events stay for the next run. */
  run(until: number): void {
    try {
      for (const host of this.#hosts) host.poll();
      while (this.#events.nextTime <= until) {
        this.now = this.#events.nextTime;
        this.#events.shift()?.();
      }
      this.now = until;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`seed ${this.seed}, ${this.now} ms: ${reason}`, { cause: error });
    }
  }

  /** For hosts: an event that concerns one of them only. */
  schedule(time: number, event: () => void): void {
    this.#events.push(time, event);
  }

  /** For hosts: puts a frame on the wire. */
  carry(sender: LanHost, frame: Frame): void {
    const pieces = wireFrames(frame);
    for (const piece of pieces) this.#options.observe?.(this.now, sender.name, piece);
    if (!sender.plugged || !pieces.every((piece) => this.#fits(piece))) return;
    const [first] = pieces;
    this.#learned.set(macAt(first, 6), sender);
    const destination = macAt(first, 0);
    const learned = this.#learned.get(destination);
    for (const receiver of learned === undefined ? this.#hosts : [learned]) {
      if (receiver === sender) continue;
      if (receiver.device.offloads.checksum && frame.checksumStart > 0 && !this.#options.corrupt) {
        this.#deliver(receiver, unfinished(frame));
      } else {
        for (const piece of pieces) this.#deliver(receiver, finished(piece));
      }
    }
  }

  #fits(frame: Uint8Array): boolean {
    return frame.length >= HEADER_LENGTH && frame.length <= this.mtu + HEADER_LENGTH;
  }

  #deliver(receiver: LanHost, frame: Frame): void {
    for (const delay of this.#faults.delays()) {
      const copy = frameIn({ bytes: new Uint8Array(frame.length), address: 0 });
      copyFrame(frame, copy);
      this.#faults.damage(copy.bytes);
      this.schedule(this.now + delay, () => receiver.arrive(copy));
    }
  }
}

function finished(bytes: Uint8Array): Frame {
  const frame = frameIn({ bytes, address: 0 });
  frame.length = bytes.length;
  return frame;
}

/** As one virtual machine gets it from another on the same host: neither cut nor with a checksum. */
function unfinished(frame: Frame): Frame {
  return { ...frame, bytes: frame.bytes.slice(0, frame.length), isChecked: true };
}

function macAt(bytes: Uint8Array, offset: number): number {
  let mac = 0;
  for (let at = offset; at < offset + 6; at++) mac = mac * 256 + bytes[at];
  return mac;
}

const HEADER_LENGTH = 14;
const FIRST_MAC = 0x0200_0000_0001;
