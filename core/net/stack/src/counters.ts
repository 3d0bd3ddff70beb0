/** What became of datagrams that did not arrive. Every count only grows. */
export interface StackCounters {
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
  return { malformed: 0, foreign: 0, closedPort: 0, unsent: 0 };
}
