import type { Checksum, Located } from '@atoll/bytes/fast';
import { plainChecksum } from '@atoll/bytes/fast';
import type { Frame } from '@atoll/device/network';
import { ETHERNET_HEADER_LENGTH } from '@atoll/device/network';
import type { Icmp } from '@atoll/icmp/engine';
import {
  PORT_UNREACHABLE,
  PROTOCOL_UNREACHABLE,
  REASSEMBLY_TIME_EXCEEDED,
  TIME_EXCEEDED,
  UNREACHABLE,
} from '@atoll/icmp/packet';
import type { IcmpReport } from '@atoll/icmp/report';
import { isMulticast } from '@atoll/ipv4/address';
import type { Ipv4Wire } from '@atoll/ipv4/fast';
import {
  emptyIpv4Header,
  PROTOCOL_ICMP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  parseIpv4,
} from '@atoll/ipv4/packet';
import { addressSum } from '@atoll/ipv4/pseudo-header';
import type { Reassembly } from '@atoll/ipv4/reassembly';
import { PROTOCOL_IGMP } from '@atoll/multicast/igmp/packet';
import { VOUCHED } from '@atoll/udp/packet';
import type { StackCounters } from '../counters.ts';
import type { Segments } from '../tcp.ts';
import type { Datagrams } from '../udp.ts';
import { CLOSED, MALFORMED } from '../udp.ts';
import type { Ipv4Network } from './network.ts';

export interface Ipv4InputParts {
  readonly datagrams: Datagrams;
  readonly segments: Segments;
  readonly reassembly: Reassembly;
  readonly wire: Ipv4Wire;
  readonly checksum: Checksum;
  readonly counters: StackCounters;
  /** A timer may have moved. */
  stir(): void;
  /** Whether the group `address` was joined. */
  isJoined(address: number): boolean;
  /** Sends an ICMP message back to the source of a datagram that was for us. */
  reply(source: number, message: Uint8Array): void;
  /** Takes what a datagram of IGMP carries; answers whether it made sense. */
  onIgmp(bytes: Uint8Array, start: number, end: number, now: number): boolean;
  onReport(report: IcmpReport, now: number): void;
}

/** Receives the IPv4 datagrams of one interface: from frame to socket. */
export class Ipv4Input {
  /** What our address is; `undefined` while there is none. */
  network: Ipv4Network | undefined;
  icmp: Icmp | undefined;
  readonly #parts: Ipv4InputParts;
  // One header serves for all datagrams, so that receiving one allocates little.
  readonly #ipv4 = emptyIpv4Header();

  constructor(parts: Ipv4InputParts) {
    this.#parts = parts;
  }

  /** `isGroup`: the frame was sent to more than one host. */
  handle(frame: Frame, isGroup: boolean, now: number): void {
    const { reassembly, wire, checksum, counters } = this.#parts;
    const header = this.#ipv4;
    if (!wire.parse(frame, ETHERNET_HEADER_LENGTH, frame.length, header).ok) {
      counters.malformed++;
    } else if (this.#isForUs(isGroup)) {
      if (header.fragmentOffset === 0 && !header.moreFragments) {
        this.#deliver(
          frame,
          ETHERNET_HEADER_LENGTH,
          checksum,
          frame.isChecked,
          frame.segmentSize,
          now,
        );
        return;
      }
      this.#parts.stir();
      const whole = reassembly.handle(header, frame.bytes, ETHERNET_HEADER_LENGTH, now);
      if (whole === undefined) return;
      const region = { bytes: whole, address: 0 };
      parseIpv4(region, 0, whole.length, header);
      this.#deliver(region, 0, plainChecksum, false, 0, now);
    }
  }

  /** Tells the source of `datagram` that the rest of it did not come in time. */
  reportTimeout(datagram: Uint8Array, now: number): void {
    parseIpv4({ bytes: datagram, address: 0 }, 0, datagram.length, this.#ipv4);
    this.#complain(TIME_EXCEEDED, REASSEMBLY_TIME_EXCEEDED, datagram, 0, now);
  }

  /** Judges the addresses of the header that was read, and counts why not. */
  #isForUs(isGroup: boolean): boolean {
    const { counters } = this.#parts;
    const { source, destination } = this.#ipv4;
    const { network } = this;
    // Without an address we take what is sent to our hardware address: the offer of a DHCP server.
    if (network === undefined) return true;
    if (destination === network.prefix.address) {
      // Whoever sends a frame to a group for one host wants to get around something (RFC 1122 section 3.3.6).
      if (isGroup) return this.#refuse();
    } else if (!network.isBroadcast(destination) && !this.#isJoinedGroup(destination)) {
      counters.foreign++;
      return false;
    }
    return network.isSource(source) || this.#refuse();
  }

  #isJoinedGroup(destination: number): boolean {
    return isMulticast(destination) && this.#parts.isJoined(destination);
  }

  #refuse(): boolean {
    this.#parts.counters.malformed++;
    return false;
  }

  /** Takes the whole datagram at `start`, whose header was read. */
  #deliver(
    region: Located,
    start: number,
    checksum: Checksum,
    isChecked: boolean,
    segmentSize: number,
    now: number,
  ): void {
    const { protocol, headerLength, totalLength, source, destination } = this.#ipv4;
    const at = start + headerLength;
    const end = start + totalLength;
    if (protocol === PROTOCOL_TCP) {
      const { segments } = this.#parts;
      segments.handle(region, at, end, source, destination, isChecked, segmentSize, now);
    } else if (protocol === PROTOCOL_UDP) {
      const sum = isChecked ? VOUCHED : addressSum(source, destination);
      const { datagrams, counters } = this.#parts;
      const verdict = datagrams.handle(region, at, end, source, destination, sum, checksum);
      if (verdict === MALFORMED) counters.malformed++;
      else if (verdict === CLOSED) {
        this.#complain(UNREACHABLE, PORT_UNREACHABLE, region.bytes, start, now);
      }
    } else if (protocol === PROTOCOL_ICMP) this.#handleIcmp(region, start, checksum, now);
    else if (protocol === PROTOCOL_IGMP) {
      this.#parts.stir();
      if (!this.#parts.onIgmp(region.bytes, at, end, now)) this.#parts.counters.malformed++;
    } else {
      this.#parts.counters.foreign++;
      this.#complain(UNREACHABLE, PROTOCOL_UNREACHABLE, region.bytes, start, now);
    }
  }

  #handleIcmp(region: Located, start: number, checksum: Checksum, now: number): void {
    this.#parts.counters.receivedIcmp++;
    const event = this.icmp?.handle(region, start, this.#ipv4, now, checksum);
    if (event === undefined) return;
    if (!event.ok) this.#parts.counters.malformed++;
    else if (event.value.kind === 'report') this.#parts.onReport(event.value.report, now);
    else if (event.value.kind === 'reply') {
      this.#parts.reply(this.#ipv4.source, event.value.payload);
    }
  }

  #complain(type: number, code: number, bytes: Uint8Array, start: number, now: number): void {
    const message = this.icmp?.report(type, code, bytes, start, this.#ipv4, now);
    if (message !== undefined) this.#parts.reply(this.#ipv4.source, message);
  }
}
