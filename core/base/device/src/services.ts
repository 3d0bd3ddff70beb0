import type { TcpConnection, TcpHandler } from './socket.ts';

/** Sends back what comes (RFC 862). */
export function echo(connection: TcpConnection): TcpHandler {
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

/** Throws away what comes (RFC 863). */
export function discard(connection: TcpConnection): TcpHandler {
  return {
    onReadable() {
      for (let { length } = connection.peek(); length > 0; { length } = connection.peek()) {
        connection.consume(length);
      }
      if (connection.isFinished) connection.end();
    },
  };
}
