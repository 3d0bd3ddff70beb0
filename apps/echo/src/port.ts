import { Misconfiguration } from '@atoll/appliance/appliance';
import type {
  AcceptConnection,
  DatagramHandler,
  Sockets,
  TcpSockets,
  UdpSocket,
} from '@atoll/device/socket';

/** Binds a UDP port that must be free. */
export function bind({ udp }: Sockets, port: number, handler: DatagramHandler): UdpSocket {
  const socket = udp.bind(port, handler);
  if (socket === undefined) throw new Misconfiguration(`UDP port ${port} is taken`);
  return socket;
}

/** Listens on a TCP port that must be free. */
export function listen(tcp: TcpSockets, port: number, accept: AcceptConnection): void {
  if (tcp.listen(port, accept) === undefined) {
    throw new Misconfiguration(`TCP port ${port} is taken`);
  }
}

/**
 * Whether a datagram from `port` may be answered by a service that answers everything: two such services
 * would go on for ever, and theirs are the ports below 1024 (CERT advisory CA-1996-01).
 */
export function isAnswerable(port: number): boolean {
  return port >= 1024;
}
