import type { Checksum, Located } from '@atoll/bytes/fast';
import type { IpAddress } from '@atoll/device/socket';
import { emptyUdpHeader, parseUdp, UDP_HEADER_LENGTH } from '@atoll/udp/packet';
import type { UdpPorts } from '@atoll/udp/socket';
import type { StackCounters } from './counters.ts';

/** What became of a datagram. */
export const DELIVERED = 0;
export const MALFORMED = 1;
/** Nobody listens, and the sender may be told. */
export const CLOSED = 2;
/** Nobody listens, and that is nobody's business. */
export const SILENT = 3;

/** Hands UDP datagrams that came by one interface to sockets. */
export class Datagrams {
  readonly #ports: readonly UdpPorts[];
  readonly #counters: StackCounters;
  readonly #udp = emptyUdpHeader();

  /** Sockets of the first of `ports` go before those of the others. */
  constructor(ports: readonly UdpPorts[], counters: StackCounters) {
    this.#ports = ports;
    this.#counters = counters;
  }

  /**
   * Takes the datagram in `region` from `start` up to at most `end`. `addresses` is their sum, or
   * `VOUCHED`.
   */
  handle(
    region: Located,
    start: number,
    end: number,
    source: IpAddress,
    destination: IpAddress,
    addresses: number,
    checksum: Checksum,
  ): number {
    const udp = this.#udp;
    if (!parseUdp(region, start, end, addresses, udp, checksum).ok) return MALFORMED;
    const port = udp.destinationPort;
    for (const ports of this.#ports) {
      const handler = ports.handlerOf(port);
      if (handler === undefined) continue;
      this.#counters.receivedDatagrams++;
      const payload = region.bytes.subarray(start + UDP_HEADER_LENGTH, start + udp.length);
      handler(payload, { address: source, port: udp.sourcePort }, { address: destination, port });
      return DELIVERED;
    }
    this.#counters.closedPort++;
    return this.#ports.every((ports) => ports.mayReveal(port)) ? CLOSED : SILENT;
  }
}
