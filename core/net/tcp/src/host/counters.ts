/** What a TCP host counts: segments and connections, from its start on. */
export interface TcpCounters {
  receivedSegments: number;
  sentSegments: number;
  /** Of those, what had been sent before. */
  resentSegments: number;
  /** Segments that were no TCP: cut short, or with a wrong checksum. */
  malformed: number;
  /** Connections that we opened and that peers opened to us, once established. */
  activeOpens: number;
  passiveOpens: number;
  /** Attempts that came to nothing. */
  failedOpens: number;
  /** Established connections that ended with a RST of the peer. */
  resets: number;
  /** Segments for no connection of ours, and RSTs for them. */
  strays: number;
  sentResets: number;
  /** SYNs that were answered with a cookie, and connections made from one. */
  cookiesSent: number;
  cookiesAccepted: number;
  /** SYNs that found no room, because of a limit on connections. */
  refusedByLimit: number;
  /** Connections that had to give way to others when memory was used up. */
  evicted: number;
  /** Reports by ICMP that were about nothing that we have sent: forged or late. */
  ignoredReports: number;
}

export function zeroTcpCounters(): TcpCounters {
  return {
    receivedSegments: 0,
    sentSegments: 0,
    resentSegments: 0,
    malformed: 0,
    activeOpens: 0,
    passiveOpens: 0,
    failedOpens: 0,
    resets: 0,
    strays: 0,
    sentResets: 0,
    cookiesSent: 0,
    cookiesAccepted: 0,
    refusedByLimit: 0,
    evicted: 0,
    ignoredReports: 0,
  };
}
