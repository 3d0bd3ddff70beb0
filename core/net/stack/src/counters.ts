/** What came and went beside TCP, and what became of the rest. Every count only grows. */
export interface StackCounters {
  /** UDP datagrams that somebody listened for, and those to send. */
  receivedDatagrams: number;
  sentDatagrams: number;
  /** Packets of ARP, and messages of ICMP and ICMPv6, Neighbor Discovery among them. */
  receivedArp: number;
  receivedIcmp: number;
  /** Frames that are broken or not allowed to exist. */
  malformed: number;
  /** Frames for others, or of protocols that we do not speak. */
  foreign: number;
  /** UDP datagrams for a port that is closed. */
  closedPort: number;
  /** Datagrams to send that had no route, no neighbour, or no room to wait for one or in the device. */
  unsent: number;
}

export function zeroStackCounters(): StackCounters {
  return {
    ...{ receivedDatagrams: 0, sentDatagrams: 0, receivedArp: 0, receivedIcmp: 0 },
    ...{ malformed: 0, foreign: 0, closedPort: 0, unsent: 0 },
  };
}
