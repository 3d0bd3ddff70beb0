import type { ArpEvent } from '@atoll/arp/engine';
import { Arp } from '@atoll/arp/engine';
import { parseArp } from '@atoll/arp/packet';
import type { ProbeEvent } from '@atoll/arp/probe';
import { AddressProbe, BRIEF } from '@atoll/arp/probe';
import type { Frame } from '@atoll/device/network';
import { ETHERNET_HEADER_LENGTH } from '@atoll/device/network';
import type { IpAddress } from '@atoll/device/socket';
import { BROADCAST_MAC, macText } from '@atoll/ethernet/address';
import { Icmp } from '@atoll/icmp/engine';
import { HOST_UNREACHABLE, UNREACHABLE } from '@atoll/icmp/packet';
import { RateLimit } from '@atoll/icmp/rate';
import type { IcmpReport } from '@atoll/icmp/report';
import { readReport } from '@atoll/icmp/report';
import type { Ipv4Prefix } from '@atoll/ipv4/address';
import {
  ipv4Text,
  isLoopback,
  isMulticast,
  LIMITED_BROADCAST,
  UNSPECIFIED,
} from '@atoll/ipv4/address';
import { IPV4_HEADER_LENGTH, PROTOCOL_ICMP } from '@atoll/ipv4/packet';
import { Reassembly } from '@atoll/ipv4/reassembly';
import type { Ipv4Host } from '@atoll/tcp/fast';
import type { Interface } from '../interface.ts';
import type { Link, Outgoing } from '../link.ts';
import type { Shared } from '../shared.ts';
import type { Datagrams } from '../udp.ts';
import { Ipv4Groups } from './groups.ts';
import { Ipv4Input } from './input.ts';
import { Ipv4Network } from './network.ts';
import type { Ipv4Way } from './output.ts';
import { Ipv4Output } from './output.ts';

/** IPv4 on one interface: its address, its neighbours, and what comes and goes. */
export class Ipv4Layer {
  readonly headerLength = IPV4_HEADER_LENGTH;
  readonly output: Ipv4Output;
  /**
   * Called when somebody else insists on our address, which was given up. Who sets it can get another
   * one; without, the address is defended for ever (RFC 5227 section 2.4).
   */
  onLost: ((now: number) => void) | undefined;
  /**
   * When `poll` wants to be called. Kept up to date by `poll` and by all that moves a timer, since asking
   * all who have one would cost more than most packets. To be read only.
   */
  nextTimeout = Number.NEGATIVE_INFINITY;
  /** Who we are to those who send us TCP; `undefined` while we have no address. To be read only. */
  host: Ipv4Host | undefined;
  readonly #owner: Interface;
  readonly #shared: Shared;
  readonly #input: Ipv4Input;
  readonly #reassembly = new Reassembly();
  readonly #groups: Ipv4Groups;
  readonly #warnings = new RateLimit(1, 10);
  #network: Ipv4Network | undefined;
  #arp: Arp<Outgoing> | undefined;
  #probe: Probe | undefined;

  constructor(owner: Interface, link: Link, datagrams: Datagrams, shared: Shared) {
    const { ipv4: wire, checksum, counters, entropy, identifications, tcp } = shared;
    this.#owner = owner;
    this.#shared = shared;
    this.#groups = new Ipv4Groups(entropy);
    const stir = () => this.#stir();
    this.output = new Ipv4Output({ link, identifications, wire, checksum, counters, stir });
    this.#input = new Ipv4Input({
      datagrams,
      segments: tcp,
      reassembly: this.#reassembly,
      wire,
      checksum,
      counters,
      stir,
      isJoined: (group) => this.#groups.has(group),
      onIgmp: (bytes, start, end, now) => this.#groups.handle(bytes, start, end, now),
      reply: (source, message) => this.#reply(source, message),
      onReport: (report, now) => this.#onReport(report, now),
    });
  }

  /** Our address and its network; `undefined` while there is none. */
  get prefix(): Ipv4Prefix | undefined {
    return this.#network?.prefix;
  }

  /** The longest datagram in bytes that gets to `destination` in one piece, as far as is known. */
  mtuTo(destination: number): number {
    const { paths, time } = this.#shared;
    return paths.find(destination, this.output.mtu, time.now);
  }

  /** Whether a datagram may come from `address`: ours, or that of a host that has none yet. */
  isSource(address: IpAddress | undefined): address is number {
    if (address === undefined) return false;
    return address === this.#network?.prefix.address || address === UNSPECIFIED;
  }

  /** How many neighbours are remembered or being asked for, and what waiting fragments cost. */
  get neighbours(): number {
    return this.#arp?.size ?? 0;
  }

  get fragmentBytes(): number {
    return this.#reassembly.bytes;
  }

  /**
   * Takes `prefix.address` as our only address here, or gives up the one there is. With `mtu`, no larger
   * datagrams are sent; what is received may be.
   */
  configure(prefix: Ipv4Prefix | undefined, mtu = Number.POSITIVE_INFINITY): void {
    this.#stir();
    this.output.mtu = Math.min(mtu, this.#owner.link.mtu);
    const { routes4 } = this.#shared;
    routes4.remove(({ link, gateway }) => link === this.#owner && gateway === undefined);
    const { mac } = this.#owner.device;
    this.#network = prefix && new Ipv4Network(prefix);
    const defence = this.onLost === undefined ? 'keep' : 'yield';
    this.#arp = prefix && new Arp<Outgoing>({ mac, prefix, defence });
    this.#input.network = this.#network;
    this.host = this.#network?.host(mac);
    this.#input.icmp = prefix && new Icmp(prefix, this.#shared.entropy);
    this.output.arp = this.#arp;
    if (prefix === undefined) return;
    routes4.add({ prefix, link: this.#owner });
    this.#groups.refresh();
  }

  /**
   * Asks whether anybody has `address`, which we would like to use (RFC 5227 section 2.1). In less than a
   * second, `onProbed` gets the hardware address of who has it, or `undefined` when nobody has; unless
   * another address is probed by then.
   */
  probe(address: number, onProbed: Probe['onProbed']): void {
    const { mac } = this.#owner.device;
    const { entropy } = this.#shared;
    this.#stir();
    this.#probe = {
      engine: new AddressProbe({ mac, address, entropy, timing: BRIEF }),
      onProbed,
    };
  }

  /** Becomes a member of `group`; answers false when there are too many. */
  join(group: number): boolean {
    this.#stir();
    return this.#groups.join(group);
  }

  leave(group: number): void {
    this.#stir();
    this.#groups.leave(group);
  }

  handle(frame: Frame, isGroup: boolean, now: number): void {
    this.#input.handle(frame, isGroup, now);
  }

  handleArp(frame: Frame, now: number): void {
    this.#stir();
    this.#shared.counters.receivedArp++;
    const packet = parseArp(frame.bytes, ETHERNET_HEADER_LENGTH, frame.length);
    if (!packet.ok) {
      this.#shared.counters.malformed++;
      return;
    }
    this.#onProbe(this.#probe?.engine.handle(packet.value), now);
    if (this.#arp === undefined) return;
    for (const event of this.#arp.handle(packet.value, now)) this.#onArp(event, now);
  }

  poll(now: number): void {
    if (now < this.nextTimeout) return;
    this.nextTimeout = Number.POSITIVE_INFINITY;
    for (const datagram of this.#reassembly.poll(now)) this.#input.reportTimeout(datagram, now);
    this.#onProbe(this.#probe?.engine.poll(now), now);
    if (this.#network !== undefined) {
      this.#groups.poll(this.output, this.#network.prefix.address, now);
      for (const event of this.#arp?.poll(now) ?? []) this.#onArp(event, now);
    }
    this.nextTimeout = Math.min(this.nextTimeout, this.#earliest());
  }

  /**
   * The way to `destination` by this interface, from our address here unless `source` says another;
   * `undefined` when there is none: nobody is asked who is behind a router we do not have.
   */
  way(destination: number, source?: number): Ipv4Way | undefined {
    const from = source ?? this.#network?.prefix.address ?? UNSPECIFIED;
    const hop = this.#hop(destination);
    return hop === undefined ? undefined : { source: from, destination, hop };
  }

  /** The neighbour `hop` is there, and passes on what it gets. */
  confirm(hop: number, now: number): void {
    this.#arp?.confirm(hop, now);
  }

  /** Something happened that may have moved a timer. */
  #stir(): void {
    this.nextTimeout = Number.NEGATIVE_INFINITY;
  }

  #earliest(): number {
    const arp = this.#arp?.nextTimeout ?? Number.POSITIVE_INFINITY;
    const probe = this.#probe?.engine.nextTimeout ?? Number.POSITIVE_INFINITY;
    const groups = this.#network === undefined ? arp : this.#groups.nextTimeout;
    return Math.min(arp, probe, groups, this.#reassembly.nextTimeout);
  }

  /** Whom to give a datagram for `destination`: our own address, and loopback, are nobody's. */
  #hop(destination: number): number | undefined {
    if (isMulticast(destination)) return destination;
    if (destination === LIMITED_BROADCAST || this.#network?.isBroadcast(destination)) {
      return LIMITED_BROADCAST;
    }
    if (destination === UNSPECIFIED || isLoopback(destination)) return undefined;
    if (destination === this.#network?.prefix.address) return undefined;
    const route = this.#shared.routes4.find(destination, this.#owner);
    return route && (route.gateway ?? destination);
  }

  #reply(source: number, message: Uint8Array): void {
    const way = this.way(source);
    if (way === undefined) this.#shared.counters.unsent++;
    else this.output.send(way, PROTOCOL_ICMP, message);
  }

  #onReport(report: IcmpReport, now: number): void {
    if (report.source === this.#network?.prefix.address) this.#shared.onReport(report, now);
  }

  #onProbe(event: ProbeEvent | undefined, now: number): void {
    const probe = this.#probe;
    if (event === undefined || probe === undefined) return;
    if (event.kind === 'send') {
      this.output.sendArp(BROADCAST_MAC, event.packet);
      return;
    }
    this.#probe = undefined;
    probe.onProbed(event.kind === 'taken' ? event.mac : undefined, now);
  }

  #onArp(event: ArpEvent<Outgoing>, now: number): void {
    this.output.carryOut(event);
    const sentence = this.#warningOf(event);
    if (sentence !== undefined && this.#warnings.allows(now)) this.#owner.log.warning(sentence);
    if (event.kind === 'lost') this.onLost?.(now);
    else if (event.kind === 'unreachable') {
      for (const { packet } of event.items) this.#reportSilence(packet, now);
    }
  }

  /** Nobody answers at the next hop of `packet`: its sender hears what a router would say. */
  #reportSilence(packet: Uint8Array, now: number): void {
    const message = { type: UNREACHABLE, code: HOST_UNREACHABLE, rest: 0, body: packet };
    const hint = readReport(message);
    if (hint.ok && hint.value.kind === 'report') this.#onReport(hint.value.report, now);
  }

  /** What a person should know. */
  #warningOf(event: ArpEvent<Outgoing>): string | undefined {
    if (event.kind === 'conflict' || event.kind === 'lost') {
      const address = this.#network?.prefix.address ?? UNSPECIFIED;
      return `${macText(event.mac)} claims our address ${ipv4Text(address)}`;
    }
    if (event.kind === 'moved') {
      const { from, mac } = event;
      return `${ipv4Text(event.address)} moved from ${macText(from)} to ${macText(mac)}`;
    }
    return undefined;
  }
}

/** An address that is probed for, and who waits for the outcome. */
interface Probe {
  readonly engine: AddressProbe;
  readonly onProbed: (mac: number | undefined, now: number) => void;
}
