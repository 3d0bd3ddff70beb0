import type { Checksum } from '@atoll/bytes/fast';
import { plainChecksum } from '@atoll/bytes/fast';
import type { Frame, NetworkDevice } from '@atoll/device/network';
import type { Endpoint, IpAddress, TcpSockets, UdpSockets } from '@atoll/device/socket';
import type { Entropy } from '@atoll/device/system';
import type { IcmpReport } from '@atoll/icmp/engine';
import type { Ipv4Prefix } from '@atoll/ipv4/address';
import { contains, isMulticast, LIMITED_BROADCAST } from '@atoll/ipv4/address';
import { Identifications } from '@atoll/ipv4/identification';
import type { Logger } from '@atoll/log/log';
import { expect } from '@atoll/result/result';
import { RouteTable } from '@atoll/route/table';
import { UdpPorts } from '@atoll/udp/socket';
import type { StackCounters } from './counters.ts';
import { zeroStackCounters } from './counters.ts';
import { Interface } from './interface.ts';
import { checkIpv4 } from './ipv4/network.ts';
import type { Shared } from './shared.ts';

export interface StackOptions {
  readonly entropy: Entropy;
  readonly log: Logger;
  /** How checksums of frames are made: in TypeScript unless a fast path is given. */
  readonly checksum?: Checksum;
  /** Gets ICMP errors about datagrams from our addresses. They may be forged. */
  readonly onReport?: (report: IcmpReport) => void;
}

export interface AttachOptions {
  readonly device: NetworkDevice;
  /** Our address on the device and its network; see {@link Stack.configureIpv4} for later. */
  readonly ipv4?: Ipv4Prefix | undefined;
  /** The router for all other networks. */
  readonly gateway?: number | undefined;
  /** Sees every frame first; true means that it was dealt with. */
  readonly onFrame?: (frame: Frame, now: number) => boolean;
}

/**
 * A host on one or more Ethernet devices. Poll it after everything that sends through it: what has to be
 * asked of a neighbour for a datagram is asked by the next poll.
 */
export class Stack {
  readonly counters: Readonly<StackCounters>;
  readonly #options: StackOptions;
  readonly #shared: Shared;
  readonly #interfaces: Interface[] = [];
  readonly #tcp: TcpSockets = {
    listen: (port) => ({ port, close() {} }),
    connect() {
      throw new Error('no TCP');
    },
  };

  constructor(options: StackOptions) {
    const { entropy, checksum = plainChecksum, onReport } = options;
    this.#options = options;
    this.counters = zeroStackCounters();
    this.#shared = {
      entropy,
      checksum,
      counters: this.counters,
      identifications: new Identifications(entropy),
      routes4: new RouteTable<number, Interface>(contains),
      ports: new UdpPorts(entropy, (port, payload, to, from, mac) =>
        this.#sendUdp(port, payload, to, from, mac),
      ),
      tcp: { handle() {} },
      onReport: (report) => onReport?.(report),
    };
  }

  get udp(): UdpSockets {
    return this.#shared.ports;
  }

  /** Connections. */
  get tcp(): TcpSockets {
    return this.#tcp;
  }

  get interfaces(): readonly Interface[] {
    return this.#interfaces;
  }

  /**
   * Adds `device`. Throws when the addresses make no sense together, which {@link checkIpv4} says with a
   * result, or when the device carries less than IPv4 needs.
   */
  attach({ device, ipv4, gateway, onFrame }: AttachOptions): Interface {
    if (device.mtu < SMALLEST_MTU) throw new RangeError(`an MTU of ${device.mtu} is too small`);
    const log = this.#options.log.for(device.name);
    const added = new Interface({ device, log, onFrame }, this.#shared);
    this.#interfaces.push(added);
    if (ipv4 !== undefined) this.configureIpv4(added, ipv4, gateway);
    return added;
  }

  /** Gives `target` its IPv4 address, or takes it away, together with the routes by it. */
  configureIpv4(target: Interface, prefix: Ipv4Prefix | undefined, gateway?: number): void {
    if (prefix !== undefined) expect(checkIpv4(prefix, gateway));
    const { routes4 } = this.#shared;
    routes4.remove(({ link }) => link === target);
    target.ipv4.configure(prefix);
    if (gateway !== undefined) {
      // With /32 nobody else is on the link as far as the prefix tells.
      routes4.add({ prefix: { address: gateway, length: 32 }, link: target });
      routes4.add({ prefix: EVERYTHING, link: target, gateway });
    }
  }

  /** Reaches the network `prefix` by `target`: through `gateway`, or on the link itself. */
  addRoute4(target: Interface, prefix: Ipv4Prefix, gateway?: number): void {
    this.#shared.routes4.add({ prefix, link: target, gateway });
  }

  /**
   * Receives up to {@link FRAMES_PER_POLL} frames from each device, calls the handlers of sockets, does
   * what is due at `now` (monotonic milliseconds), and answers when it must be called again at the latest.
   */
  poll(now: number): number {
    let deadline = Number.POSITIVE_INFINITY;
    for (const each of this.#interfaces) {
      if (!each.receive(FRAMES_PER_POLL, now)) deadline = now;
    }
    for (const each of this.#interfaces) {
      each.poll(now);
      if (each.nextTimeout < deadline) deadline = each.nextTimeout;
    }
    return deadline;
  }

  #sendUdp(
    sourcePort: number,
    payload: Uint8Array,
    to: Endpoint,
    from: IpAddress | undefined,
    mac: number | undefined,
  ): void {
    const { address, port } = to;
    const by = typeof address === 'number' ? this.#interfaceFor(address) : undefined;
    if (by === undefined) this.#shared.counters.unsent++;
    else by.sendUdp(sourcePort, payload, address, port, from, mac);
  }

  /** Which interface leads to `destination`; what is for a whole link leaves by the first. */
  #interfaceFor(destination: number): Interface | undefined {
    const route = this.#shared.routes4.find(destination);
    if (route !== undefined) return route.link;
    const isForLink = destination === LIMITED_BROADCAST || isMulticast(destination);
    return isForLink ? this.#interfaces[0] : undefined;
  }
}

const EVERYTHING: Ipv4Prefix = { address: 0, length: 0 };

/** In bytes (RFC 791 section 3.2). */
const SMALLEST_MTU = 68;

/** So that a flood leaves time for everything else. */
export const FRAMES_PER_POLL = 64;
