/**
 * Sockets for UDP and TCP, the same over our own stack and over the host's sockets on Node.js.
 *
 * An IPv4 address is a 32-bit unsigned number, an IPv6 address a bigint; both in network order, so
 * `192.0.2.1` is `0xc0000201`. They compare with `===` and serve as keys of a `Map`.
 *
 * The link-local address of a peer has the number of its link above bit 128, unless that is the first: its
 * zone (RFC 4007), `withZone` of `@atoll/ipv6/zone`. Send to it as it came, and it goes to that link.
 * `Interface.zone` says which number to give addresses and groups of a link that are known otherwise.
 */
export type IpAddress = number | bigint;

export interface Endpoint {
  readonly address: IpAddress;
  readonly port: number;
}

export interface UdpSocket {
  readonly port: number;
  /**
   * Sends `payload` to `to`, from our address `from` where the peer expects an answer from it; what is
   * not ours, such as the group that was asked, counts as none. With `mac`, the datagram goes to that
   * hardware address without asking ARP, as a DHCP server must for a client that has no address yet.
   * Host sockets ignore both. Like any datagram it may be lost; nothing is answered.
   */
  send(payload: Uint8Array, to: Endpoint, from?: IpAddress, mac?: number): void;
  close(): void;
}

/** `payload` is a view that is valid during the call only. `to` is the address the peer sent to. */
export type DatagramHandler = (payload: Uint8Array, from: Endpoint, to: Endpoint) => void;

/**
 * Somebody says by ICMP that what was sent to `to` did not arrive: `refused` when nobody listens there or
 * it is forbidden, `unreachable` for everything else, which may be over soon. It may be forged, and of most losses nobody
 * tells: take it as a hint to ask somebody else.
 */
export type DatagramFailureHandler = (to: Endpoint, reason: 'refused' | 'unreachable') => void;

export interface UdpSockets {
  /**
   * Binds `port`, or an unpredictable free one when it is 0; `undefined` when it is taken. `failed` hears of
   * datagrams that did not arrive; with host sockets never.
   */
  bind(
    port: number,
    handler: DatagramHandler,
    failed?: DatagramFailureHandler,
  ): UdpSocket | undefined;
}

/**
 * Connections over TCP. `accept` and `open` get the connection and answer who handles it; the handler is
 * first called after that.
 */
export interface TcpSockets {
  /** Listens on `port` of all our addresses; `undefined` when it is taken. */
  listen(port: number, accept: AcceptConnection): TcpListener | undefined;
  /** Opens a connection to `to`; when it cannot be, the handler is told by `onClosed`. */
  connect(to: Endpoint, open: AcceptConnection): TcpConnection;
}

export type AcceptConnection = (connection: TcpConnection) => TcpHandler;

export interface TcpListener {
  readonly port: number;
  /** Accepts no more; connections that were accepted stay. */
  close(): void;
}

/** One connection. After `onClosed` all methods do nothing. */
export interface TcpConnection {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Bytes in order that came and were not consumed: not always all, and none only when there are none.
   * The view is valid until the next `peek` or `consume`, or until the handler returns; sending leaves it. */
  peek(): Uint8Array;
  /** Takes the first `count` bytes of what `peek` shows away, which lets the peer send more. */
  consume(count: number): void;
  /** Whether the peer sends no more and everything was consumed. */
  readonly isFinished: boolean;
  /** How many bytes `write` would take now. */
  readonly room: number;
  /** Queues a copy of the first bytes of `bytes` for sending and answers how many there was room for. */
  write(bytes: Uint8Array): number;
  /** Sends no more after what was written (FIN); receiving goes on. */
  end(): void;
  /** Ends the connection at once and tells the peer (RST). */
  abort(): void;
  /** Small segments leave at once instead of waiting for acknowledgments (no Nagle); off at first. */
  noDelay: boolean;
  /** After so many milliseconds of silence the peer is asked whether it is there; 0, as at first, never. */
  keepAliveMs: number;
}

/** What an appliance does with a connection. No method is called inside a call of the connection. */
export interface TcpHandler {
  /** The handshake is over. For accepted connections this is the first call. */
  onConnected?(): void;
  /** There is something new to `peek`, or the peer finished. Not called again for the same bytes. */
  onReadable(): void;
  /** There is room again after `write` did not take everything. */
  onWritable?(): void;
  /** The last call. Bytes that were not consumed can still be had during it. */
  onClosed?(reason: CloseReason): void;
}

/**
 * `finished`: both sides ended and everything arrived; `aborted`: we did; `reset`: the peer did;
 * `refused`: nobody listens there; `timeout`: nothing was heard any more; `unreachable`: no way there.
 */
export type CloseReason = 'finished' | 'aborted' | 'reset' | 'refused' | 'timeout' | 'unreachable';

/** What an appliance needs of a network, when it does not care whose it is. */
export interface Sockets {
  readonly udp: UdpSockets;
  readonly tcp: TcpSockets;
}
