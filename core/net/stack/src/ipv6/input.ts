import type { Checksum, Located } from '@atoll/bytes/fast';
import { plainChecksum } from '@atoll/bytes/fast';
import type { Frame } from '@atoll/device/network';
import { ETHERNET_HEADER_LENGTH } from '@atoll/device/network';
import { ALL_NODES, isIpv4Mapped, isLoopback, isMulticast } from '@atoll/ipv6/address';
import { emptyChain, UNRECOGNIZED_NEXT_HEADER } from '@atoll/ipv6/chain';
import { walkExtensions } from '@atoll/ipv6/extension';
import type { AddressReader } from '@atoll/ipv6/fast';
import type { Ipv6Header } from '@atoll/ipv6/packet';
import {
  emptyIpv6Header,
  IPV6_HEADER_LENGTH,
  PROTOCOL_ICMPV6,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  parseIpv6,
} from '@atoll/ipv6/packet';
import { addressSum } from '@atoll/ipv6/pseudo-header';
import type { Reassembly } from '@atoll/ipv6/reassembly';
import { NEIGHBOUR_ADVERTISEMENT } from '@atoll/ndp/packet';
import { VOUCHED } from '@atoll/udp/packet';
import type { StackCounters } from '../counters.ts';
import type { Segments } from '../tcp.ts';
import type { Datagrams } from '../udp.ts';
import { CLOSED, MALFORMED } from '../udp.ts';

export interface Ipv6InputParts {
  readonly datagrams: Datagrams;
  readonly segments: Segments;
  readonly reassembly: Reassembly;
  readonly addresses: AddressReader;
  readonly checksum: Checksum;
  readonly counters: StackCounters;
  /** `address` as sockets see it: with the zone of this interface if it means something here only. */
  zoned(address: bigint): bigint;
  /** A timer may have moved. */
  stir(): void;
  /** Whether `address` is ours, also while it is tentative. */
  isOwn(address: bigint): boolean;
  isTentative(address: bigint): boolean;
  /** Whether packets for the group `address` are for us. */
  isJoined(address: bigint): boolean;
  onIcmp(packet: Ipv6Packet, start: number, checksum: Checksum, now: number): void;
  /** Reports `problem` with the packet to its source, if that may be. */
  complain(packet: Ipv6Packet, problem: Problem, pointer: number, now: number): void;
}

/** What may be wrong with a packet: `parameter` comes with a code. */
export type Problem =
  | { readonly kind: 'port' }
  | { readonly kind: 'reassembly' }
  | { readonly kind: 'parameter'; readonly code: number; readonly isForGroups: boolean };

/** A packet whose header was read. */
export interface Ipv6Packet {
  readonly header: Readonly<Ipv6Header>;
  readonly region: Located;
  /** Where its header starts, and where it ends. */
  readonly start: number;
  readonly end: number;
  /** The value of a router alert, -1 when there is none. */
  readonly alert: number;
}

/** Receives the IPv6 packets of one interface: from frame to socket. */
export class Ipv6Input {
  readonly #parts: Ipv6InputParts;
  // One of each serves for all packets, so that receiving one allocates little.
  readonly #header = emptyIpv6Header();
  readonly #chain = emptyChain();

  constructor(parts: Ipv6InputParts) {
    this.#parts = parts;
  }

  /** `isGroup`: the frame was sent to more than one host. */
  handle(frame: Frame, isGroup: boolean, now: number): void {
    const { addresses, checksum, counters } = this.#parts;
    const header = this.#header;
    if (!parseIpv6(frame, ETHERNET_HEADER_LENGTH, frame.length, header, addresses).ok) {
      counters.malformed++;
    } else if (this.#isForUs(frame, isGroup)) {
      const { isChecked, segmentSize } = frame;
      this.#walk(frame, ETHERNET_HEADER_LENGTH, checksum, isChecked, segmentSize, now);
    }
  }

  /** Tells the source of the packet that begins with the fragment `first` that the rest did not come. */
  reportTimeout(first: Uint8Array, now: number): void {
    const region = { bytes: first, address: 0 };
    if (!parseIpv6(region, 0, first.length, this.#header).ok) return;
    const packet = { header: this.#header, region, start: 0, end: first.length, alert: -1 };
    this.#parts.complain(packet, REASSEMBLY, 0, now);
  }

  #isForUs(frame: Frame, isGroup: boolean): boolean {
    const { counters } = this.#parts;
    const { source, destination } = this.#header;
    // No such address leaves its host (RFC 4291 sections 2.5.3 and 2.5.5).
    if (isLoopback(source) || isIpv4Mapped(source)) counters.malformed++;
    else if (this.#parts.isOwn(source)) {
      // Nobody but us has our addresses. Who thinks so all the same says it with this one (RFC 4862 section 5.4.4).
      if (this.#isClaim(frame)) return true;
      counters.malformed++;
    } else if (this.#parts.isOwn(destination)) {
      // Whoever sends a frame to a group for one host wants to get around something.
      if (!isGroup) return true;
      counters.malformed++;
    } else if (isMulticast(destination) && this.#parts.isJoined(destination)) return true;
    else counters.foreign++;
    return false;
  }

  /** Whether it is a neighbour advertisement to everybody. */
  #isClaim({ bytes }: Frame): boolean {
    const { nextHeader, destination } = this.#header;
    return (
      destination === ALL_NODES &&
      nextHeader === PROTOCOL_ICMPV6 &&
      bytes[ETHERNET_HEADER_LENGTH + IPV6_HEADER_LENGTH] === NEIGHBOUR_ADVERTISEMENT
    );
  }

  #walk(
    region: Located,
    start: number,
    checksum: Checksum,
    isChecked: boolean,
    segmentSize: number,
    now: number,
  ): void {
    const { reassembly, counters } = this.#parts;
    const header = this.#header;
    const chain = this.#chain;
    walkExtensions(region.bytes, start, header, chain);
    const end = start + IPV6_HEADER_LENGTH + header.payloadLength;
    if (chain.kind === 'payload') {
      const packet = { header, region, start, end, alert: chain.routerAlert };
      this.#deliver(packet, checksum, isChecked, segmentSize, now);
    } else if (chain.kind === 'fragment') {
      this.#parts.stir();
      const whole = reassembly.handle(header, chain, region.bytes, start, now);
      if (whole === undefined) return;
      const joined = { bytes: whole, address: 0 };
      if (!parseIpv6(joined, 0, whole.length, header).ok) return;
      this.#walk(joined, 0, plainChecksum, false, 0, now);
    } else if (chain.kind === 'problem') {
      counters.malformed++;
      const { code, pointer, isForGroups } = chain;
      const problem: Problem = { kind: 'parameter', code, isForGroups };
      this.#parts.complain({ header, region, start, end, alert: -1 }, problem, pointer, now);
    } else if (chain.kind === 'drop') counters.malformed++;
  }

  #deliver(
    packet: Ipv6Packet,
    checksum: Checksum,
    isChecked: boolean,
    segmentSize: number,
    now: number,
  ): void {
    const { region, end } = packet;
    const { source, destination } = this.#header;
    const { protocol, start: at, nextHeaderAt } = this.#chain;
    const { counters } = this.#parts;
    // An address that others may have is good for nothing but finding that out (RFC 4862 section 5.4.5).
    if (protocol !== PROTOCOL_ICMPV6 && this.#parts.isTentative(destination)) {
      counters.foreign++;
    } else if (protocol === PROTOCOL_TCP) {
      const { segments } = this.#parts;
      const peer = this.#parts.zoned(source);
      segments.handle(region, at, end, peer, destination, isChecked, segmentSize, now);
    } else if (protocol === PROTOCOL_UDP) {
      this.#deliverUdp(packet, at, checksum, isChecked, now);
    } else if (protocol === PROTOCOL_ICMPV6) this.#parts.onIcmp(packet, at, checksum, now);
    else {
      counters.foreign++;
      const problem: Problem = {
        kind: 'parameter',
        code: UNRECOGNIZED_NEXT_HEADER,
        isForGroups: false,
      };
      this.#parts.complain(packet, problem, nextHeaderAt, now);
    }
  }

  #deliverUdp(
    packet: Ipv6Packet,
    at: number,
    checksum: Checksum,
    isChecked: boolean,
    now: number,
  ): void {
    const { region, end } = packet;
    const { source, destination } = this.#header;
    const { datagrams, counters } = this.#parts;
    // Over IPv6 a datagram without a checksum is none (RFC 8200 section 8.1).
    const hasChecksum = end - at >= 8 && (region.bytes[at + 6] | region.bytes[at + 7]) !== 0;
    const sum = isChecked ? VOUCHED : addressSum(source, destination);
    const verdict = hasChecksum
      ? datagrams.handle(region, at, end, this.#parts.zoned(source), destination, sum, checksum)
      : MALFORMED;
    if (verdict === MALFORMED) counters.malformed++;
    else if (verdict === CLOSED) this.#parts.complain(packet, PORT, 0, now);
  }
}

const PORT: Problem = { kind: 'port' };
const REASSEMBLY: Problem = { kind: 'reassembly' };
