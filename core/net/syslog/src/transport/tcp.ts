import type { AcceptConnection, TcpConnection, TcpHandler } from '@atoll/device/socket';
import { frameMessage } from '../packet.ts';
import type { Channel, ChannelEvents, Transport } from './transport.ts';

/** Messages in a stream, each behind its length (RFC 6587 section 3.4.1). */
export const tcpTransport: Transport = {
  scheme: 'tcp',
  port: 514,
  longest: 2048,
  frame: frameMessage,
  prepare:
    ({ sockets }) =>
    (to, events) =>
      openStream(events, (open) => sockets.tcp.connect(to, open)),
};

/** A channel over the connection that `connect` opens. */
export function openStream(
  events: ChannelEvents,
  connect: (open: AcceptConnection) => void,
): Channel {
  let stream: Stream | undefined;
  connect((connection) => {
    stream = new Stream(connection, events);
    return stream;
  });
  return { send: (frame) => stream?.send(frame) ?? false };
}

class Stream implements Channel, TcpHandler {
  readonly #connection: TcpConnection;
  readonly #events: ChannelEvents;
  #isConnected = false;
  /** Octets of the frame that was not taken as a whole. */
  #sent = 0;

  constructor(connection: TcpConnection, events: ChannelEvents) {
    this.#connection = connection;
    this.#events = events;
  }

  send(frame: Uint8Array): boolean {
    if (!this.#isConnected) return false;
    this.#sent += this.#connection.write(frame.subarray(this.#sent));
    if (this.#sent < frame.length) return false;
    this.#sent = 0;
    return true;
  }

  onConnected(): void {
    this.#isConnected = true;
    // A collector has nothing to say: only this shows that it is gone when we are silent, too.
    this.#connection.keepAliveMs = KEEP_ALIVE_MS;
    this.#events.onReady();
  }

  onReadable(): void {
    const connection = this.#connection;
    for (let { length } = connection.peek(); length > 0; { length } = connection.peek()) {
      connection.consume(length);
    }
    if (connection.isFinished) connection.end();
  }

  onWritable(): void {
    this.#events.onReady();
  }

  onClosed(reason: string): void {
    this.#isConnected = false;
    this.#events.onClosed(`the connection is ${reason}`);
  }
}

const KEEP_ALIVE_MS = 60_000;
