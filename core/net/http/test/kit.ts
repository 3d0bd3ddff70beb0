import { decodeLatin1, encodeLatin1 } from '@atoll/bytes/latin1';
import type { CloseReason, TcpConnection, TcpHandler } from '@atoll/device/socket';
import { Logger } from '@atoll/log/log';
import type { Limits } from '../src/limits.ts';
import type { Handler } from '../src/message.ts';
import type { HttpVersion } from '../src/server/surroundings.ts';
import { HttpServer } from '../src/server.ts';

/** A connection whose other end is the test. */
export class FakeConnection implements TcpConnection {
  readonly local = { address: 0x0a00_0001, port: 80 };
  readonly remote: { address: number; port: number };
  noDelay = false;
  keepAliveMs = 0;
  /** Octets that `write` takes until the test takes them. */
  capacity = Number.POSITIVE_INFINITY;
  hasEnded = false;
  isAborted = false;
  handler: TcpHandler | undefined;
  /** How much `peek` shows at most. */
  view = Number.POSITIVE_INFINITY;
  #received = new Uint8Array(0);
  #written = '';
  #peerEnded = false;
  #wantsRoom = false;

  constructor(address = 0x0a00_0009) {
    this.remote = { address, port: 40_000 };
  }

  peek(): Uint8Array {
    return this.#received.subarray(0, this.view);
  }

  consume(count: number): void {
    if (count > this.#received.length) throw new RangeError('too much is consumed');
    this.#received = this.#received.slice(count);
  }

  get isFinished(): boolean {
    return this.#peerEnded && this.#received.length === 0;
  }

  get room(): number {
    return Math.max(0, this.capacity - this.#written.length);
  }

  write(bytes: Uint8Array): number {
    if (this.hasEnded) throw new Error('it has ended');
    const taken = Math.min(bytes.length, this.room);
    this.#written += decodeLatin1(bytes.subarray(0, taken));
    if (taken < bytes.length) this.#wantsRoom = true;
    return taken;
  }

  end(): void {
    this.hasEnded = true;
  }

  abort(): void {
    if (!this.isAborted) this.close('aborted');
    this.isAborted = true;
  }

  /** The peer sends `text`, latin1. */
  send(text: string): void {
    const joined = new Uint8Array(this.#received.length + text.length);
    joined.set(this.#received);
    joined.set(encodeLatin1(text), this.#received.length);
    this.#received = joined;
    this.handler?.onReadable();
  }

  sendEnd(): void {
    this.#peerEnded = true;
    this.handler?.onReadable();
  }

  close(reason: CloseReason): void {
    this.handler?.onClosed?.(reason);
    this.handler = undefined;
  }

  /** What was written since the last time. */
  taken(): string {
    const text = this.#written;
    this.#written = '';
    if (this.#wantsRoom) {
      this.#wantsRoom = false;
      this.handler?.onWritable?.();
    }
    return text;
  }

  /** How much of what was sent nobody consumed. */
  get unread(): number {
    return this.#received.length;
  }
}

/** A server, a clock that stands still until told, and connections to it. */
export class Bench {
  now = 0;
  readonly lines: string[] = [];
  readonly server: HttpServer;

  constructor(
    handler: Handler,
    limits: Partial<Limits> = {},
    versions: readonly HttpVersion[] = [],
  ) {
    this.server = new HttpServer({
      handler,
      limits,
      versions,
      clock: { monotonic: () => this.now, wall: () => 784_111_777_000 + this.now },
      log: new Logger((_, line) => this.lines.push(line), 'debug'),
      wake: () => {},
    });
  }

  connect(address?: number): FakeConnection {
    const connection = new FakeConnection(address);
    connection.handler = this.server.accept(connection);
    connection.handler.onConnected?.();
    return connection;
  }

  /** Sends `text` on a connection of its own and answers what comes back. */
  exchange(text: string): string {
    const connection = this.connect();
    connection.send(text);
    this.poll();
    return connection.taken();
  }

  /** Lets the server do all it can do now. */
  poll(): void {
    while (this.server.poll(this.now) <= this.now);
  }

  /** Lets time pass, as the server wants it. */
  pass(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (;;) {
      const next = this.server.poll(this.now);
      if (next > end) break;
      this.now = Math.max(next, this.now);
    }
    this.now = end;
  }
}

/** A whole request without a body. */
export function get(path: string, ...fields: string[]): string {
  return [`GET ${path} HTTP/1.1`, 'Host: a.example', ...fields, '', ''].join('\r\n');
}

/** The lines of the head, and the body, of the first response in `text`. */
export function parts(text: string): { status: number; head: string[]; body: string } {
  const end = text.indexOf('\r\n\r\n');
  const head = text.slice(0, end).split('\r\n');
  return { status: Number(head[0].split(' ')[1]), head, body: text.slice(end + 4) };
}
