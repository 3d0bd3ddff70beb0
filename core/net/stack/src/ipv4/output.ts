import type { Arp, ArpEvent } from '@atoll/arp/engine';
import type { ArpPacket } from '@atoll/arp/packet';
import { ARP_LENGTH, emitArp } from '@atoll/arp/packet';
import type { Checksum } from '@atoll/bytes/fast';
import { plainChecksum } from '@atoll/bytes/fast';
import { writeU16 } from '@atoll/bytes/field';
import type { Frame } from '@atoll/device/network';
import { ETHERNET_HEADER_LENGTH } from '@atoll/device/network';
import { BROADCAST_MAC } from '@atoll/ethernet/address';
import { ETHERTYPE_ARP, ETHERTYPE_IPV4 } from '@atoll/ethernet/packet';
import { isMulticast, LIMITED_BROADCAST } from '@atoll/ipv4/address';
import type { Ipv4Wire } from '@atoll/ipv4/fast';
import { fragments } from '@atoll/ipv4/fragmentation';
import type { Identifications } from '@atoll/ipv4/identification';
import {
  emptyIpv4Header,
  IPV4_HEADER_LENGTH,
  MAX_DATAGRAM_LENGTH,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
} from '@atoll/ipv4/packet';
import { addressSum } from '@atoll/ipv4/pseudo-header';
import { emitUdp, emptyUdpHeader, UDP_HEADER_LENGTH } from '@atoll/udp/packet';
import type { StackCounters } from '../counters.ts';
import type { Link, Outgoing } from '../link.ts';

export interface Ipv4OutputParts {
  readonly link: Link;
  readonly identifications: Identifications;
  readonly wire: Ipv4Wire;
  readonly checksum: Checksum;
  readonly counters: StackCounters;
  /** A timer may have moved: a neighbour has to be asked for. */
  stir(): void;
}

/** Where a datagram goes: its addresses, and the neighbour who gets it. */
export interface Ipv4Way {
  readonly source: number;
  readonly destination: number;
  /** A neighbour's address, that of a group, or the limited broadcast. */
  readonly hop: number;
}

/** Sends IPv4 datagrams by one interface. */
export class Ipv4Output {
  /** Who finds neighbours; `undefined` while the interface has no address. */
  arp: Arp<Outgoing> | undefined;
  /** The largest datagram in bytes that is sent in one piece. */
  mtu: number;
  readonly #link: Link;
  readonly #identifications: Identifications;
  readonly #wire: Ipv4Wire;
  readonly #checksum: Checksum;
  readonly #counters: StackCounters;
  readonly #stir: () => void;
  // One header each serves for all datagrams, so that sending one allocates nothing.
  readonly #ipv4 = emptyIpv4Header();
  readonly #udp = emptyUdpHeader();

  constructor(parts: Ipv4OutputParts) {
    const { link, identifications, wire, checksum, counters, stir } = parts;
    this.#link = link;
    this.mtu = link.mtu;
    this.#identifications = identifications;
    this.#wire = wire;
    this.#checksum = checksum;
    this.#counters = counters;
    this.#stir = stir;
  }

  /**
   * Sends a UDP datagram, built in the frame itself if it goes in one piece; to the hardware address
   * `mac` if it is given. Throws when no datagram can hold so much.
   */
  sendUdp(
    way: Ipv4Way,
    sourcePort: number,
    destinationPort: number,
    payload: Uint8Array,
    mac: number | undefined,
  ): void {
    const length = UDP_HEADER_LENGTH + payload.length;
    if (length > MAX_DATAGRAM_LENGTH - IPV4_HEADER_LENGTH) {
      throw new RangeError(`${payload.length} bytes do not fit into a UDP datagram`);
    }
    const udp = this.#udp;
    udp.sourcePort = sourcePort;
    udp.destinationPort = destinationPort;
    udp.length = length;
    const addresses = addressSum(way.source, way.destination);
    if (IPV4_HEADER_LENGTH + length > this.mtu) {
      const region = { bytes: new Uint8Array(length), address: 0 };
      region.bytes.set(payload, UDP_HEADER_LENGTH);
      emitUdp(region, 0, addresses, udp, plainChecksum);
      this.#sendFragments(way, PROTOCOL_UDP, region.bytes, mac);
      return;
    }
    const frame = this.#link.transmit(IPV4_HEADER_LENGTH + length);
    if (frame === undefined) return;
    frame.bytes.set(payload, PAYLOAD + UDP_HEADER_LENGTH);
    emitUdp(frame, PAYLOAD, addresses, udp, this.#checksum);
    this.#sendWhole(frame, way, PROTOCOL_UDP, length, mac);
  }

  /** Sends `payload` as a datagram of `protocol`, or as its fragments. */
  send(way: Ipv4Way, protocol: number, payload: Uint8Array): void {
    if (IPV4_HEADER_LENGTH + payload.length > this.mtu) {
      this.#sendFragments(way, protocol, payload, undefined);
      return;
    }
    const frame = this.#link.transmit(IPV4_HEADER_LENGTH + payload.length);
    if (frame === undefined) return;
    frame.bytes.set(payload, PAYLOAD);
    this.#sendWhole(frame, way, protocol, payload.length, undefined);
  }

  /** Sends a datagram that routers look at (RFC 2113): IGMP. */
  sendAlert(way: Ipv4Way, protocol: number, payload: Uint8Array): void {
    const length = ROUTER_ALERT.length + payload.length;
    const frame = this.#link.transmit(IPV4_HEADER_LENGTH + length);
    if (frame === undefined) return;
    const { bytes } = frame;
    this.#emit(frame, way, protocol, length, this.#identifications.next());
    bytes[ETHERNET_HEADER_LENGTH] = 0x46;
    bytes.set(ROUTER_ALERT, PAYLOAD);
    bytes.set(payload, PAYLOAD + ROUTER_ALERT.length);
    writeU16(bytes, CHECKSUM, 0);
    const end = PAYLOAD + ROUTER_ALERT.length;
    const checksum = this.#checksum.internetChecksum(frame, ETHERNET_HEADER_LENGTH, end);
    writeU16(bytes, CHECKSUM, checksum);
    this.#sendFrame(frame, way.hop, undefined);
  }

  /** Sends the TCP segment of `length` bytes that is in `frame`; routers must not fragment it. */
  sendSegment(frame: Frame, way: Ipv4Way, length: number): void {
    const ipv4 = this.#ipv4;
    ipv4.dontFragment = true;
    // An atomic datagram needs no identification of its own (RFC 6864 section 4.1).
    this.#emit(frame, way, PROTOCOL_TCP, length, 0);
    ipv4.dontFragment = false;
    this.#sendFrame(frame, way.hop, undefined);
  }

  /** Sends what ARP wants sent, and the packets that waited for it. */
  carryOut(event: ArpEvent<Outgoing>): void {
    if (event.kind === 'send') this.sendArp(event.destination, event.packet);
    else if (event.kind === 'unreachable') this.#counters.unsent += event.items.length;
    else if (event.kind === 'resolved') {
      for (const outgoing of event.items) this.#link.sendHeld(outgoing, event.mac);
    }
  }

  sendArp(destination: number, packet: ArpPacket): void {
    const frame = this.#link.transmit(ARP_LENGTH);
    if (frame === undefined) return;
    emitArp(frame.bytes, ETHERNET_HEADER_LENGTH, packet);
    frame.length = ETHERNET_HEADER_LENGTH + ARP_LENGTH;
    this.#link.send(frame, ETHERTYPE_ARP, destination);
  }

  #sendWhole(
    frame: Frame,
    way: Ipv4Way,
    protocol: number,
    length: number,
    mac: number | undefined,
  ): void {
    this.#emit(frame, way, protocol, length, this.#identifications.next());
    this.#sendFrame(frame, way.hop, mac);
  }

  #sendFragments(
    way: Ipv4Way,
    protocol: number,
    payload: Uint8Array,
    mac: number | undefined,
  ): void {
    const identification = this.#identifications.next();
    const ipv4 = this.#ipv4;
    for (const { offset, length, more } of fragments(payload.length, this.mtu)) {
      const frame = this.#link.transmit(IPV4_HEADER_LENGTH + length);
      // The rest is useless without this fragment.
      if (frame === undefined) break;
      frame.bytes.set(payload.subarray(offset, offset + length), PAYLOAD);
      ipv4.moreFragments = more;
      ipv4.fragmentOffset = offset;
      this.#emit(frame, way, protocol, length, identification);
      this.#sendFrame(frame, way.hop, mac);
    }
    ipv4.moreFragments = false;
    ipv4.fragmentOffset = 0;
  }

  #emit(
    frame: Frame,
    way: Ipv4Way,
    protocol: number,
    length: number,
    identification: number,
  ): void {
    const ipv4 = this.#ipv4;
    ipv4.totalLength = IPV4_HEADER_LENGTH + length;
    ipv4.identification = identification;
    ipv4.protocol = protocol;
    ipv4.timeToLive = isMulticast(way.destination) ? 1 : TIME_TO_LIVE;
    ipv4.source = way.source;
    ipv4.destination = way.destination;
    this.#wire.emit(frame, ETHERNET_HEADER_LENGTH, ipv4);
    frame.length = PAYLOAD + length;
  }

  #sendFrame(frame: Frame, hop: number, given: number | undefined): void {
    const mac = given ?? this.#macOf(hop);
    if (mac !== undefined) this.#link.send(frame, ETHERTYPE_IPV4, mac);
    else if (this.arp === undefined) this.#counters.unsent++;
    else {
      this.#counters.unsent += this.arp.wait(hop, this.#link.hold(frame, ETHERTYPE_IPV4));
      this.#stir();
    }
  }

  #macOf(hop: number): number | undefined {
    if (hop === LIMITED_BROADCAST) return BROADCAST_MAC;
    return isMulticast(hop) ? multicastMac(hop) : this.arp?.find(hop);
  }
}

/** The group address of Ethernet for an IPv4 group (RFC 1112 section 6.4). */
export function multicastMac(group: number): number {
  return 0x0100_5e00_0000 + (group & 0x7f_ffff);
}

/** Where the payload of IPv4 starts in a frame. */
const PAYLOAD = ETHERNET_HEADER_LENGTH + IPV4_HEADER_LENGTH;
/** Where the header's checksum is in a frame. */
const CHECKSUM = ETHERNET_HEADER_LENGTH + 10;
const ROUTER_ALERT = Uint8Array.of(0x94, 4, 0, 0);
/** IANA's recommendation for the time to live. */
const TIME_TO_LIVE = 64;
