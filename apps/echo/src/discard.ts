import type { Sockets, TcpConnection, TcpHandler } from '@atoll/device/socket';
import { bind, listen } from './port.ts';

const PORT = 9;

/** Throws away what comes (RFC 863). */
export function startDiscard(sockets: Sockets): void {
  listen(sockets.tcp, PORT, discard);
  bind(sockets, PORT, () => {});
}

function discard(connection: TcpConnection): TcpHandler {
  return {
    onReadable() {
      for (let { length } = connection.peek(); length > 0; { length } = connection.peek()) {
        connection.consume(length);
      }
      if (connection.isFinished) connection.end();
    },
  };
}
