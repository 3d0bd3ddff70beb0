import type { System } from '@atoll/appliance/appliance';
import type { TcpConnection, TcpHandler, TcpSockets } from '@atoll/device/socket';
import { listen } from '../port.ts';
import { ACCESS_DENIED, COOKIE_LENGTH } from './packet.ts';
import { Session } from './session.ts';

const PORT = 5201;

/** Lets iperf3 clients measure TCP, one at a time. */
export function startIperf3(system: System, tcp: TcpSockets): void {
  const log = system.log.for('iperf3');
  let session: Session | undefined;

  /** A connection that has not said yet whose it is. */
  const newcomer = (connection: TcpConnection): TcpHandler => {
    let cookie = '';
    let handler: TcpHandler | undefined;
    return {
      onReadable() {
        // It may come in pieces.
        for (let bytes = connection.peek(); bytes.length > 0; bytes = connection.peek()) {
          if (cookie.length === COOKIE_LENGTH) break;
          const piece = bytes.subarray(0, COOKIE_LENGTH - cookie.length);
          cookie += String.fromCharCode(...piece);
          connection.consume(piece.length);
        }
        if (cookie.length === COOKIE_LENGTH) handler ??= admit(connection, cookie);
        if (handler !== undefined) handler.onReadable();
        else if (connection.isFinished) connection.abort();
      },
      onWritable: () => handler?.onWritable?.(),
      onClosed: (reason) => handler?.onClosed?.(reason),
    };
  };

  const admit = (connection: TcpConnection, cookie: string): TcpHandler => {
    if (session?.isOver === false) {
      const stream = cookie === session.cookie ? session.stream(connection) : undefined;
      if (stream !== undefined) return stream;
      log.info('refused a second client');
      connection.write(Uint8Array.of(ACCESS_DENIED));
      connection.end();
      return DEAF;
    }
    session = new Session(cookie, connection, system.clock, log);
    return session.control;
  };

  listen(tcp, PORT, newcomer);
}

const DEAF: TcpHandler = { onReadable() {} };
