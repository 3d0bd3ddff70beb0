import type { Sockets, TcpConnection, TcpHandler } from '@atoll/device/socket';
import { bind, isAnswerable, listen } from './port.ts';

const PORT = 7;

/** Sends back what comes (RFC 862). */
export function startEcho(sockets: Sockets): void {
  listen(sockets.tcp, PORT, echo);
  const socket = bind(sockets, PORT, (payload, from, to) => {
    if (isAnswerable(from.port)) socket.send(payload, from, to.address);
  });
}

function echo(connection: TcpConnection): TcpHandler {
  connection.noDelay = true;
  // What there is no room for stays unread until there is, and in the end the peer has to wait.
  const copy = () => {
    for (let bytes = connection.peek(); bytes.length > 0; bytes = connection.peek()) {
      const taken = connection.write(bytes);
      connection.consume(taken);
      if (taken < bytes.length) return;
    }
    if (connection.isFinished) connection.end();
  };
  return { onReadable: copy, onWritable: copy };
}
