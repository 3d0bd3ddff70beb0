import type { FaultOptions } from '@atoll/device/fault';
import { Faults } from '@atoll/device/fault';
import { createFrame, emptyFrame } from '@atoll/device/frame';
import type { Offloads } from '@atoll/device/network';
import { LARGE_FRAME_CAPACITY, NO_OFFLOADS } from '@atoll/device/network';
import type { IpAddress } from '@atoll/device/socket';
import { TimeQueue } from '@atoll/device/time-queue';
import { Random } from '@atoll/sim/random';
import type { TcpHostOptions } from '../../src/host/host.ts';
import { TcpHost } from '../../src/host/host.ts';
import type { TcpPath } from '../../src/host/path.ts';
import type { Segment, SegmentHeader } from '../../src/packet.ts';
import {
  addressSum,
  emitTcp,
  emptyHeader,
  emptySegment,
  parseTcp,
  VOUCHED,
} from '../../src/packet.ts';

export interface NetworkOptions extends FaultOptions {
  readonly mtu?: number;
  readonly offloads?: Offloads;
  /** Frames that each device takes in a millisecond; without limit when left out. */
  readonly rate?: number | undefined;
  /** Hosts look every so many milliseconds for what arrived, and act when they saw it all; at once when left out. */
  readonly step?: number | undefined;
  /** So many frames wait until they do, and further ones are lost. */
  readonly queue?: number;
}

/** A segment that was sent, for tests to look at; its payload is copied. */
export interface Seen extends Segment {
  readonly time: number;
  readonly from: IpAddress;
  readonly to: IpAddress;
  readonly payload: Uint8Array;
}

/** Hosts that speak nothing but TCP, in virtual time: whatever it is between them is not looked at. */
export class Network {
  now = 0;
  readonly random: Random;
  readonly options: NetworkOptions;
  readonly hosts = new Map<IpAddress, Host>();
  /** Called with each segment that a host sends, before anything happens to it. */
  observe: ((seen: Seen) => void) | undefined;
  /** Segments that are lost: those it answers true for. */
  drop: (seen: Seen) => boolean = () => false;
  readonly #faults: Faults;
  readonly #events = new TimeQueue<() => void>();

  constructor(seed: number, options: NetworkOptions = {}) {
    this.random = new Random(seed);
    this.options = options;
    this.#faults = new Faults(this.random, { delay: 1, ...options });
  }

  host(address: IpAddress, options: Partial<TcpHostOptions> = {}): Host {
    const host = new Host(this, address, options);
    this.hosts.set(address, host);
    return host;
  }

  /** Runs `action` at `time`; hosts that it touched are polled since they ask for it. */
  at(time: number, action: () => void): void {
    this.#events.push(time, action);
  }

  /** Lets time pass until `until`. */
  run(until: number): void {
    while (this.#events.nextTime <= until) {
      this.now = Math.max(this.now, this.#events.nextTime);
      this.#events.shift()?.();
    }
    this.now = until;
  }

  /** Sends a segment that no host made. */
  inject(from: IpAddress, to: IpAddress, fields: Partial<SegmentHeader>, payload = NO_BYTES): void {
    const region = createFrame(undefined, 2048);
    const header = { ...emptyHeader(), ...fields };
    region.bytes.set(payload, 1024);
    const length = emitTcp(
      region,
      0,
      header,
      addressSum(from, to),
      false,
      region,
      1024,
      payload.length,
    );
    this.carry(from, to, region.bytes.slice(0, length), 0, false);
  }

  carry(
    from: IpAddress,
    to: IpAddress,
    bytes: Uint8Array,
    segmentSize: number,
    isChecked: boolean,
  ): void {
    const region = { bytes, address: 0 };
    const segment = emptySegment();
    parseTcp(region, 0, bytes.length, VOUCHED, segment);
    const payload = bytes.subarray(segment.payloadStart, segment.payloadEnd);
    const seen: Seen = { ...segment, segmentSize, time: this.now, from, to, payload };
    this.observe?.(seen);
    const host = this.hosts.get(to);
    if (host === undefined || this.drop(seen)) return;
    for (const delay of this.#faults.delays()) {
      const copy = bytes.slice();
      this.#faults.damage(copy);
      this.at(this.now + delay, () => host.arrive(copy, from, segmentSize, isChecked));
    }
  }
}

export class Host {
  readonly address: IpAddress;
  readonly tcp: TcpHost;
  /** How often it was polled: idle hosts are not. */
  polls = 0;
  /** The MTU of all its paths. */
  mtu: number;
  /** When it was told that a path works. */
  readonly confirmations: number[] = [];
  /** Whether there is a way to anybody. */
  isConnected = true;
  readonly #network: Network;
  readonly #paths = new Map<IpAddress, TcpPath>();
  readonly #frame = createFrame(undefined, LARGE_FRAME_CAPACITY);
  #deadline = Number.POSITIVE_INFINITY;
  #isWoken = false;
  #isPolling = false;
  #budget = Number.POSITIVE_INFINITY;
  #budgetTime = -1;
  #arrived: (() => void)[] = [];

  constructor(network: Network, address: IpAddress, options: Partial<TcpHostOptions>) {
    this.#network = network;
    this.address = address;
    this.mtu = network.options.mtu ?? 1500;
    this.tcp = new TcpHost({
      entropy: new Random(network.random.below(2 ** 32)),
      network: { path: (remote, local) => this.#path(remote, local) },
      wake: () => this.#wake(),
      ...options,
    });
  }

  arrive(bytes: Uint8Array, from: IpAddress, segmentSize: number, isChecked: boolean): void {
    const { now, options } = this.#network;
    const { step, queue = Number.POSITIVE_INFINITY } = options;
    if (step === undefined) {
      this.#handle(bytes, from, segmentSize, isChecked);
      this.poll();
      return;
    }
    if (this.#arrived.length === 0) {
      this.#network.at((Math.floor(now / step) + 1) * step, () => this.#handleAll());
    }
    if (this.#arrived.length >= queue) return;
    this.#arrived.push(() => this.#handle(bytes, from, segmentSize, isChecked));
  }

  #handleAll(): void {
    const arrived = this.#arrived;
    this.#arrived = [];
    for (const handle of arrived) handle();
    this.poll();
  }

  #handle(bytes: Uint8Array, from: IpAddress, segmentSize: number, isChecked: boolean): void {
    const { now } = this.#network;
    // In the middle of a buffer, as behind the headers of a frame.
    const region = { bytes: new Uint8Array(bytes.length + 40), address: 0 };
    region.bytes.set(bytes, 34);
    const end = 34 + bytes.length;
    this.tcp.handle(region, 34, end, from, this.address, isChecked, segmentSize, now);
    // Views of a frame must not be used later.
    region.bytes.fill(0xee);
  }

  poll(): void {
    const { now } = this.#network;
    this.#isPolling = true;
    let spins = 0;
    do {
      if (spins++ === 10_000) throw new Error(`${this.address} wants to be polled without end`);
      this.#isWoken = false;
      this.polls++;
      this.#deadline = this.tcp.poll(now);
    } while (this.#isWoken || this.#deadline <= now);
    this.#isPolling = false;
    const deadline = this.#deadline;
    if (deadline === Number.POSITIVE_INFINITY) return;
    this.#network.at(deadline, () => {
      if (this.#deadline <= this.#network.now) this.poll();
    });
  }

  #wake(): void {
    this.#isWoken = true;
    if (!this.#isPolling) this.#network.at(this.#network.now, () => this.poll());
  }

  #path(remote: IpAddress, local?: IpAddress): TcpPath | undefined {
    if (!this.isConnected || (local !== undefined && local !== this.address)) return undefined;
    let path = this.#paths.get(remote);
    if (path === undefined) {
      path = this.#createPath(remote);
      this.#paths.set(remote, path);
    }
    return path;
  }

  #createPath(remote: IpAddress): TcpPath {
    const host = this;
    const network = this.#network;
    const offloads = network.options.offloads ?? NO_OFFLOADS;
    const networkHeaderLength = typeof remote === 'number' ? 20 : 40;
    const transportStart = 14 + networkHeaderLength;
    return {
      local: host.address,
      remote,
      get mtu() {
        return host.mtu;
      },
      networkHeaderLength,
      offloads,
      transportStart,
      transmit(capacity) {
        if (!host.#mayTransmit()) return undefined;
        if (capacity > host.#frame.bytes.length) throw new Error(`a frame of ${capacity} bytes`);
        return emptyFrame(host.#frame);
      },
      send(frame, length) {
        host.#budget--;
        const bytes = frame.bytes.slice(transportStart, transportStart + length);
        const isPartial = frame.checksumStart !== 0;
        if (isPartial && frame.checksumStart !== transportStart) throw new Error('checksumStart');
        const limit = frame.segmentSize === 0 ? host.mtu - networkHeaderLength : 0xffff;
        if (length > limit) throw new Error(`a segment of ${length} bytes`);
        network.carry(host.address, remote, bytes, frame.segmentSize, isPartial);
      },
      confirm(now) {
        host.confirmations.push(now);
      },
    };
  }

  #mayTransmit(): boolean {
    const { now, options } = this.#network;
    const { rate } = options;
    if (rate === undefined) return true;
    if (now >= this.#budgetTime + 1) {
      this.#budgetTime = Math.floor(now);
      this.#budget = rate;
    }
    return this.#budget > 0;
  }
}

const NO_BYTES = new Uint8Array(0);
