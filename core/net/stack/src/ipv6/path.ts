import type { Frame, Offloads } from '@atoll/device/network';
import { ETHERNET_HEADER_LENGTH } from '@atoll/device/network';
import { IPV6_HEADER_LENGTH, PROTOCOL_TCP } from '@atoll/ipv6/packet';
import type { TcpPath } from '@atoll/tcp/path';
import type { Interface } from '../interface.ts';
import type { Shared } from '../shared.ts';
import { ALL_OFFLOADS } from '../tcp.ts';
import type { Ipv6Way } from './output.ts';

/** The way of a TCP connection over IPv6. */
export class Ipv6Path implements TcpPath {
  readonly local: bigint;
  readonly remote: bigint;
  readonly networkHeaderLength = IPV6_HEADER_LENGTH;
  readonly transportStart = ETHERNET_HEADER_LENGTH + IPV6_HEADER_LENGTH;
  readonly offloads: Offloads = ALL_OFFLOADS;
  readonly #by: Interface;
  readonly #shared: Shared;
  #way: Ipv6Way | undefined;
  /** The state of the routing table that `#way` is from. */
  #version = -1;

  constructor(by: Interface, local: bigint, remote: bigint, shared: Shared) {
    this.#by = by;
    this.local = local;
    this.remote = remote;
    this.#shared = shared;
  }

  get mtu(): number {
    return this.#by.ipv6.mtuTo(this.remote);
  }

  transmit(capacity: number): Frame | undefined {
    return this.#by.link.transmitSegment(capacity);
  }

  send(frame: Frame, transportLength: number): void {
    const { routes6, counters } = this.#shared;
    if (this.#version !== routes6.version) {
      this.#way = this.#by.ipv6.way(this.remote, this.local);
      this.#version = routes6.version;
    }
    if (this.#way === undefined) counters.unsent++;
    else this.#by.ipv6.output.sendWhole(frame, this.#way, PROTOCOL_TCP, transportLength);
  }
}
