import type { Sockets, TcpConnection, TcpHandler } from '@atoll/device/socket';
import { bind, isAnswerable, listen } from './port.ts';

const PORT = 19;

/**
 * Sends characters (RFC 864): for ever over TCP. A datagram is answered with no more bytes than it had,
 * because its source may be forged, and whoever is there did not ask for more.
 */
export function startChargen(sockets: Sockets): void {
  const characters = rows();
  listen(sockets.tcp, PORT, (connection) => generate(connection, characters));
  const socket = bind(sockets, PORT, (payload, from, to) => {
    if (!isAnswerable(from.port)) return;
    const length = Math.min(payload.length, MOST_IN_DATAGRAM);
    socket.send(characters.subarray(0, length), from, to.address);
  });
}

function generate(connection: TcpConnection, characters: Uint8Array): TcpHandler {
  let sent = 0;
  const fill = () => {
    for (;;) {
      const rest = characters.subarray(sent);
      const taken = connection.write(rest);
      sent = (sent + taken) % characters.length;
      if (taken < rest.length) return;
    }
  };
  return {
    onConnected: fill,
    onWritable: fill,
    onReadable() {
      connection.consume(connection.peek().length);
      if (connection.isFinished) connection.end();
    },
  };
}

/** All rows of the usual pattern: each is one character further on than the row before. */
function rows(): Uint8Array {
  const bytes = new Uint8Array(PRINTABLE * (ROW + 2));
  let at = 0;
  for (let row = 0; row < PRINTABLE; row++) {
    for (let column = 0; column < ROW; column++) bytes[at++] = SPACE + ((row + column) % PRINTABLE);
    bytes[at++] = CARRIAGE_RETURN;
    bytes[at++] = LINE_FEED;
  }
  return bytes;
}

const SPACE = 0x20;
/** The printable characters of ASCII. */
const PRINTABLE = 95;
const ROW = 72;
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
const MOST_IN_DATAGRAM = 512;
