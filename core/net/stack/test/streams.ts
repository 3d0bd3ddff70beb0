import type {
  CloseReason,
  Endpoint,
  TcpConnection,
  TcpHandler,
  TcpSockets,
} from '@atoll/device/socket';

/** What a side of a transfer found out. */
export interface Side {
  received: number;
  isIntact: boolean;
  reason: CloseReason | undefined;
}

/**
 * Sends `size` bytes of a pattern over `connection`, ends, and checks that the peer's pattern arrives.
 * `appetite` is how many bytes are read at a time.
 */
export function trader(
  connection: TcpConnection,
  size: number,
  side: Side,
  appetite = Number.POSITIVE_INFINITY,
): TcpHandler {
  let sent = 0;
  const send = () => {
    while (sent < size) {
      const taken = connection.write(pattern(sent, Math.min(size - sent, 10_000)));
      sent += taken;
      if (taken === 0) return;
    }
    connection.end();
  };
  return {
    onConnected: send,
    onWritable: send,
    onReadable() {
      for (let bytes = connection.peek(); bytes.length > 0; bytes = connection.peek()) {
        const count = Math.min(bytes.length, appetite);
        for (let at = 0; at < count; at++) {
          if (bytes[at] !== octet(side.received + at)) side.isIntact = false;
        }
        side.received += count;
        connection.consume(count);
      }
    },
    onClosed(reason) {
      side.reason = reason;
    },
  };
}

export function newSide(): Side {
  return { received: 0, isIntact: true, reason: undefined };
}

/** Lets `client` and the server at `to` send each other `size` bytes; both sides tell how it went. */
export function trade(
  client: TcpSockets,
  server: TcpSockets,
  to: Endpoint,
  size: number,
): [Side, Side] {
  const sides: [Side, Side] = [newSide(), newSide()];
  server.listen(to.port, (connection) => trader(connection, size, sides[1]));
  client.connect(to, (connection) => trader(connection, size, sides[0]));
  return sides;
}

function pattern(start: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => octet(start + at));
}

/** Its period is no buffer's. */
function octet(place: number): number {
  const at = place % 65_521;
  return (at * 31 + (at >>> 8) * 17) & 0xff;
}
