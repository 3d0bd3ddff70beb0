import { fastChecksum, plainChecksum } from '@atoll/bytes/fast';
import type { FastPaths } from '@atoll/device/fast';
import { heapMemory } from '@atoll/device/frame';
import type { NetworkDevice, Responder } from '@atoll/device/network';
import type { Endpoint, IpAddress, Sockets, TcpSockets, UdpSockets } from '@atoll/device/socket';
import type { Entropy } from '@atoll/device/system';
import type { IcmpReport } from '@atoll/icmp/report';
import type { Ipv4Prefix } from '@atoll/ipv4/address';
import { contains, isMulticast, LIMITED_BROADCAST } from '@atoll/ipv4/address';
import { fastIpv4, plainIpv4 } from '@atoll/ipv4/fast';
import { Identifications } from '@atoll/ipv4/identification';
import { isLinkLocal, isMulticast as isMulticast6 } from '@atoll/ipv6/address';
import { fastAddresses, plainAddresses } from '@atoll/ipv6/fast';
import type { Ipv6Prefix } from '@atoll/ipv6/prefix';
import { contains as contains6 } from '@atoll/ipv6/prefix';
import { withoutZone, zoneOf } from '@atoll/ipv6/zone';
import type { Logger } from '@atoll/log/log';
import { PathMtuCache } from '@atoll/path-mtu/cache';
import { expect } from '@atoll/result/result';
import type { Source } from '@atoll/route/selection';
import { orderDestinations } from '@atoll/route/selection';
import { RouteTable } from '@atoll/route/table';
import { FastCoalescer, FastSegmenter, fastWire, plainWire } from '@atoll/tcp/fast';
import type { TcpFeatures } from '@atoll/tcp/features';
import { PlainCoalescer } from '@atoll/tcp/gro';
import { PlainSegmenter } from '@atoll/tcp/gso';
import type { TcpHostOptions } from '@atoll/tcp/host';
import { TcpHost } from '@atoll/tcp/host';
import { UdpPorts } from '@atoll/udp/socket';
import type { StackCounters } from './counters.ts';
import { zeroStackCounters } from './counters.ts';
import { Interface } from './interface.ts';
import { checkIpv4 } from './ipv4/network.ts';
import { Paths } from './paths.ts';
import { reportTo } from './report.ts';
import type { Shared } from './shared.ts';

export interface StackOptions {
  readonly entropy: Entropy;
  readonly log: Logger;
  /** Work per packet and per byte is done in TypeScript unless fast paths are given. */
  readonly fast?: FastPaths | undefined;
  /** What TCP connections make use of; everything when left out. */
  readonly features?: Partial<TcpFeatures>;
  /**
   * The most bytes of memory that connections may take, half of it for what they send and receive, the
   * rest for themselves: 16 MiB when left out.
   */
  readonly tcpMemory?: number;
  /**
   * How many TCP connections there may be, all of them with one peer if need be: what the memory is enough for
   * when left out, at most 4096, 1024 of them with one peer. For many that are idle: active ones need more.
   */
  readonly tcpConnections?: number;
  /** Called when a socket was used outside of `poll`, which is then to be called soon. */
  readonly wake?: () => void;
  /** Gets ICMP errors about packets from our addresses. They may be forged. */
  readonly onReport?: (report: IcmpReport<IpAddress>) => void;
}

export interface AttachOptions {
  readonly device: NetworkDevice;
  /** Our address on the device and its network; see {@link Stack.configureIpv4} for later. */
  readonly ipv4?: Ipv4Prefix | undefined;
  /** The IPv4 router for all other networks. */
  readonly gateway?: number | undefined;
  /** Addresses from what routers say, a link-local address only, or, as when left out, no IPv6 at all. */
  readonly ipv6?: 'auto' | 'link-local' | undefined;
  /** Answers frames before anything else sees them; the device's frames must be where fast paths see them. */
  readonly responder?: Responder;
}

/**
 * A host on one or more Ethernet devices. Poll it after everything that sends through it: what has to be
 * asked of a neighbour for a packet is asked by the next poll.
 */
export class Stack implements Sockets {
  readonly counters: Readonly<StackCounters>;
  readonly #options: StackOptions;
  readonly #shared: Shared;
  readonly #tcp: TcpHost;
  readonly #interfaces: Interface[] = [];

  constructor(options: StackOptions) {
    const {
      entropy,
      fast,
      features,
      tcpMemory = 2 ** 24,
      tcpConnections,
      wake,
      onReport,
    } = options;
    const counters = zeroStackCounters();
    const paths = new PathMtuCache();
    const time = { now: 0 };
    this.#options = options;
    this.counters = counters;
    const network = new Paths(this.#interfaces, () => this.#shared);
    const tcp = new TcpHost({
      network,
      entropy,
      wire: fast === undefined ? plainWire : fastWire(fast),
      allocate: fast?.allocate ?? heapMemory,
      ...(features && { features }),
      ...limitsIn(tcpMemory, tcpConnections),
      ...(wake && { wake }),
    });
    const ports = new UdpPorts(entropy, (port, payload, to, from, mac) =>
      this.#sendUdp(port, payload, to, from, mac),
    );
    this.#tcp = tcp;
    this.#shared = {
      entropy,
      checksum: fast === undefined ? plainChecksum : fastChecksum(fast),
      ipv4: fast === undefined ? plainIpv4 : fastIpv4(fast),
      addresses: fast === undefined ? plainAddresses : fastAddresses(fast),
      segmenter: fast === undefined ? new PlainSegmenter() : new FastSegmenter(fast),
      createCoalescer: () => (fast === undefined ? new PlainCoalescer() : new FastCoalescer(fast)),
      allocate: fast?.allocate ?? heapMemory,
      counters,
      identifications: new Identifications(entropy),
      routes4: new RouteTable<number, Interface>(contains),
      routes6: new RouteTable<bigint, Interface>(contains6),
      paths,
      time,
      ports,
      tcp,
      onReport: (report, now) => {
        reportTo(report, now, { paths, ports, tcp });
        onReport?.(report);
      },
    };
  }

  get udp(): UdpSockets {
    return this.#shared.ports;
  }

  get tcp(): TcpSockets {
    return this.#tcp.sockets;
  }

  /** What TCP counts. */
  get tcpHost(): Pick<TcpHost, 'counters' | 'established' | 'timeWaits' | 'usedMemory'> {
    return this.#tcp;
  }

  get interfaces(): readonly Interface[] {
    return this.#interfaces;
  }

  /**
   * Adds `device`. Throws when the addresses make no sense together, which {@link checkIpv4} says with a
   * result, or when the device carries less than IP needs.
   */
  attach({ device, ipv4, gateway, ipv6, responder }: AttachOptions): Interface {
    const least = ipv6 === undefined ? LEAST_MTU : LEAST_IPV6_MTU;
    if (device.mtu < least) throw new RangeError(`an MTU of ${device.mtu} is too small`);
    const log = this.#options.log.for(device.name);
    const options = ipv6 && { autoconfigure: ipv6 === 'auto' };
    const zone = this.#interfaces.length;
    const added = new Interface({ device, zone, log, ipv6: options, responder }, this.#shared);
    this.#interfaces.push(added);
    if (ipv4 !== undefined) this.configureIpv4(added, ipv4, gateway);
    return added;
  }

  /**
   * Gives `target` its IPv4 address, or takes it away, together with the routes by it. Datagrams are no
   * larger than `mtu`, if it is given, where the link would carry more.
   */
  configureIpv4(
    target: Interface,
    prefix: Ipv4Prefix | undefined,
    gateway?: number,
    mtu?: number,
  ): void {
    if (prefix !== undefined) expect(checkIpv4(prefix, gateway));
    const { routes4 } = this.#shared;
    routes4.remove(({ link }) => link === target);
    target.ipv4.configure(prefix, mtu);
    if (gateway !== undefined) {
      // With /32 nobody else is on the link as far as the prefix tells.
      routes4.add({ prefix: { address: gateway, length: 32 }, link: target });
      routes4.add({ prefix: { address: 0, length: 0 }, link: target, gateway });
    }
  }

  /** Reaches the network `prefix` by `target`: through `gateway`, or on the link itself. */
  addRoute4(target: Interface, prefix: Ipv4Prefix, gateway?: number): void {
    this.#shared.routes4.add({ prefix, link: target, gateway });
  }

  addRoute6(target: Interface, prefix: Ipv6Prefix, gateway?: bigint): void {
    this.#shared.routes6.add({ prefix, link: target, gateway });
  }

  /** `destinations`, those to be tried first first (RFC 6724 section 6). */
  orderDestinations(destinations: readonly IpAddress[]): readonly IpAddress[] {
    return orderDestinations(destinations, (destination) => this.#sourceFor(destination));
  }

  /**
   * Receives up to {@link FRAMES_PER_POLL} frames from each device, calls the handlers of sockets, does
   * what is due at `now` (monotonic milliseconds), and answers when it must be called again at the latest.
   */
  poll(now: number): number {
    this.#shared.time.now = now;
    let deadline = Number.POSITIVE_INFINITY;
    for (const each of this.#interfaces) {
      if (!each.receive(FRAMES_PER_POLL, now)) deadline = now;
    }
    deadline = Math.min(deadline, this.#tcp.poll(now));
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
    const by = this.#interfaceFor(to.address);
    if (by === undefined) this.#shared.counters.unsent++;
    else by.sendUdp(sourcePort, payload, to.address, to.port, from, mac);
  }

  /** From which of our addresses `destination` is spoken to; `undefined` when there is no way. */
  #sourceFor(destination: IpAddress): Source | undefined {
    const by = this.#interfaceFor(destination);
    if (typeof destination === 'bigint') {
      const plain = withoutZone(destination);
      return by?.ipv6.way(plain) && by.ipv6.sourceFor(plain);
    }
    const prefix = by?.ipv4.way(destination) && by.ipv4.prefix;
    return prefix && { address: prefix.address, prefixLength: prefix.length, isDeprecated: false };
  }

  /** Which interface leads to `destination`; what is for a whole link leaves by the first unless it has a zone. */
  #interfaceFor(destination: IpAddress): Interface | undefined {
    const { routes4, routes6 } = this.#shared;
    if (typeof destination === 'bigint') {
      const [zone, address] = [zoneOf(destination), withoutZone(destination)];
      if (zone > 0 || isLinkLocal(address) || isMulticast6(address)) return this.#interfaces[zone];
      return routes6.find(address)?.link;
    }
    const route = routes4.find(destination);
    if (route !== undefined) return route.link;
    const isForLink = destination === LIMITED_BROADCAST || isMulticast(destination);
    return isForLink ? this.#interfaces[0] : undefined;
  }
}

/** What TCP may remember when all of it may take `memory` bytes, and how many connections it shall have. */
function limitsIn(memory: number, wanted: number | undefined): Partial<TcpHostOptions> {
  const connections = wanted ?? Math.min(Math.floor(memory / 2 / CONNECTION_BYTES), 4096);
  return {
    memory: Math.min(memory / 2, 2 ** 23),
    connections,
    connectionsPerPeer: wanted ?? Math.min(connections, 1024),
    timeWaits: connections,
  };
}

/** What an active connection takes beside payload; an idle one takes about half of it. */
const CONNECTION_BYTES = 8192;

/** In bytes (RFC 791 section 3.2, RFC 8200 section 5). */
const LEAST_MTU = 68;
const LEAST_IPV6_MTU = 1280;

/** So that a flood leaves time for everything else. */
export const FRAMES_PER_POLL = 64;
