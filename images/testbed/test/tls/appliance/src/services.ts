import { decodeLatin1, encodeLatin1 } from '@atoll/bytes/latin1';
import { discard } from '@atoll/device/services';
import type { TcpConnection, TcpHandler } from '@atoll/device/socket';
import type { TlsSocket } from '@atoll/tls-socket/socket';

/** Sends bytes for as long as somebody takes them. */
export function generate(connection: TcpConnection): TcpHandler {
  const fill = () => {
    while (connection.write(BYTES) > 0);
  };
  return { ...discard(connection), onConnected: fill, onWritable: fill };
}

/** Answers a request of HTTP with what was agreed on. */
export function page(socket: TlsSocket): TcpHandler {
  let request = '';
  return {
    onReadable() {
      for (let bytes = socket.peek(); bytes.length > 0; bytes = socket.peek()) {
        request = (request + decodeLatin1(bytes)).slice(-LONGEST);
        socket.consume(bytes.length);
      }
      if (request.includes('\r\n\r\n')) {
        const body = `${JSON.stringify({ ...socket.connected, peerChain: undefined })}\n`;
        const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n`;
        socket.write(encodeLatin1(`${head}\r\n${body}`));
        socket.end();
      } else if (socket.isFinished) socket.end();
    },
  };
}

const LONGEST = 4096;
const BYTES = new Uint8Array(2 ** 16).fill(0x2e);
