import type { Arp, ArpEvent } from '@atoll/arp/engine';
import type { ArpPacket } from '@atoll/arp/packet';
import { ARP_LENGTH, emitArp } from '@atoll/arp/packet';
import type { Checksum } from '@atoll/bytes/fast';
import { plainChecksum } from '@atoll/bytes/fast';
import type { NetworkDevice } from '@atoll/device/network';
import { ETHERNET_HEADER_LENGTH, FRAME_CAPACITY } from '@atoll/device/network';
import type { Endpoint } from '@atoll/device/socket';
import { BROADCAST_MAC } from '@atoll/ethernet/address';
import { ETHERTYPE_ARP, ETHERTYPE_IPV4, emitEthernet } from '@atoll/ethernet/packet';
import { LIMITED_BROADCAST } from '@atoll/ipv4/address';
import { fragments } from '@atoll/ipv4/fragmentation';
import type { Identifications } from '@atoll/ipv4/identification';
import {
  emitIpv4,
  emptyIpv4Header,
  IPV4_HEADER_LENGTH,
  MAX_DATAGRAM_LENGTH,
  PROTOCOL_UDP,
} from '@atoll/ipv4/packet';
import { addressSum } from '@atoll/ipv4/pseudo-header';
import { emitUdp, emptyUdpHeader, UDP_HEADER_LENGTH } from '@atoll/udp/packet';
import type { StackCounters } from './counters.ts';
import type { Routes } from './route.ts';

/** A datagram on its way out: the payload of an IPv4 header that is still to be written. */
export interface Outgoing {
  readonly destination: number;
  readonly protocol: number;
  readonly payload: Uint8Array;
  /** What it costs while it waits for a hardware address. */
  readonly length: number;
}

export interface OutputParts {
  readonly device: NetworkDevice;
  readonly routes: Routes;
  readonly arp: Arp<Outgoing>;
  readonly identifications: Identifications;
  readonly checksum: Checksum;
  readonly counters: StackCounters;
}

/** Sends: from datagram to frame. */
export class Output {
  readonly #device: NetworkDevice;
  readonly #routes: Routes;
  readonly #arp: Arp<Outgoing>;
  readonly #identifications: Identifications;
  readonly #checksum: Checksum;
  readonly #counters: StackCounters;
  readonly #mtu: number;
  // One header each serves for all datagrams, so that sending one allocates nothing.
  readonly #ipv4 = emptyIpv4Header();
  readonly #udp = emptyUdpHeader();
  /** The Ethernet header for `#neighbour`: the next datagram mostly goes where the last one went. */
  readonly #ethernet = new Uint8Array(ETHERNET_HEADER_LENGTH);
  #neighbour: number | undefined;

  constructor(parts: OutputParts) {
    this.#device = parts.device;
    this.#routes = parts.routes;
    this.#arp = parts.arp;
    this.#identifications = parts.identifications;
    this.#checksum = parts.checksum;
    this.#counters = parts.counters;
    this.#mtu = Math.min(parts.device.mtu, FRAME_CAPACITY - ETHERNET_HEADER_LENGTH);
    this.#ipv4.source = parts.routes.prefix.address;
    this.#ipv4.timeToLive = TIME_TO_LIVE;
  }

  /** Sends a UDP datagram, built in the frame itself if it can leave at once and in one piece. */
  sendUdp(sourcePort: number, payload: Uint8Array, to: Endpoint, given: number | undefined): void {
    const destination = to.address;
    const length = UDP_HEADER_LENGTH + payload.length;
    if (typeof destination !== 'number') throw new RangeError('this stack speaks IPv4 only');
    if (length > MAX_DATAGRAM_LENGTH - IPV4_HEADER_LENGTH) {
      throw new RangeError(`${payload.length} bytes do not fit into a UDP datagram`);
    }
    const udp = this.#udp;
    udp.sourcePort = sourcePort;
    udp.destinationPort = to.port;
    udp.length = length;
    const { address } = this.#routes.prefix;
    const mac = given ?? this.#find(destination);
    if (mac === undefined || IPV4_HEADER_LENGTH + length > this.#mtu) {
      const region = { bytes: new Uint8Array(length), address: 0 };
      region.bytes.set(payload, UDP_HEADER_LENGTH);
      emitUdp(region, 0, addressSum(address, destination), udp, plainChecksum);
      this.#send(destination, PROTOCOL_UDP, region.bytes, mac);
      return;
    }
    const frame = this.#device.transmit();
    if (frame === undefined) {
      this.#counters.unsent++;
      return;
    }
    frame.bytes.set(payload, UDP_PAYLOAD);
    emitUdp(frame, UDP_HEADER, addressSum(address, destination), udp, this.#checksum);
    const ipv4 = this.#ipv4;
    ipv4.totalLength = IPV4_HEADER_LENGTH + length;
    ipv4.identification = this.#identifications.next();
    ipv4.moreFragments = false;
    ipv4.fragmentOffset = 0;
    ipv4.protocol = PROTOCOL_UDP;
    ipv4.destination = destination;
    emitIpv4(frame, ETHERNET_HEADER_LENGTH, ipv4, this.#checksum);
    this.#emitEthernet(frame.bytes, mac);
    frame.length = UDP_PAYLOAD + payload.length;
    this.#device.send(frame);
  }

  /** Sends `payload`, which it keeps, as datagrams of `protocol` to `destination`. */
  send(destination: number, protocol: number, payload: Uint8Array): void {
    this.#send(destination, protocol, payload, this.#find(destination));
  }

  /** Sends what ARP wants sent, and the datagrams that waited for it. */
  carryOut(event: ArpEvent<Outgoing>): void {
    if (event.kind === 'send') this.#sendArp(event.destination, event.packet);
    else if (event.kind === 'unreachable') this.#counters.unsent += event.items.length;
    else if (event.kind === 'resolved') {
      for (const outgoing of event.items) this.#transmit(outgoing, event.mac);
    }
  }

  /** The hardware address that a datagram for `destination` goes to, if it is known. */
  #find(destination: number): number | undefined {
    const hop = this.#routes.nextHop(destination);
    if (hop === undefined) return undefined;
    return hop === LIMITED_BROADCAST ? BROADCAST_MAC : this.#arp.find(hop);
  }

  #send(destination: number, protocol: number, payload: Uint8Array, mac: number | undefined): void {
    const outgoing = { destination, protocol, payload, length: payload.length };
    if (mac !== undefined) {
      this.#transmit(outgoing, mac);
      return;
    }
    const hop = this.#routes.nextHop(destination);
    if (hop === undefined) this.#counters.unsent++;
    else this.#counters.unsent += this.#arp.wait(hop, outgoing);
  }

  #transmit({ destination, protocol, payload }: Outgoing, mac: number): void {
    const ipv4 = this.#ipv4;
    ipv4.protocol = protocol;
    ipv4.destination = destination;
    ipv4.identification = this.#identifications.next();
    for (const { offset, length, more } of fragments(payload.length, this.#mtu)) {
      const frame = this.#device.transmit();
      if (frame === undefined) {
        // The rest is useless without this fragment.
        this.#counters.unsent++;
        return;
      }
      ipv4.totalLength = IPV4_HEADER_LENGTH + length;
      ipv4.moreFragments = more;
      ipv4.fragmentOffset = offset;
      this.#emitEthernet(frame.bytes, mac);
      emitIpv4(frame, ETHERNET_HEADER_LENGTH, ipv4, this.#checksum);
      frame.bytes.set(payload.subarray(offset, offset + length), UDP_HEADER);
      frame.length = UDP_HEADER + length;
      this.#device.send(frame);
    }
  }

  #emitEthernet(bytes: Uint8Array, mac: number): void {
    if (mac !== this.#neighbour) {
      emitEthernet(this.#ethernet, mac, this.#device.mac, ETHERTYPE_IPV4);
      this.#neighbour = mac;
    }
    bytes.set(this.#ethernet);
  }

  #sendArp(destination: number, packet: ArpPacket): void {
    const frame = this.#device.transmit();
    if (frame === undefined) return;
    emitEthernet(frame.bytes, destination, this.#device.mac, ETHERTYPE_ARP);
    emitArp(frame.bytes, ETHERNET_HEADER_LENGTH, packet);
    frame.length = ETHERNET_HEADER_LENGTH + ARP_LENGTH;
    this.#device.send(frame);
  }
}

/** Offsets into a frame. */
const UDP_HEADER = ETHERNET_HEADER_LENGTH + IPV4_HEADER_LENGTH;
const UDP_PAYLOAD = UDP_HEADER + UDP_HEADER_LENGTH;
/** IANA's recommendation for the time to live. */
const TIME_TO_LIVE = 64;
