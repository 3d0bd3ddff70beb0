import { echo } from '@atoll/device/services';
import type { Sockets } from '@atoll/device/socket';
import { bind, isAnswerable, listen } from './port.ts';

const PORT = 7;

/** Sends back what comes (RFC 862). */
export function startEcho(sockets: Sockets): void {
  listen(sockets.tcp, PORT, (connection) => {
    connection.noDelay = true;
    return echo(connection);
  });
  const socket = bind(sockets, PORT, (payload, from, to) => {
    if (isAnswerable(from.port)) socket.send(payload, from, to.address);
  });
}
