import type { IpAddress } from '@atoll/device/socket';

/**
 * What a router or the peer says by ICMP about a segment of ours. Anybody can say so: it counts only when
 * it quotes what is on its way (RFC 5927 section 4.1).
 */
export interface TcpReport {
  /**
   * `hard`: protocol or port unreachable, `soft`: all that may pass (RFC 5461), `too-big`: the segment
   * must be smaller than `mtu` allows.
   */
  readonly kind: 'hard' | 'soft' | 'too-big';
  readonly local: IpAddress;
  readonly remote: IpAddress;
  readonly localPort: number;
  readonly remotePort: number;
  /** The sequence number of the segment. */
  readonly sequence: number;
  /** For `too-big`: the longest IP packet in bytes, 0 when the router did not say; 0 otherwise. */
  readonly mtu: number;
}
