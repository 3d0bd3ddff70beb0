import type { Checksum } from '@atoll/bytes/fast';
import { plainChecksum } from '@atoll/bytes/fast';
import type { Frame } from '@atoll/device/network';
import { ETHERNET_HEADER_LENGTH } from '@atoll/device/network';
import type { Entropy } from '@atoll/device/system';
import { ETHERTYPE_IPV6 } from '@atoll/ethernet/packet';
import { isMulticast, multicastMac } from '@atoll/ipv6/address';
import { FRAGMENT, FRAGMENT_HEADER_LENGTH } from '@atoll/ipv6/chain';
import { emitFragmentHeader } from '@atoll/ipv6/extension';
import { fragments, randomIdentification } from '@atoll/ipv6/fragmentation';
import {
  emitIpv6,
  emptyIpv6Header,
  IPV6_HEADER_LENGTH,
  MAX_PAYLOAD_LENGTH,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
} from '@atoll/ipv6/packet';
import { addressSum } from '@atoll/ipv6/pseudo-header';
import type { Ndp } from '@atoll/ndp/engine';
import { emitUdp, emptyUdpHeader, UDP_HEADER_LENGTH } from '@atoll/udp/packet';
import type { StackCounters } from '../counters.ts';
import type { Link, Outgoing } from '../link.ts';

export interface Ipv6OutputParts {
  readonly link: Link;
  readonly ndp: Ndp<Outgoing>;
  readonly entropy: Entropy;
  readonly checksum: Checksum;
  readonly counters: StackCounters;
  /** A timer may have moved: a neighbour is in use, or has to be asked for. */
  stir(): void;
  /** The longest packet in bytes that gets to `destination` in one piece. */
  mtuTo(destination: bigint): number;
}

/** Where a packet goes: its addresses, and the neighbour who gets it. */
export interface Ipv6Way {
  readonly source: bigint;
  readonly destination: bigint;
  /** A neighbour's address, or that of a group. */
  readonly hop: bigint;
}

/** Sends IPv6 packets by one interface. */
export class Ipv6Output {
  /** For packets to single hosts, as routers say (RFC 4861 section 6.3.4); at first IANA's recommendation. */
  hopLimit = 64;
  readonly #parts: Ipv6OutputParts;
  // One header each serves for all packets, so that sending one allocates little.
  readonly #ipv6 = emptyIpv6Header();
  readonly #udp = emptyUdpHeader();

  constructor(parts: Ipv6OutputParts) {
    this.#parts = parts;
  }

  /** Sends a UDP datagram, like `Ipv4Output.sendUdp`. */
  sendUdp(
    way: Ipv6Way,
    sourcePort: number,
    destinationPort: number,
    payload: Uint8Array,
    mac: number | undefined,
  ): void {
    const length = UDP_HEADER_LENGTH + payload.length;
    if (length > MAX_PAYLOAD_LENGTH) {
      throw new RangeError(`${payload.length} bytes do not fit into a UDP datagram`);
    }
    const { link, checksum, mtuTo } = this.#parts;
    const udp = this.#udp;
    udp.sourcePort = sourcePort;
    udp.destinationPort = destinationPort;
    udp.length = length;
    const addresses = addressSum(way.source, way.destination);
    if (IPV6_HEADER_LENGTH + length > mtuTo(way.destination)) {
      const region = { bytes: new Uint8Array(length), address: 0 };
      region.bytes.set(payload, UDP_HEADER_LENGTH);
      emitUdp(region, 0, addresses, udp, plainChecksum);
      this.#sendFragments(way, PROTOCOL_UDP, region.bytes, mac);
      return;
    }
    const frame = link.transmit(IPV6_HEADER_LENGTH + length);
    if (frame === undefined) return;
    frame.bytes.set(payload, PAYLOAD + UDP_HEADER_LENGTH);
    emitUdp(frame, PAYLOAD, addresses, udp, checksum);
    this.#sendWhole(frame, way, PROTOCOL_UDP, length, this.#hopLimitTo(way), mac);
  }

  /** Sends `payload`, whose first header is that of `protocol`, as a packet or as its fragments. */
  send(
    way: Ipv6Way,
    protocol: number,
    payload: Uint8Array,
    { hopLimit = this.#hopLimitTo(way), mac }: { hopLimit?: number; mac?: number | undefined } = {},
  ): void {
    const { link, mtuTo } = this.#parts;
    if (IPV6_HEADER_LENGTH + payload.length > mtuTo(way.destination)) {
      this.#sendFragments(way, protocol, payload, mac);
      return;
    }
    const frame = link.transmit(IPV6_HEADER_LENGTH + payload.length);
    if (frame === undefined) return;
    frame.bytes.set(payload, PAYLOAD);
    this.#sendWhole(frame, way, protocol, payload.length, hopLimit, mac);
  }

  /** Sends the TCP segment of `length` bytes that is in `frame`. */
  sendSegment(frame: Frame, way: Ipv6Way, length: number): void {
    this.#sendWhole(frame, way, PROTOCOL_TCP, length, this.hopLimit, undefined);
  }

  #sendWhole(
    frame: Frame,
    way: Ipv6Way,
    protocol: number,
    length: number,
    hopLimit: number,
    mac: number | undefined,
  ): void {
    const ipv6 = this.#ipv6;
    ipv6.payloadLength = length;
    ipv6.nextHeader = protocol;
    ipv6.hopLimit = hopLimit;
    ipv6.source = way.source;
    ipv6.destination = way.destination;
    emitIpv6(frame, ETHERNET_HEADER_LENGTH, ipv6);
    frame.length = PAYLOAD + length;
    this.#sendFrame(frame, way.hop, mac);
  }

  /** The source fragments, never a router (RFC 8200 section 4.5). */
  #sendFragments(
    way: Ipv6Way,
    protocol: number,
    payload: Uint8Array,
    mac: number | undefined,
  ): void {
    const { link, entropy, mtuTo } = this.#parts;
    const identification = randomIdentification(entropy);
    const hopLimit = this.#hopLimitTo(way);
    for (const fragment of fragments(payload.length, mtuTo(way.destination))) {
      const { offset, length } = fragment;
      const frame = link.transmit(IPV6_HEADER_LENGTH + FRAGMENT_HEADER_LENGTH + length);
      // The rest is useless without this fragment.
      if (frame === undefined) return;
      emitFragmentHeader(frame.bytes, PAYLOAD, protocol, fragment, identification);
      const piece = payload.subarray(offset, offset + length);
      frame.bytes.set(piece, PAYLOAD + FRAGMENT_HEADER_LENGTH);
      this.#sendWhole(frame, way, FRAGMENT, FRAGMENT_HEADER_LENGTH + length, hopLimit, mac);
    }
  }

  /** What is for a group stays on the link unless somebody says otherwise (RFC 3493 section 5.2). */
  #hopLimitTo({ hop }: Ipv6Way): number {
    return isMulticast(hop) ? 1 : this.hopLimit;
  }

  #sendFrame(frame: Frame, hop: bigint, given: number | undefined): void {
    const { link, ndp, counters } = this.#parts;
    this.#parts.stir();
    const mac = given ?? (isMulticast(hop) ? multicastMac(hop) : ndp.find(hop));
    if (mac !== undefined) link.send(frame, ETHERTYPE_IPV6, mac);
    else counters.unsent += ndp.wait(hop, link.hold(frame, ETHERTYPE_IPV6));
  }
}

/** Where the payload of IPv6 starts in a frame. */
const PAYLOAD = ETHERNET_HEADER_LENGTH + IPV6_HEADER_LENGTH;
