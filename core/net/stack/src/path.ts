import type { Frame, Offloads } from '@atoll/device/network';
import { ETHERNET_HEADER_LENGTH } from '@atoll/device/network';
import type { IpAddress } from '@atoll/device/socket';
import type { TcpPath } from '@atoll/tcp/path';
import type { StackCounters } from './counters.ts';
import type { Link } from './link.ts';
import { ALL_OFFLOADS } from './tcp.ts';

/** The neighbour who gets what goes this way. */
interface PathWay<Address extends IpAddress> {
  readonly hop: Address;
}

/** What a path asks of IPv4 or IPv6 on its interface. */
export interface PathLayer<Address extends IpAddress, Way extends PathWay<Address>> {
  readonly headerLength: number;
  readonly output: { sendSegment(frame: Frame, way: Way, length: number): void };
  mtuTo(destination: Address): number;
  way(destination: Address, source?: Address): Way | undefined;
  /** The neighbour `hop` is there, and passes on what it gets. */
  confirm(hop: Address, now: number): void;
}

export interface PathParts<Address extends IpAddress, Way extends PathWay<Address>> {
  readonly link: Link;
  readonly layer: PathLayer<Address, Way>;
  /** `version` is another one when ways may have to be found again. */
  readonly routes: { readonly version: number };
  readonly counters: StackCounters;
}

/** The way of a TCP connection by one interface. */
export class Path<Address extends IpAddress, Way extends PathWay<Address>> implements TcpPath {
  readonly local: Address;
  readonly remote: Address;
  readonly networkHeaderLength: number;
  readonly transportStart: number;
  readonly offloads: Offloads = ALL_OFFLOADS;
  readonly #parts: PathParts<Address, Way>;
  /** `remote` without its zone. */
  readonly #destination: Address;
  #way: Way | undefined;
  /** The state of the routing table that `#way` is from. */
  #version = -1;

  constructor(
    parts: PathParts<Address, Way>,
    local: Address,
    remote: Address,
    destination: Address,
  ) {
    this.local = local;
    this.remote = remote;
    this.#destination = destination;
    this.networkHeaderLength = parts.layer.headerLength;
    this.transportStart = ETHERNET_HEADER_LENGTH + parts.layer.headerLength;
    this.#parts = parts;
  }

  get mtu(): number {
    return this.#parts.layer.mtuTo(this.#destination);
  }

  transmit(capacity: number): Frame | undefined {
    return this.#parts.link.transmitSegment(capacity);
  }

  send(frame: Frame, transportLength: number): void {
    const { layer, routes, counters } = this.#parts;
    if (this.#version !== routes.version) {
      this.#way = layer.way(this.#destination, this.local);
      this.#version = routes.version;
    }
    if (this.#way === undefined) counters.unsent++;
    else layer.output.sendSegment(frame, this.#way, transportLength);
  }

  confirm(now: number): void {
    if (this.#way !== undefined) this.#parts.layer.confirm(this.#way.hop, now);
  }
}
