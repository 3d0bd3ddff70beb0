import type { Arp, ArpEvent } from '@atoll/arp/engine';
import { parseArp } from '@atoll/arp/packet';
import type { Checksum, Located } from '@atoll/bytes/fast';
import { plainChecksum } from '@atoll/bytes/fast';
import type { Frame } from '@atoll/device/network';
import { ETHERNET_HEADER_LENGTH } from '@atoll/device/network';
import { BROADCAST_MAC, macAt } from '@atoll/ethernet/address';
import { DESTINATION, ETHERTYPE_ARP, ETHERTYPE_IPV4, etherTypeOf } from '@atoll/ethernet/packet';
import type { Icmp, IcmpReport } from '@atoll/icmp/engine';
import { PORT_UNREACHABLE, PROTOCOL_UNREACHABLE, UNREACHABLE } from '@atoll/icmp/packet';
import { emptyIpv4Header, PROTOCOL_ICMP, PROTOCOL_UDP, parseIpv4 } from '@atoll/ipv4/packet';
import { addressSum } from '@atoll/ipv4/pseudo-header';
import type { Reassembly } from '@atoll/ipv4/reassembly';
import { emptyUdpHeader, parseUdp, UDP_HEADER_LENGTH } from '@atoll/udp/packet';
import type { UdpPorts } from '@atoll/udp/socket';
import type { StackCounters } from './counters.ts';
import type { Outgoing, Output } from './output.ts';
import type { Routes } from './route.ts';

export interface InputParts {
  readonly mac: number;
  readonly routes: Routes;
  readonly arp: Arp<Outgoing>;
  readonly icmp: Icmp;
  readonly reassembly: Reassembly;
  readonly ports: UdpPorts;
  readonly output: Output;
  readonly checksum: Checksum;
  readonly counters: StackCounters;
  onArp(event: ArpEvent<Outgoing>): void;
  onReport(report: IcmpReport): void;
}

/** Receives: from frame to handler. */
export class Input {
  readonly #parts: InputParts;
  // One header each serves for all datagrams, so that receiving one allocates little.
  readonly #ipv4 = emptyIpv4Header();
  readonly #udp = emptyUdpHeader();

  constructor(parts: InputParts) {
    this.#parts = parts;
  }

  handle(frame: Frame, now: number): void {
    const { counters, mac } = this.#parts;
    if (frame.length < ETHERNET_HEADER_LENGTH) {
      counters.malformed++;
      return;
    }
    const destination = macAt(frame.bytes, DESTINATION);
    const isBroadcast = destination === BROADCAST_MAC;
    const etherType = etherTypeOf(frame.bytes);
    if (!isBroadcast && destination !== mac) counters.foreign++;
    else if (etherType === ETHERTYPE_IPV4) this.#handleIpv4(frame, isBroadcast, now);
    else if (etherType === ETHERTYPE_ARP) this.#handleArp(frame, now);
    else counters.foreign++;
  }

  #handleArp(frame: Frame, now: number): void {
    const { arp, counters } = this.#parts;
    const packet = parseArp(frame.bytes, ETHERNET_HEADER_LENGTH, frame.length);
    if (!packet.ok) {
      counters.malformed++;
      return;
    }
    for (const event of arp.handle(packet.value, now)) this.#parts.onArp(event);
  }

  #handleIpv4(frame: Frame, isBroadcast: boolean, now: number): void {
    const { routes, reassembly, checksum, counters } = this.#parts;
    const header = this.#ipv4;
    if (!parseIpv4(frame, ETHERNET_HEADER_LENGTH, frame.length, header, checksum).ok) {
      counters.malformed++;
      return;
    }
    if (header.destination === routes.prefix.address) {
      // Whoever broadcasts a frame for one host wants to get around something (RFC 1122 section 3.3.6).
      if (isBroadcast) {
        counters.malformed++;
        return;
      }
    } else if (!routes.isBroadcast(header.destination)) {
      counters.foreign++;
      return;
    }
    if (!routes.isSource(header.source)) {
      counters.malformed++;
    } else if (header.fragmentOffset === 0 && !header.moreFragments) {
      this.#deliver(frame, ETHERNET_HEADER_LENGTH, checksum, now);
    } else {
      const whole = reassembly.handle(header, frame.bytes, ETHERNET_HEADER_LENGTH, now);
      if (whole === undefined) return;
      const region = { bytes: whole, address: 0 };
      parseIpv4(region, 0, whole.length, header);
      this.#deliver(region, 0, plainChecksum, now);
    }
  }

  /** Takes the whole datagram at `start`, whose header was read. */
  #deliver(region: Located, start: number, checksum: Checksum, now: number): void {
    const { protocol } = this.#ipv4;
    if (protocol === PROTOCOL_UDP) this.#deliverUdp(region, start, checksum, now);
    else if (protocol === PROTOCOL_ICMP) this.#deliverIcmp(region, start, checksum, now);
    else {
      this.#parts.counters.foreign++;
      this.#complain(PROTOCOL_UNREACHABLE, region, start, now);
    }
  }

  #deliverUdp(region: Located, start: number, checksum: Checksum, now: number): void {
    const { ports, counters } = this.#parts;
    const { headerLength, totalLength, source, destination } = this.#ipv4;
    const udp = this.#udp;
    const at = start + headerLength;
    if (
      !parseUdp(region, at, start + totalLength, addressSum(source, destination), udp, checksum).ok
    ) {
      counters.malformed++;
      return;
    }
    const { sourcePort, destinationPort: port } = udp;
    const handler = ports.handlerOf(port);
    if (handler !== undefined) {
      const payload = region.bytes.subarray(at + UDP_HEADER_LENGTH, at + udp.length);
      handler(payload, { address: source, port: sourcePort }, { address: destination, port });
      return;
    }
    counters.closedPort++;
    if (ports.mayReveal(port)) this.#complain(PORT_UNREACHABLE, region, start, now);
  }

  #deliverIcmp(region: Located, start: number, checksum: Checksum, now: number): void {
    const { icmp, output, counters } = this.#parts;
    const event = icmp.handle(region, start, this.#ipv4, now, checksum);
    if (!event.ok) counters.malformed++;
    else if (event.value.kind === 'report') this.#parts.onReport(event.value.report);
    else if (event.value.kind === 'reply') {
      output.send(this.#ipv4.source, PROTOCOL_ICMP, event.value.payload);
    }
  }

  #complain(code: number, region: Located, start: number, now: number): void {
    const { icmp, output } = this.#parts;
    const header = this.#ipv4;
    const message = icmp.report(UNREACHABLE, code, region.bytes, start, header, now);
    if (message !== undefined) output.send(header.source, PROTOCOL_ICMP, message);
  }
}
