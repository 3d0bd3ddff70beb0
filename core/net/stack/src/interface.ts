import type { Frame, NetworkDevice } from '@atoll/device/network';
import { ETHERNET_HEADER_LENGTH } from '@atoll/device/network';
import type { UdpSockets } from '@atoll/device/socket';
import { isGroup, macAt } from '@atoll/ethernet/address';
import { DESTINATION, ETHERTYPE_ARP, ETHERTYPE_IPV4, etherTypeOf } from '@atoll/ethernet/packet';
import type { Logger } from '@atoll/log/log';
import { UdpPorts } from '@atoll/udp/socket';
import { Ipv4Layer } from './ipv4/layer.ts';
import { Link } from './link.ts';
import type { Shared } from './shared.ts';
import { Datagrams } from './udp.ts';

export interface InterfaceOptions {
  readonly device: NetworkDevice;
  readonly log: Logger;
  /** Sees every frame first; true means that it was dealt with. */
  readonly onFrame?: ((frame: Frame, now: number) => boolean) | undefined;
}

/** One Ethernet device and what is spoken on it. */
export class Interface {
  readonly device: NetworkDevice;
  readonly log: Logger;
  readonly ipv4: Ipv4Layer;
  readonly #ports: UdpPorts;
  readonly #shared: Shared;
  readonly #onFrame: InterfaceOptions['onFrame'];

  constructor({ device, log, onFrame }: InterfaceOptions, shared: Shared) {
    const link = new Link(device, shared.counters);
    this.device = device;
    this.log = log;
    this.#shared = shared;
    this.#onFrame = onFrame;
    this.#ports = new UdpPorts(shared.entropy, (port, payload, to, from, mac) =>
      this.sendUdp(port, payload, to.address, to.port, from, mac),
    );
    const datagrams = new Datagrams([this.#ports, shared.ports], shared.counters);
    this.ipv4 = new Ipv4Layer(this, link, datagrams, shared);
  }

  /**
   * Sockets of this interface alone: they go before those of the stack, need no route, and are of use
   * before the interface has an address.
   */
  get udp(): UdpSockets {
    return this.#ports;
  }

  get nextTimeout(): number {
    return this.ipv4.nextTimeout;
  }

  /** Receives up to `limit` frames; answers whether the device has no more. */
  receive(limit: number, now: number): boolean {
    for (let handled = 0; handled < limit; handled++) {
      const frame = this.device.receive();
      if (frame === undefined) return true;
      if (this.#onFrame === undefined || !this.#onFrame(frame, now)) this.handle(frame, now);
    }
    return false;
  }

  handle(frame: Frame, now: number): void {
    const { counters } = this.#shared;
    if (frame.length < ETHERNET_HEADER_LENGTH) {
      counters.malformed++;
      return;
    }
    const destination = macAt(frame.bytes, DESTINATION);
    const isForAll = isGroup(destination);
    const etherType = etherTypeOf(frame.bytes);
    if (!isForAll && destination !== this.device.mac) counters.foreign++;
    else if (etherType === ETHERTYPE_IPV4) this.ipv4.handle(frame, isForAll, now);
    else if (etherType === ETHERTYPE_ARP) this.ipv4.handleArp(frame, now);
    else counters.foreign++;
  }

  /** Does what is due apart from receiving. */
  poll(now: number): void {
    this.ipv4.poll(now);
  }

  sendUdp(
    sourcePort: number,
    payload: Uint8Array,
    to: number | bigint,
    port: number,
    from: number | bigint | undefined,
    mac: number | undefined,
  ): void {
    const way =
      typeof to === 'number' && typeof from !== 'bigint' ? this.ipv4.way(to, from) : undefined;
    if (way === undefined) this.#shared.counters.unsent++;
    else this.ipv4.output.sendUdp(way, sourcePort, port, payload, mac);
  }
}
