import type { Socket } from 'node:dgram';
import { createSocket } from 'node:dgram';
import type { DatagramHandler, UdpSocket, UdpSockets } from '@atoll/device/socket';
import type { HostEndpoint } from './address.ts';
import { addressOf, addressText, endpointOf, LOOPBACK } from './address.ts';

/**
 * The host's UDP sockets. A port of the appliance is bound where `ports` says, else on 127.0.0.1 when
 * it serves, and on any free port when the appliance asks for port 0. `woken` runs after each
 * datagram; `failed` when a port cannot be had.
 */
export function hostUdp(
  ports: ReadonlyMap<number, HostEndpoint>,
  woken: () => void,
  failed: (reason: string) => void,
): UdpSockets {
  return {
    bind(port, handler) {
      if (port === 0) return bindAny(handler, woken, failed);
      const local = ports.get(port) ?? { address: LOOPBACK, port };
      const socket = open(local, port, handler, woken, failed);
      return udpSocket(port, () => socket);
    },
  };
}

/** A client's socket: one of the host for each family, made when it is first needed. */
function bindAny(
  handler: DatagramHandler,
  woken: () => void,
  failed: (reason: string) => void,
): UdpSocket {
  const sockets = new Map<string, Socket>();
  return udpSocket(
    0,
    (isIpv6) => {
      const address = isIpv6 ? '::' : '0.0.0.0';
      const socket = sockets.get(address) ?? open({ address, port: 0 }, 0, handler, woken, failed);
      sockets.set(address, socket);
      return socket;
    },
    () => [...sockets.values()],
  );
}

function udpSocket(
  port: number,
  socketFor: (isIpv6: boolean) => Socket,
  all: () => Socket[] = () => [socketFor(false)],
): UdpSocket {
  let isOpen = true;
  return {
    port,
    send(payload, to) {
      if (!isOpen) return;
      const socket = socketFor(typeof to.address === 'bigint');
      // Sending happens later than this call, when the view may hold something else.
      socket.send(payload.slice(), to.port, addressText(to.address), () => {});
    },
    close() {
      if (isOpen) for (const socket of all()) socket.close();
      isOpen = false;
    },
  };
}

function open(
  local: HostEndpoint,
  port: number,
  handler: DatagramHandler,
  woken: () => void,
  failed: (reason: string) => void,
): Socket {
  const socket = createSocket(local.address.includes(':') ? 'udp6' : 'udp4');
  const to = { address: addressOf(local.address), port };
  socket.on('message', (payload, from) => {
    handler(payload, endpointOf(from), to);
    woken();
  });
  socket.on('error', ({ message }) => failed(`UDP ${local.address}:${local.port}: ${message}`));
  socket.bind(local.port, local.address);
  return socket;
}
