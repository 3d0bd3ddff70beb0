import type { Checksum } from '@atoll/bytes/fast';
import type { Frame } from '@atoll/device/network';
import type { IpAddress } from '@atoll/device/socket';
import { RateLimit } from '@atoll/icmp/rate';
import type { IcmpReport } from '@atoll/icmp/report';
import type { Complaint } from '@atoll/icmpv6/engine';
import { Icmpv6 } from '@atoll/icmpv6/engine';
import type { Icmpv6Message } from '@atoll/icmpv6/packet';
import {
  ADDRESS_UNREACHABLE,
  emitIcmpv6,
  PARAMETER_PROBLEM,
  PORT_UNREACHABLE,
  REASSEMBLY_TIME_EXCEEDED,
  TIME_EXCEEDED,
  UNREACHABLE,
} from '@atoll/icmpv6/packet';
import { readReport } from '@atoll/icmpv6/report';
import { ipv6Text, isLinkLocal, isLoopback, isMulticast, isUnspecified } from '@atoll/ipv6/address';
import { eui64InterfaceId } from '@atoll/ipv6/interface-id';
import { IPV6_HEADER_LENGTH, PROTOCOL_ICMPV6 } from '@atoll/ipv6/packet';
import { addressSum } from '@atoll/ipv6/pseudo-header';
import { Reassembly } from '@atoll/ipv6/reassembly';
import { withZone } from '@atoll/ipv6/zone';
import { describeNdp } from '@atoll/ndp/describe';
import type { NdpEvent } from '@atoll/ndp/engine';
import { Ndp } from '@atoll/ndp/engine';
import { emitNdp, parseNdp } from '@atoll/ndp/packet';
import type { OwnAddress } from '@atoll/ndp/router/state';
import type { Candidate } from '@atoll/route/selection';
import { selectSource } from '@atoll/route/selection';
import type { Interface } from '../interface.ts';
import type { Link, Outgoing } from '../link.ts';
import type { Shared } from '../shared.ts';
import type { Datagrams } from '../udp.ts';
import { Ipv6Groups } from './groups.ts';
import type { Ipv6Packet, Problem } from './input.ts';
import { Ipv6Input } from './input.ts';
import type { Ipv6Way } from './output.ts';
import { Ipv6Output } from './output.ts';

export interface Ipv6Options {
  /** Whether routers are looked for, and addresses made of what they say (RFC 4862). */
  readonly autoconfigure: boolean;
}

/** IPv6 on one interface: its addresses, its neighbours and routers, and what comes and goes. */
export class Ipv6Layer {
  readonly headerLength = IPV6_HEADER_LENGTH;
  readonly output: Ipv6Output;
  /** Called when our addresses, the name servers or the flags for DHCPv6 are others. */
  onChange: (() => void) | undefined;
  /** Called when an address that was given to us is another host's, and so was removed. */
  onDuplicate: ((address: bigint) => void) | undefined;
  readonly #owner: Interface;
  readonly #link: Link;
  readonly #shared: Shared;
  readonly #input: Ipv6Input;
  readonly #ndp: Ndp<Outgoing>;
  readonly #icmp: Icmpv6;
  readonly #reassembly = new Reassembly();
  readonly #warnings = new RateLimit(1, 10);
  #own = new Map<bigint, OwnAddress>();
  readonly #groups: Ipv6Groups;
  /**
   * When `poll` wants to be called. Kept up to date by `poll` and by all that moves a timer, since asking
   * all who have one would cost more than most packets. To be read only.
   */
  nextTimeout = Number.NEGATIVE_INFINITY;

  constructor(
    owner: Interface,
    link: Link,
    datagrams: Datagrams,
    shared: Shared,
    { autoconfigure }: Ipv6Options,
  ) {
    const { checksum, counters, entropy, addresses, tcp } = shared;
    const { mac, mtu } = owner.device;
    this.#owner = owner;
    this.#link = link;
    this.#shared = shared;
    this.#groups = new Ipv6Groups(entropy);
    const stir = () => this.#stir();
    this.#icmp = new Icmpv6(entropy);
    this.#ndp = new Ndp<Outgoing>({
      mac,
      mtu,
      entropy,
      autoconfigure,
      // The same after every start, as those who write a server's address down expect.
      identifier: () => eui64InterfaceId(mac),
    });
    this.output = new Ipv6Output({
      link,
      ndp: this.#ndp,
      entropy,
      checksum,
      counters,
      stir,
      mtuTo: (destination) => this.mtuTo(destination),
    });
    this.#input = new Ipv6Input({
      datagrams,
      segments: tcp,
      reassembly: this.#reassembly,
      addresses,
      checksum,
      counters,
      zoned: (address) => this.#zoned(address),
      stir,
      isOwn: (address) => this.#own.has(address),
      isTentative: (address) => this.#own.get(address)?.state === 'tentative',
      isJoined: (address) => this.#groups.has(address),
      onIcmp: (packet, start, sum, now) => this.#handleIcmp(packet, start, sum, now),
      complain: (packet, problem, pointer, now) => this.#complain(packet, problem, pointer, now),
    });
  }

  get addresses(): readonly OwnAddress[] {
    return this.#ndp.addresses;
  }

  /** Our address on the link, as soon as it can be used. */
  get linkLocal(): bigint | undefined {
    return this.#ndp.linkLocal;
  }

  /** Name servers that routers told us of (RFC 8106). */
  get dnsServers(): readonly bigint[] {
    return this.#ndp.dnsServers;
  }

  /** Likewise domains below which names without a dot are looked for. */
  get searchDomains(): readonly string[] {
    return this.#ndp.searchDomains;
  }

  /** What routers say about the link. */
  get parameters() {
    return this.#ndp.parameters;
  }

  get neighbours(): number {
    return this.#ndp.size;
  }

  get fragmentBytes(): number {
    return this.#reassembly.bytes;
  }

  /** Adds an address that a person or DHCPv6 gave us; the times are monotonic milliseconds. */
  add(
    address: bigint,
    prefixLength: number,
    now: number,
    preferredUntil?: number,
    validUntil?: number,
  ): void {
    this.#stir();
    this.#follow(this.#ndp.add(address, prefixLength, now, preferredUntil, validUntil), now);
  }

  remove(address: bigint, now: number): void {
    this.#stir();
    this.#follow(this.#ndp.remove(address), now);
  }

  /** Becomes a member of `group`; answers false when there are too many. */
  join(group: bigint): boolean {
    this.#stir();
    return this.#groups.join(group);
  }

  leave(group: bigint): void {
    this.#stir();
    this.#groups.leave(group);
  }

  owns(address: bigint): boolean {
    return this.#own.has(address);
  }

  /** Whether a datagram may come from `address`. */
  isSource(address: IpAddress | undefined): address is bigint {
    return typeof address === 'bigint' && this.#own.has(address);
  }

  /** The longest packet in bytes that gets to `destination` in one piece. */
  mtuTo(destination: bigint): number {
    const { paths, time } = this.#shared;
    return paths.find(destination, Math.min(this.#ndp.parameters.mtu, this.#link.mtu), time.now);
  }

  handle(frame: Frame, isGroup: boolean, now: number): void {
    this.#input.handle(frame, isGroup, now);
  }

  poll(now: number): void {
    if (now < this.nextTimeout) return;
    this.nextTimeout = Number.POSITIVE_INFINITY;
    for (const first of this.#reassembly.poll(now)) this.#input.reportTimeout(first, now);
    this.#follow(this.#ndp.poll(now), now);
    this.#groups.poll(this.output, this.#ndp.linkLocal, now);
    this.nextTimeout = Math.min(this.nextTimeout, this.#earliest());
  }

  /**
   * The way to `destination` by this interface, from `source` or else the best of our addresses
   * (RFC 6724); `undefined` when there is none.
   */
  way(destination: bigint, source?: bigint): Ipv6Way | undefined {
    const hop = this.#hop(destination);
    const from = source ?? this.sourceFor(destination)?.address;
    return hop === undefined || from === undefined ? undefined : { source: from, destination, hop };
  }

  /** The neighbour `hop` is there, and passes on what it gets. */
  confirm(hop: bigint, now: number): void {
    this.#ndp.confirm(hop, now);
    this.#stir();
  }

  /** Which of our addresses speaks to `destination` (RFC 6724 section 5). */
  sourceFor(destination: bigint): Candidate | undefined {
    const candidates: Candidate[] = [];
    for (const { address, prefixLength, origin, state } of this.#own.values()) {
      if (state === 'tentative') continue;
      candidates.push({
        address,
        prefixLength,
        isDeprecated: state === 'deprecated',
        isTemporary: origin === 'temporary',
        isOnLink: true,
      });
    }
    return selectSource(destination, candidates);
  }

  #zoned(address: bigint): bigint {
    const { zone } = this.#owner;
    return zone > 0 && isLinkLocal(address) ? withZone(address, zone) : address;
  }

  /** Something happened that may have moved a timer. */
  #stir(): void {
    this.nextTimeout = Number.NEGATIVE_INFINITY;
  }

  #earliest(): number {
    const { nextTimeout } = this.#groups;
    return Math.min(this.#ndp.nextTimeout, nextTimeout, this.#reassembly.nextTimeout);
  }

  /** Whom to give a packet for `destination`. */
  #hop(destination: bigint): bigint | undefined {
    if (isMulticast(destination)) return destination;
    if (isUnspecified(destination) || isLoopback(destination)) return undefined;
    if (this.#own.has(destination)) return undefined;
    if (isLinkLocal(destination)) return destination;
    const route = this.#shared.routes6.find(destination, this.#owner);
    return route && (route.gateway ?? destination);
  }

  #handleIcmp(packet: Ipv6Packet, start: number, sum: Checksum, now: number): void {
    const { header, region, end, alert } = packet;
    const { counters } = this.#shared;
    this.#stir();
    counters.receivedIcmp++;
    const event = this.#icmp.handle(region, start, end, header, now, sum);
    if (!event.ok) counters.malformed++;
    else if (event.value.kind === 'reply') this.#reply(header, event.value.message);
    else if (event.value.kind === 'report') this.#onReport(event.value.report, now);
    else if (event.value.kind === 'message') {
      const { message } = event.value;
      if (isNdp(message.type)) this.#handleNdp(message, header, now);
      else this.#groups.handle(message, header, alert, now);
    }
  }

  #handleNdp(message: Icmpv6Message, header: Ipv6Packet['header'], now: number): void {
    const { source, destination, hopLimit } = header;
    const envelope = { source, destination, hopLimit };
    const parsed = parseNdp(message, envelope);
    if (parsed.ok) this.#follow(this.#ndp.handle(parsed.value, envelope, now), now);
    else this.#shared.counters.malformed++;
  }

  #onReport(report: IcmpReport<bigint>, now: number): void {
    if (!this.#own.has(report.source)) return;
    this.#shared.onReport({ ...report, destination: this.#zoned(report.destination) }, now);
  }

  /** Nobody answers at the next hop of `packet`: its sender hears of it (RFC 4861 section 7.2.2). */
  #reportSilence(packet: Uint8Array, now: number): void {
    const message = { type: UNREACHABLE, code: ADDRESS_UNREACHABLE, rest: 0, body: packet };
    const hint = readReport(message);
    if (hint.ok && hint.value.kind === 'report') this.#onReport(hint.value.report, now);
  }

  /** Answers from the address that was asked; one of ours speaks for a group. */
  #reply({ source, destination }: Ipv6Packet['header'], message: Icmpv6Message): void {
    const from = isMulticast(destination) ? undefined : destination;
    const way = this.way(source, from);
    if (way === undefined) this.#shared.counters.unsent++;
    else this.#send(way, message);
  }

  #send(way: Ipv6Way, message: Icmpv6Message, hopLimit?: number, mac?: number): void {
    const payload = emitIcmpv6(message, addressSum(way.source, way.destination));
    const options = hopLimit === undefined ? { mac } : { mac, hopLimit };
    this.output.send(way, PROTOCOL_ICMPV6, payload, options);
  }

  #complain({ header, region, start }: Ipv6Packet, problem: Problem, pointer: number, now: number) {
    const complaint = { ...complaintOf(problem), rest: pointer };
    const message = this.#icmp.report(complaint, region.bytes, start, header, now);
    if (message !== undefined) this.#reply(header, message);
  }

  #follow(events: readonly NdpEvent<Outgoing>[], now: number): void {
    const { routes6, counters } = this.#shared;
    const link = this.#owner;
    for (const event of events) {
      switch (event.kind) {
        case 'send': {
          const { source, destination, message, mac } = event;
          if (link.log.enabled('debug')) link.log.debug(describeNdp(message));
          this.#send({ source, destination, hop: destination }, emitNdp(message), 255, mac);
          break;
        }
        case 'resolved':
          for (const outgoing of event.items) this.#link.sendHeld(outgoing, event.mac);
          break;
        case 'unreachable':
          counters.unsent += event.items.length;
          for (const { packet } of event.items) this.#reportSilence(packet, now);
          break;
        case 'route':
          routes6.add({ ...event.route, link });
          break;
        case 'unroute': {
          const { prefix, gateway } = event.route;
          routes6.remove(
            (route) =>
              route.link === link &&
              route.gateway === gateway &&
              route.prefix.address === prefix.address &&
              route.prefix.length === prefix.length,
          );
          break;
        }
        case 'address':
        case 'removed':
        case 'duplicate':
          this.#readAddresses();
          this.#tell(event, now);
          if (event.kind === 'duplicate') this.onDuplicate?.(event.address);
          this.onChange?.();
          break;
        case 'parameters':
          this.output.hopLimit = event.parameters.hopLimit;
          this.onChange?.();
          break;
        case 'dns':
          this.onChange?.();
          break;
        case 'conflict':
          this.#tell(event, now);
          break;
      }
    }
  }

  #readAddresses(): void {
    const { addresses } = this.#ndp;
    this.#own = new Map(addresses.map((own) => [own.address, own]));
    this.#groups.follow([...this.#own.keys()]);
  }

  /** Tells a person what there is to know. */
  #tell(event: NdpEvent<Outgoing>, now: number): void {
    const { log } = this.#owner;
    if (event.kind === 'address') {
      const { address, prefixLength, state } = event.address;
      if (state === 'preferred') log.info(`our address is ${ipv6Text(address)}/${prefixLength}`);
    } else if (event.kind === 'duplicate') {
      log.warning(`${ipv6Text(event.address)} is another host's address`);
    } else if (event.kind === 'conflict' && this.#warnings.allows(now)) {
      log.warning(`another host claims our address ${ipv6Text(event.address)}`);
    }
  }
}

function complaintOf(problem: Problem): Complaint {
  switch (problem.kind) {
    case 'port':
      return { type: UNREACHABLE, code: PORT_UNREACHABLE };
    case 'reassembly':
      return { type: TIME_EXCEEDED, code: REASSEMBLY_TIME_EXCEEDED };
    case 'parameter': {
      const { code, isForGroups } = problem;
      return { type: PARAMETER_PROBLEM, code, isForGroups };
    }
  }
}

/** Router solicitation to redirect (RFC 4861). */
function isNdp(type: number): boolean {
  return type >= 133 && type <= 137;
}
