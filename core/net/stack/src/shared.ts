import type { Checksum } from '@atoll/bytes/fast';
import type { Entropy } from '@atoll/device/system';
import type { IcmpReport } from '@atoll/icmp/engine';
import type { Identifications } from '@atoll/ipv4/identification';
import type { RouteTable } from '@atoll/route/table';
import type { UdpPorts } from '@atoll/udp/socket';
import type { StackCounters } from './counters.ts';
import type { Interface } from './interface.ts';
import type { Segments } from './tcp.ts';

/** What all interfaces of a stack have in common. */
export interface Shared {
  readonly entropy: Entropy;
  readonly checksum: Checksum;
  readonly counters: StackCounters;
  readonly identifications: Identifications;
  readonly routes4: RouteTable<number, Interface>;
  /** The UDP ports of all interfaces. */
  readonly ports: UdpPorts;
  readonly tcp: Segments;
  /** Gets errors about datagrams from our addresses. They may be forged. */
  onReport(report: IcmpReport, now: number): void;
}
