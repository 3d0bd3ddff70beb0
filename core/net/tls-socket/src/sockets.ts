import type { AcceptConnection, Endpoint, TcpHandler } from '@atoll/device/socket';
import type { Clock, Entropy } from '@atoll/device/system';
import type { Failure } from '@atoll/result/result';
import { tlsClient } from '@atoll/tls/client';
import type { ClientConfig, Target } from '@atoll/tls/client/config';
import type { TlsEvent } from '@atoll/tls/connection';
import { tlsServer } from '@atoll/tls/server';
import type { ServerConfig } from '@atoll/tls/server/config';
import type { Session } from '@atoll/tls/session';
import { type Hooks, type Owner, TlsSocket } from './socket.ts';

/** What TLS needs of an appliance's system. */
export interface TlsSystem {
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Asks for {@link TlsSockets.poll}. */
  wake(): void;
}

export interface TlsSocketsOptions {
  /** Milliseconds that a handshake may take, 10,000 when nothing is said. */
  readonly handshakeMs?: number;
  /** Handshakes at a time, 256 when nothing is said: one more, and the oldest one ends. */
  readonly handshakesMost?: number;
}

/** Since the start, for metrics. */
export interface TlsCounters {
  /** Handshakes that ended well, and those of them that resumed. */
  completed: number;
  resumed: number;
  /** Connections that failed, in their handshake or later. */
  failures: number;
}

/** Who handles a connection; whoever handles those of TCP does. */
export type AcceptTls = (socket: TlsSocket) => TcpHandler;

export interface ConnectionOptions {
  /** A connection failed: with a peer that is no friend, before anybody handled it. */
  readonly onFailure?: (failure: Failure, remote: Endpoint) => void;
  /** One line for each handshake message. */
  readonly onTrace?: (line: string, remote: Endpoint) => void;
}

export interface ServingOptions extends ConnectionOptions {
  /**
   * Early data, valid during the call, before anybody handles the connection: somebody in between may send it
   * again. Needed when the configuration takes any.
   */
  readonly onEarlyData?: (data: Uint8Array, socket: TlsSocket) => void;
}

export interface OpeningOptions extends ConnectionOptions {
  /** Something to resume with later. */
  readonly onSession?: (session: Session) => void;
}

/**
 * Makes TLS connections of TCP connections: `tcp.listen(443, tls.serving(config, accept))` and
 * `tcp.connect(to, tls.opening(config, target, open))`. It is an activity of the appliance's loop, which
 * ends handshakes that take too long.
 */
export class TlsSockets {
  readonly counters: TlsCounters = { completed: 0, resumed: 0, failures: 0 };
  readonly #system: TlsSystem;
  readonly #handshakeMs: number;
  readonly #handshakesMost: number;
  /** When each socket wants to hear that its time is over. */
  readonly #deadlines = new Map<TlsSocket, number>();
  /** Not after the earliest deadline. */
  #next = Number.POSITIVE_INFINITY;
  readonly #handshakes = new Set<TlsSocket>();
  #due: TlsSocket[] = [];
  readonly #owner: Owner;

  constructor(system: TlsSystem, options: TlsSocketsOptions = {}) {
    this.#system = system;
    this.#handshakeMs = options.handshakeMs ?? 10_000;
    this.#handshakesMost = options.handshakesMost ?? 256;
    this.#owner = {
      clock: system.clock,
      records: new Uint8Array(RECORDS_LONGEST),
      left: 0,
      due: (socket) => {
        this.#due.push(socket);
        system.wake();
      },
      expireAt: (socket, time) => this.#expireAt(socket, time),
    };
  }

  /** Handshakes under way. */
  get handshakes(): number {
    return this.#handshakes.size;
  }

  /** A server's connections; `accept` is asked when the handshake of one is over. */
  serving(config: ServerConfig, accept: AcceptTls, options: ServingOptions = {}): AcceptConnection {
    if (config.earlyData && !options.onEarlyData) throw new Error('nobody takes early data');
    const hooks = hooksFor(accept, options, this.counters);
    return (below) => {
      const tls = tlsServer(config, this.#system.entropy, options.onTrace !== undefined);
      return this.#start(new TlsSocket(below, tls, this.#owner, hooks)).below;
    };
  }

  /**
   * A client's connection to `target`; `open` is asked at once, and the socket that it gets is the one to
   * use. When there can be no connection, the handler is told by `onClosed`. Early data of the target that the server
   * did not take (`connected` says so) is not sent again.
   */
  opening(
    config: ClientConfig,
    target: Target,
    open: AcceptTls,
    options: OpeningOptions = {},
  ): AcceptConnection {
    const hooks = hooksFor(open, options, this.counters);
    return (below) => {
      const { entropy, clock } = this.#system;
      const isTracing = options.onTrace !== undefined;
      const tls = tlsClient(config, target, entropy, clock.wall(), isTracing);
      const socket = this.#start(new TlsSocket(below, tls, this.#owner, hooks));
      socket.handleWith(open(socket));
      return socket.below;
    };
  }

  /** Does what is due at `now` and answers when it wants to be called again, as activities do. */
  poll(now: number): number {
    const due = this.#due;
    this.#due = [];
    for (const socket of due) socket.turn();
    if (now >= this.#next) this.#expire(now);
    return this.#next;
  }

  #start(socket: TlsSocket): TlsSocket {
    for (const oldest of this.#handshakes) {
      if (this.#handshakes.size < this.#handshakesMost) break;
      this.#handshakes.delete(oldest);
      oldest.giveUp('too many handshakes at a time');
    }
    this.#expireAt(socket, this.#system.clock.monotonic() + this.#handshakeMs);
    this.#handshakes.add(socket);
    return socket;
  }

  #expire(now: number): void {
    this.#next = Number.POSITIVE_INFINITY;
    for (const [socket, deadline] of this.#deadlines) {
      if (deadline > now) this.#next = Math.min(this.#next, deadline);
      else {
        this.#expireAt(socket, Number.POSITIVE_INFINITY);
        socket.expire();
      }
    }
  }

  #expireAt(socket: TlsSocket, time: number): void {
    this.#handshakes.delete(socket);
    if (time === Number.POSITIVE_INFINITY) this.#deadlines.delete(socket);
    else this.#deadlines.set(socket, time);
    this.#next = Math.min(this.#next, time);
  }
}

function hooksFor(
  accept: AcceptTls,
  options: ServingOptions & OpeningOptions,
  counters: TlsCounters,
): Hooks {
  const { onFailure, onTrace, onSession, onEarlyData } = options;
  return {
    accept,
    onEvent(event: TlsEvent, socket) {
      if (event.kind === 'trace') onTrace?.(event.line, socket.remote);
      if (event.kind === 'connected') {
        counters.completed++;
        if (event.connected.resumed) counters.resumed++;
      }
      if (event.kind === 'session') onSession?.(event.session);
    },
    onEarlyData: (data, socket) => onEarlyData?.(data, socket),
    onFailure(failure, { remote }) {
      counters.failures++;
      onFailure?.(failure, remote);
    },
  };
}

/** Records with 64 KiB of data; more are made in memory of their own. */
const RECORDS_LONGEST = 0x1_0000 + 0x400;
