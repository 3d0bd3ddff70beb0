import type { Frame, Offloads } from '@atoll/device/network';
import type { IpAddress } from '@atoll/device/socket';
import { TCP_HEADER_LENGTH } from '../packet.ts';

/** The IP layer below: it knows the ways to others. */
export interface TcpNetwork {
  /** The way to `remote`, from our address `local` when it is given; `undefined` when there is none. */
  path(remote: IpAddress, local?: IpAddress): TcpPath | undefined;
}

/** The way from one of our addresses to one peer. */
export interface TcpPath {
  readonly local: IpAddress;
  readonly remote: IpAddress;
  /** The longest IP packet in bytes that gets through as far as is known; may change. */
  readonly mtu: number;
  /** Bytes of the IP header: 20 or 40. */
  readonly networkHeaderLength: number;
  readonly offloads: Offloads;
  /** Where the TCP header begins in frames that `transmit` lends. */
  readonly transportStart: number;
  /**
   * Lends a frame of at least `capacity` bytes, counted from its beginning; `undefined` while the
   * device's queue is full. A frame that was lent and not sent may be lent again.
   */
  transmit(capacity: number): Frame | undefined;
  /**
   * Sends the frame that the last `transmit` lent with `transportLength` bytes of TCP in it. TCP has set
   * `checksumStart`, `checksumOffset` and `segmentSize`; what goes before it is written here.
   */
  send(frame: Frame, transportLength: number, now: number): void;
  /** What was sent arrives: the peer answered something new (RFC 4861 section 7.3.1). */
  confirm(now: number): void;
}

/** The largest segment in an IP packet of `mtu` bytes, without its header and without options (RFC 6691). */
export function segmentLimit({ networkHeaderLength }: TcpPath, mtu: number): number {
  return mtu - networkHeaderLength - TCP_HEADER_LENGTH;
}
