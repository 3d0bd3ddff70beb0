import type { Checksum } from '@atoll/bytes/fast';
import type { Allocate } from '@atoll/device/frame';
import type { IpAddress } from '@atoll/device/socket';
import type { Entropy } from '@atoll/device/system';
import type { IcmpReport } from '@atoll/icmp/report';
import type { Ipv4Wire } from '@atoll/ipv4/fast';
import type { Identifications } from '@atoll/ipv4/identification';
import type { AddressReader } from '@atoll/ipv6/fast';
import type { PathMtuCache } from '@atoll/path-mtu/cache';
import type { RouteTable } from '@atoll/route/table';
import type { Coalescer } from '@atoll/tcp/gro';
import type { Segmenter } from '@atoll/tcp/gso';
import type { UdpPorts } from '@atoll/udp/socket';
import type { StackCounters } from './counters.ts';
import type { Interface } from './interface.ts';
import type { Segments } from './tcp.ts';

/** What all interfaces of a stack have in common. */
export interface Shared {
  readonly entropy: Entropy;
  readonly checksum: Checksum;
  readonly ipv4: Ipv4Wire;
  readonly addresses: AddressReader;
  /** For devices that do not do it themselves. */
  readonly segmenter: Segmenter;
  createCoalescer(): Coalescer;
  readonly allocate: Allocate;
  readonly counters: StackCounters;
  readonly identifications: Identifications;
  readonly routes4: RouteTable<number, Interface>;
  readonly routes6: RouteTable<bigint, Interface>;
  readonly paths: PathMtuCache;
  /** When the stack was polled last, in monotonic milliseconds. */
  readonly time: { now: number };
  /** The UDP ports of all interfaces. */
  readonly ports: UdpPorts;
  readonly tcp: Segments;
  /** Gets errors about packets from our addresses. They may be forged. */
  onReport(report: IcmpReport<IpAddress>, now: number): void;
}
