import type { CloseReason, TcpConnection, TcpHandler } from '@atoll/device/socket';
import type { Host, Network } from './network.ts';

export const SERVER = 0xc000_0201;
export const CLIENT = 0xc633_6401;

/** An application that writes down what it is told, and takes all that comes unless told to wait. */
export class Recorder implements TcpHandler {
  readonly connection: TcpConnection;
  readonly events: string[] = [];
  reason: CloseReason | undefined;
  received = 0;
  /** Whether every byte was the one of the pattern. */
  isIntact = true;
  isReading = true;
  /** Ends when the peer has. */
  endsToo = true;
  #unsent = 0;
  #sent = 0;
  #endsAfter = false;
  #inside = 0;

  constructor(connection: TcpConnection) {
    this.connection = connection;
  }

  /** Sends `count` bytes of the pattern as soon as there is room, and then ends if `ends`. */
  send(count: number, ends = false): void {
    this.#unsent += count;
    this.#endsAfter = ends;
    this.#write();
  }

  get sent(): number {
    return this.#sent;
  }

  /** Takes what waits. */
  read(): void {
    const { connection } = this;
    for (let bytes = connection.peek(); bytes.length > 0; bytes = connection.peek()) {
      for (let at = 0; at < bytes.length; at++) {
        if (bytes[at] !== patternAt(this.received + at)) this.isIntact = false;
      }
      this.received += bytes.length;
      connection.consume(bytes.length);
    }
    if (connection.isFinished && this.endsToo) connection.end();
  }

  onConnected(): void {
    this.#note('connected', () => {});
  }

  onReadable(): void {
    this.#note('readable', () => {
      if (this.isReading) this.read();
    });
  }

  onWritable(): void {
    this.#note('writable', () => this.#write());
  }

  onClosed(reason: CloseReason): void {
    this.reason = reason;
    this.#note(`closed: ${reason}`, () => {
      if (this.isReading) this.read();
    });
  }

  /** The events without those that only say that more came or can go. */
  get story(): string {
    return this.events.filter((event) => event !== 'readable' && event !== 'writable').join(', ');
  }

  #write(): void {
    while (this.#unsent > 0) {
      const bytes = pattern(this.#sent, Math.min(this.#unsent, 4000));
      this.#inside++;
      const written = this.connection.write(bytes);
      this.#inside--;
      this.#sent += written;
      this.#unsent -= written;
      if (written < bytes.length) return;
    }
    if (this.#endsAfter) this.connection.end();
  }

  #note(event: string, act: () => void): void {
    if (this.#inside > 0) throw new Error(`${event} inside of a call`);
    if (this.events.at(-1)?.startsWith('closed')) throw new Error(`${event} after the end`);
    this.events.push(event);
    this.#inside++;
    act();
    this.#inside--;
  }
}

/** Has `host` listen on `port`; answers who will handle the connections, in their order. */
export function serve(host: Host, port: number, set?: (each: Recorder) => void): Recorder[] {
  const accepted: Recorder[] = [];
  const listener = host.tcp.sockets.listen(port, (connection) => {
    const recorder = new Recorder(connection);
    set?.(recorder);
    accepted.push(recorder);
    return recorder;
  });
  if (listener === undefined) throw new Error(`port ${port} is taken`);
  return accepted;
}

export function connect(host: Host, address: number | bigint, port: number): Recorder {
  let recorder: Recorder | undefined;
  host.tcp.sockets.connect({ address, port }, (connection) => {
    recorder = new Recorder(connection);
    return recorder;
  });
  return recorder as Recorder;
}

/** A connection from `client` to `server`, established. */
export function pair(
  network: Network,
  client: Host,
  server: Host,
  port = 80,
): [Recorder, Recorder] {
  const accepted = serve(server, port);
  const mine = connect(client, server.address, port);
  network.run(network.now + 100);
  if (accepted.length !== 1) throw new Error('no connection');
  return [mine, accepted[0]];
}

function pattern(from: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => patternAt(from + index));
}

function patternAt(index: number): number {
  return (index * 31 + (index >>> 8) * 7 + (index >>> 16)) & 0xff;
}
