import type { Activity } from '@atoll/appliance/appliance';
import { encodeLatin1 } from '@atoll/bytes/latin1';
import type {
  IpAddress,
  TcpConnection,
  TcpHandler,
  TcpListener,
  TcpSockets,
} from '@atoll/device/socket';
import type { Clock } from '@atoll/device/system';
import type { Logger } from '@atoll/log/log';
import { dateText } from './date.ts';
import type { HeadReader } from './http1/head-reader.ts';
import type { Limits } from './limits.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import type { Handler, Request, Response } from './message.ts';
import type { Refusal } from './refusal.ts';
import { ServerConnection } from './server/connection.ts';
import type { HttpVersion, Respond, Served, Surroundings } from './server/surroundings.ts';

export interface ServerOptions {
  readonly handler: Handler;
  readonly clock: Clock;
  readonly log: Logger;
  /** Has the server polled: something happened outside of `poll`. */
  readonly wake: () => void;
  readonly limits?: Partial<Limits>;
  /** `fastHeads(system.fast)`, for a server with many requests. */
  readonly heads?: HeadReader;
  /** What is spoken beside HTTP/1.1, the dearest first: see {@link HttpServer.protocols}. */
  readonly versions?: readonly HttpVersion[];
}

/** A connection of TCP, or one of TLS with what was agreed on. */
export interface Acceptable extends TcpConnection {
  readonly connected?: { readonly protocol: string | undefined } | undefined;
}

/** Connections and requests since the start, for metrics. */
export interface ServerCounters {
  connections: number;
  requests: number;
  /** Requests that were answered by the server itself, because they were malformed, too large or too slow. */
  refusals: number;
  /** Responses by status, refusals among them: one for each request. */
  readonly responses: Map<number, number>;
  /** Newcomers for which there was no room. */
  rejections: number;
}

/** A server of HTTP/1.1, and of the `versions` it is given. It is an activity, so that what takes too long comes to an end. */
export class HttpServer implements Activity, Surroundings {
  readonly limits: Limits;
  readonly heads: HeadReader | undefined;
  readonly counters: ServerCounters = {
    ...{ connections: 0, requests: 0, refusals: 0, rejections: 0 },
    responses: new Map(),
  };
  isClosing = false;
  readonly #options: ServerOptions;
  /** All connections, the oldest first, and who is at their other end. */
  readonly #connections = new Map<Served, IpAddress>();
  /** How many connections each peer has. */
  readonly #peers = new Map<IpAddress, number>();
  readonly #listeners: TcpListener[] = [];
  #deferred: Served[] = [];
  /** When somebody is to be looked at. */
  #sweepAt = Number.POSITIVE_INFINITY;
  /** The second that {@link dateLine} is about. */
  #second = Number.NaN;
  #dateLine: Uint8Array = new Uint8Array(0);

  constructor(options: ServerOptions) {
    this.#options = options;
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.heads = options.heads;
  }

  /** How many connections there are. */
  get size(): number {
    return this.#connections.size;
  }

  /** What the configuration of TLS has to offer by ALPN, so that `accept` gets connections of all versions. */
  get protocols(): readonly string[] {
    const { versions = [] } = this.#options;
    return [...versions.map(({ protocol }) => protocol), 'http/1.1'];
  }

  /** Serves `port` of `tcp` without TLS; false when the port is taken. */
  listen(tcp: TcpSockets, port: number): boolean {
    const listener = tcp.listen(port, (connection) => this.accept(connection));
    if (listener !== undefined) this.#listeners.push(listener);
    return listener !== undefined;
  }

  /**
   * Serves a connection, of TLS as well when it looks like one of TCP. At the limit the oldest one without a
   * request to answer gives way, also when it is about to send one; without such a one the newcomer is refused.
   */
  accept(connection: Acceptable, scheme: 'http' | 'https' = 'http'): TcpHandler {
    const peer = peerOf(connection);
    const count = this.#peers.get(peer) ?? 0;
    const isFull = this.#connections.size >= this.limits.connections && !this.#makeRoom();
    if (isFull || count >= this.limits.connectionsOfPeer || this.isClosing) {
      this.counters.rejections++;
      return new Rejected(connection);
    }
    this.counters.connections++;
    this.#peers.set(peer, count + 1);
    const agreed = connection.connected?.protocol;
    const version = this.#options.versions?.find(({ protocol }) => protocol === agreed);
    const served =
      version?.serve(connection, scheme, this) ?? new ServerConnection(connection, scheme, this);
    this.#connections.set(served, peer);
    return served;
  }

  /** Accepts nobody any more and ends each connection after the request under way. */
  close(): void {
    this.isClosing = true;
    for (const listener of this.#listeners) listener.close();
    for (const connection of this.#connections.keys()) connection.close();
  }

  poll(now: number): number {
    const deferred = this.#deferred;
    if (deferred.length > 0) {
      this.#deferred = [];
      for (const connection of deferred) connection.resume();
    }
    if (this.#sweepAt <= now) this.#sweep(now);
    return this.#deferred.length > 0 ? now : this.#sweepAt;
  }

  now(): number {
    return this.#options.clock.monotonic();
  }

  dateLine(): Uint8Array {
    const wall = this.#options.clock.wall();
    const second = Math.floor(wall / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#dateLine = encodeLatin1(`date: ${dateText(wall)}\r\n`);
    }
    return this.#dateLine;
  }

  handle(request: Request, respond: Respond): void {
    this.counters.requests++;
    try {
      const response = this.#options.handler(request);
      if (response instanceof Promise) {
        response
          .then((response) => this.#respond(response, respond))
          .catch((error) => this.#respond(this.#apologise(request, error), respond));
      } else this.#respond(response, respond);
    } catch (error) {
      this.#respond(this.#apologise(request, error), respond);
    }
  }

  defer(connection: Served): void {
    this.#deferred.push(connection);
    this.#options.wake();
  }

  schedule(time: number): void {
    if (time >= this.#sweepAt) return;
    this.#sweepAt = time;
    this.#options.wake();
  }

  forget(connection: Served): void {
    const peer = this.#connections.get(connection);
    if (peer === undefined) return;
    this.#connections.delete(connection);
    const count = this.#peers.get(peer) ?? 1;
    if (count > 1) this.#peers.set(peer, count - 1);
    else this.#peers.delete(peer);
  }

  refused(_connection: Served, { status, reason }: Refusal): void {
    this.counters.refusals++;
    this.#count(status);
    this.#options.log.debug(`${status}: ${reason}`);
  }

  failed(request: Pick<Request, 'method' | 'path'> | undefined, error: unknown): void {
    this.#options.log.error(`${request?.method} ${request?.path}: ${reasonOf(error)}`);
  }

  #respond(response: Response, respond: Respond): void {
    if (respond(response)) this.#count(response.status);
  }

  #count(status: number): void {
    const { responses } = this.counters;
    responses.set(status, (responses.get(status) ?? 0) + 1);
  }

  #apologise(request: Request, error: unknown): Response {
    this.failed(request, error);
    return { status: 500 };
  }

  /** Looks at all connections; the next time not before a while, since they are many. */
  #sweep(now: number): void {
    this.#sweepAt = Number.POSITIVE_INFINITY;
    let next = Number.POSITIVE_INFINITY;
    for (const connection of this.#connections.keys()) {
      if (connection.deadline <= now) connection.handleTimeout(now);
      next = Math.min(next, connection.deadline);
    }
    this.#sweepAt = Math.max(Math.min(next, this.#sweepAt), now + SWEEP_PAUSE);
  }

  #makeRoom(): boolean {
    for (const connection of this.#connections.keys()) {
      if (!connection.isDispensable) continue;
      connection.abort();
      this.forget(connection);
      return true;
    }
    return false;
  }
}

/** Who gets no service hears of it by a reset. */
class Rejected implements TcpHandler {
  readonly #connection: TcpConnection;

  constructor(connection: TcpConnection) {
    this.#connection = connection;
  }

  onConnected(): void {
    this.#connection.abort();
  }

  onReadable(): void {
    this.#connection.abort();
  }
}

/** What an error says and where it was thrown: the stack of some engines has both. */
function reasonOf(error: unknown): string {
  const text = String(error);
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return stack.startsWith(text) ? stack : `${text}\n${stack}`;
}

/** An IPv6 network of 64 bits counts as one peer. */
function peerOf({ remote: { address } }: TcpConnection): IpAddress {
  return typeof address === 'bigint' ? address >> 64n : address;
}

/** Milliseconds. */
const SWEEP_PAUSE = 100;
