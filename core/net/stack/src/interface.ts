import type { Frame, NetworkDevice, Responder } from '@atoll/device/network';
import { ETHERNET_HEADER_LENGTH } from '@atoll/device/network';
import type { IpAddress, UdpSockets } from '@atoll/device/socket';
import { isGroup, macAt } from '@atoll/ethernet/address';
import {
  DESTINATION,
  ETHERTYPE_ARP,
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  etherTypeOf,
} from '@atoll/ethernet/packet';
import { withoutZone } from '@atoll/ipv6/zone';
import type { Logger } from '@atoll/log/log';
import type { Coalescer } from '@atoll/tcp/gro';
import { UdpPorts } from '@atoll/udp/socket';
import { Ipv4Layer } from './ipv4/layer.ts';
import type { Ipv6Options } from './ipv6/layer.ts';
import { Ipv6Layer } from './ipv6/layer.ts';
import { Link } from './link.ts';
import type { Shared } from './shared.ts';
import { Datagrams } from './udp.ts';

export interface InterfaceOptions {
  readonly device: NetworkDevice;
  /** How many interfaces were there before. */
  readonly zone: number;
  readonly log: Logger;
  /** `undefined` for none. */
  readonly ipv6: Ipv6Options | undefined;
  /** Answers frames before anything else sees them. */
  readonly responder: Responder | undefined;
}

/** One Ethernet device and what is spoken on it. */
export class Interface {
  readonly device: NetworkDevice;
  /** The number of the link in addresses that mean something on one link only, see `@atoll/ipv6/zone`. */
  readonly zone: number;
  readonly log: Logger;
  readonly link: Link;
  readonly ipv4: Ipv4Layer;
  readonly ipv6: Ipv6Layer;
  readonly #hasIpv6: boolean;
  readonly #ports: UdpPorts;
  readonly #shared: Shared;
  /** Where the device leaves that to us. */
  readonly #responder: Responder | undefined;
  /** Joins segments that the device has not joined. */
  readonly #coalescer: Coalescer | undefined;

  constructor({ device, zone, log, ipv6, responder }: InterfaceOptions, shared: Shared) {
    const { counters, segmenter, allocate } = shared;
    this.device = device;
    this.zone = zone;
    this.log = log;
    this.link = new Link(device, counters, segmenter, allocate);
    this.#shared = shared;
    if (device.respond === undefined) this.#responder = responder;
    else if (responder !== undefined) device.respond(responder);
    this.#ports = new UdpPorts(shared.entropy, (port, payload, to, from, mac) =>
      this.sendUdp(port, payload, to.address, to.port, from, mac),
    );
    if (!device.offloads.segmentation) this.#coalescer = shared.createCoalescer();
    const datagrams = new Datagrams([this.#ports, shared.ports], counters);
    this.ipv4 = new Ipv4Layer(this, this.link, datagrams, shared);
    this.#hasIpv6 = ipv6 !== undefined;
    this.ipv6 = new Ipv6Layer(this, this.link, datagrams, shared, ipv6 ?? NO_IPV6);
  }

  /**
   * Sockets of this interface alone: they go before those of the stack, need no route, and are of use
   * before the interface has an address.
   */
  get udp(): UdpSockets {
    return this.#ports;
  }

  get nextTimeout(): number {
    const { nextTimeout } = this.ipv4;
    return this.#hasIpv6 ? Math.min(nextTimeout, this.ipv6.nextTimeout) : nextTimeout;
  }

  /** Receives up to `limit` frames; answers whether the device has no more. */
  receive(limit: number, now: number): boolean {
    const coalescer = this.#coalescer;
    let isEmpty = false;
    for (let handled = 0; handled < limit; handled++) {
      const frame = this.device.receive();
      if (frame === undefined) {
        isEmpty = true;
        break;
      }
      if (this.#responder !== undefined && this.#respond(this.#responder, frame, now)) continue;
      if (coalescer?.take(frame)) continue;
      this.#handleHeld(now);
      if (coalescer === undefined || !coalescer.take(frame)) this.handle(frame, now);
    }
    this.#handleHeld(now);
    return isEmpty;
  }

  handle(frame: Frame, now: number): void {
    const { counters, tcp } = this.#shared;
    const { host } = this.ipv4;
    if (host !== undefined && tcp.handleFrame(frame, host, now)) return;
    if (frame.length < ETHERNET_HEADER_LENGTH) {
      counters.malformed++;
      return;
    }
    const destination = macAt(frame.bytes, DESTINATION);
    const isForAll = isGroup(destination);
    const etherType = etherTypeOf(frame.bytes);
    if (!isForAll && destination !== this.device.mac) counters.foreign++;
    else if (etherType === ETHERTYPE_IPV4) this.ipv4.handle(frame, isForAll, now);
    else if (etherType === ETHERTYPE_IPV6 && this.#hasIpv6) this.ipv6.handle(frame, isForAll, now);
    else if (etherType === ETHERTYPE_ARP) this.ipv4.handleArp(frame, now);
    else counters.foreign++;
  }

  /** Does what is due apart from receiving. */
  poll(now: number): void {
    this.ipv4.poll(now);
    if (this.#hasIpv6) this.ipv6.poll(now);
  }

  /**
   * Sends a datagram by this interface, whatever the routes are. When `from` is not ours, such as a group
   * that was asked, one of our addresses is the source.
   */
  sendUdp(
    sourcePort: number,
    payload: Uint8Array,
    to: IpAddress,
    port: number,
    from: IpAddress | undefined,
    mac: number | undefined,
  ): void {
    this.#shared.counters.sentDatagrams++;
    if (typeof to === 'number') {
      const way = this.ipv4.way(to, this.ipv4.isSource(from) ? from : undefined);
      if (way === undefined) this.#shared.counters.unsent++;
      else this.ipv4.output.sendUdp(way, sourcePort, port, payload, mac);
    } else {
      const source = this.ipv6.isSource(from) ? from : undefined;
      const way = this.ipv6.way(withoutZone(to), source);
      if (way === undefined) this.#shared.counters.unsent++;
      else this.ipv6.output.sendUdp(way, sourcePort, port, payload, mac);
    }
  }

  #respond(responder: Responder, frame: Frame, now: number): boolean {
    const out = this.device.transmit();
    if (out === undefined) return false;
    const { address, length, isChecked } = frame;
    out.length = responder(address, length, isChecked ? 1 : 0, out.address, now);
    if (out.length === 0) return false;
    this.device.send(out);
    return true;
  }

  /** Hands on what the coalescer holds. */
  #handleHeld(now: number): void {
    const held = this.#coalescer?.flush();
    if (held !== undefined) this.handle(held, now);
  }
}

const NO_IPV6: Ipv6Options = { autoconfigure: false };
