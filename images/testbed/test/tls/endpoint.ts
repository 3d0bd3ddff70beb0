import { randomFillSync } from 'node:crypto';
import { createServer, connect as openSocket, type Server, type Socket } from 'node:net';
import type { Entropy } from '@atoll/device/system';
import { tlsClient } from '@atoll/tls/client';
import type { ClientConfig, Target } from '@atoll/tls/client/config';
import type { Output, TlsConnection, TlsEvent } from '@atoll/tls/connection';
import { tlsServer } from '@atoll/tls/server';
import type { ServerConfig } from '@atoll/tls/server/config';
import { eventually } from '../../src/poll.ts';

export const entropy: Entropy = { fill: (bytes) => void randomFillSync(bytes) };

/** One end of a connection over a socket of Node.js; what came is collected. */
export class Endpoint {
  readonly connection: TlsConnection;
  readonly events: TlsEvent[] = [];
  text = '';
  early = '';
  failure: Output['failure'];
  /** What to do with data, beside collecting it. */
  answer: (data: Uint8Array) => void = () => {};
  readonly #socket: Socket;
  #isOver = false;

  constructor(connection: TlsConnection, socket: Socket) {
    this.connection = connection;
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#take(connection.handle(Uint8Array.from(chunk), Date.now()));
    });
    socket.on('close', () => {
      this.#isOver = true;
    });
    socket.on('error', () => {});
    this.#take(connection.start());
  }

  write(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#socket.write(bytes);
  }

  send(text: string): void {
    this.write(this.connection.send(Buffer.from(text, 'latin1')));
  }

  close(): void {
    this.write(this.connection.close());
    this.#socket.end();
  }

  /** Waits for an event of `kind`, which must come. */
  async told<Kind extends TlsEvent['kind']>(kind: Kind) {
    const find = () => this.events.find((event) => event.kind === kind);
    const event = await eventually(() => find() ?? (this.#isOver || this.failure));
    if (typeof event === 'object' && 'kind' in event && event.kind === kind) {
      return event as Extract<TlsEvent, { kind: Kind }>;
    }
    throw new Error(`not ${kind}: ${this.failure?.reason ?? 'the stream ended'}`);
  }

  /** Waits until what came has `text` in it. */
  async hears(text: string): Promise<void> {
    if (await eventually(() => this.text.includes(text))) return;
    throw new Error(`no ${text} in ${this.text}, ${this.failure?.reason}`);
  }

  async over(): Promise<void> {
    await eventually(() => this.#isOver || this.failure !== undefined);
  }

  #take(output: Output): void {
    this.events.push(...output.events);
    this.failure ??= output.failure;
    this.write(output.send);
    for (const data of output.early) this.early += Buffer.from(data).toString('latin1');
    for (const data of output.deliver) {
      this.text += Buffer.from(data).toString('latin1');
      this.answer(data);
    }
    const { isReadClosed, isWriteClosed } = this.connection;
    if (isReadClosed && !isWriteClosed) this.close();
    if (this.failure) this.#socket.end();
  }
}

export function connectTo(port: number, config: ClientConfig, target: Target): Endpoint {
  const connection = tlsClient(config, target, entropy, Date.now());
  return new Endpoint(connection, openSocket(port, '127.0.0.1'));
}

/** A server of ours that echoes; all that came to it are in `ends`. */
export class Echo {
  readonly ends: Endpoint[] = [];
  readonly #server: Server;

  constructor(config: ServerConfig) {
    this.#server = createServer((socket) => {
      const end = new Endpoint(tlsServer(config, entropy), socket);
      end.answer = (data) => end.write(end.connection.send(data));
      this.ends.push(end);
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  }

  close(): void {
    this.#server.close();
  }
}

/** An {@link Echo}, for as long as `body` takes. */
export async function withEcho(
  config: ServerConfig,
  body: (port: number, echo: Echo) => Promise<void>,
): Promise<void> {
  const echo = new Echo(config);
  try {
    await body(await echo.listen(), echo);
  } finally {
    echo.close();
  }
}
