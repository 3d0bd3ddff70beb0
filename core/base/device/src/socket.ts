/**
 * Datagram sockets, the same over our own stack and over the host's sockets on Node.js.
 *
 * An IPv4 address is a 32-bit unsigned number, an IPv6 address a bigint; both in network order, so
 * `192.0.2.1` is `0xc0000201`. They compare with `===` and serve as keys of a `Map`.
 */
export type IpAddress = number | bigint;

export interface Endpoint {
  readonly address: IpAddress;
  readonly port: number;
}

export interface UdpSocket {
  readonly port: number;
  /**
   * Sends `payload` to `to`. With `mac`, the datagram goes to that hardware address without asking
   * ARP, as a DHCP server must for a client that has no address yet; host sockets ignore it.
   * Like any datagram it may be lost; nothing is answered.
   */
  send(payload: Uint8Array, to: Endpoint, mac?: number): void;
  close(): void;
}

/** `payload` is a view that is valid during the call only. `to` is the address the peer sent to. */
export type DatagramHandler = (payload: Uint8Array, from: Endpoint, to: Endpoint) => void;

export interface UdpSockets {
  /** Binds `port`, or an unpredictable free one when it is 0; `undefined` when it is taken. */
  bind(port: number, handler: DatagramHandler): UdpSocket | undefined;
}
