import type { Frame, Offloads } from '@atoll/device/network';
import { ETHERNET_HEADER_LENGTH } from '@atoll/device/network';
import { IPV4_HEADER_LENGTH, PROTOCOL_TCP } from '@atoll/ipv4/packet';
import type { TcpPath } from '@atoll/tcp/path';
import type { Interface } from '../interface.ts';
import type { Shared } from '../shared.ts';
import { ALL_OFFLOADS } from '../tcp.ts';
import type { Ipv4Way } from './output.ts';

/** The way of a TCP connection over IPv4. */
export class Ipv4Path implements TcpPath {
  readonly local: number;
  readonly remote: number;
  readonly networkHeaderLength = IPV4_HEADER_LENGTH;
  readonly transportStart = ETHERNET_HEADER_LENGTH + IPV4_HEADER_LENGTH;
  readonly offloads: Offloads = ALL_OFFLOADS;
  readonly #by: Interface;
  readonly #shared: Shared;
  #way: Ipv4Way | undefined;
  /** The state of the routing table that `#way` is from. */
  #version = -1;

  constructor(by: Interface, local: number, remote: number, shared: Shared) {
    this.#by = by;
    this.local = local;
    this.remote = remote;
    this.#shared = shared;
  }

  get mtu(): number {
    const { paths, time } = this.#shared;
    return paths.find(this.remote, this.#by.ipv4.mtu, time.now);
  }

  transmit(capacity: number): Frame | undefined {
    return this.#by.link.transmitSegment(capacity);
  }

  send(frame: Frame, transportLength: number): void {
    const { routes4, counters } = this.#shared;
    if (this.#version !== routes4.version) {
      this.#way = this.#by.ipv4.way(this.remote, this.local);
      this.#version = routes4.version;
    }
    if (this.#way === undefined) counters.unsent++;
    else this.#by.ipv4.output.sendUnfragmented(frame, this.#way, PROTOCOL_TCP, transportLength);
  }
}
