import type { Activity } from '@atoll/appliance/appliance';
import type { AcceptConnection } from '@atoll/device/socket';
import type { Clock } from '@atoll/device/system';
import type { Result } from '@atoll/result/result';
import { malformed } from '@atoll/result/result';
import type {
  ClientLimits,
  ClientResponse,
  ClientSurroundings,
  Outgoing,
} from './client/connection.ts';
import { ClientConnection } from './client/connection.ts';
import { redirected } from './client/redirect.ts';
import { Headers } from './headers.ts';
import type { Body } from './message.ts';
import type { Origin } from './url.ts';
import { originText, parseUrl } from './url.ts';

export type { ClientLimits, ClientResponse };

/**
 * Opens a connection to `origin`, with TLS for `https`: looks the name up, connects, and answers for the
 * connection by `open`; when that cannot be, calls `failed` with one sentence.
 */
export type Connect = (
  origin: Origin,
  open: AcceptConnection,
  failed: (reason: string) => void,
) => void;

export interface ClientOptions {
  readonly connect: Connect;
  readonly clock: Clock;
  /** Has the client polled: something happened outside of `poll`. */
  readonly wake: () => void;
  readonly limits?: Partial<ClientLimits>;
}

export interface ClientRequest {
  /** `GET` when left out. */
  readonly method?: string;
  /** An absolute URL of `http` or `https`. */
  readonly url: string;
  /** Without Host, and without those that say how long the body is. */
  readonly headers?: Headers;
  readonly body?: Body;
  /** How many redirections to follow; none when left out. */
  readonly redirects?: number;
}

export const DEFAULT_CLIENT_LIMITS: ClientLimits = {
  statusLine: 1024,
  fieldBytes: 65_536,
  fields: 200,
  connectMs: 15_000,
  headMs: 30_000,
  stallMs: 30_000,
  idleMs: 15_000,
  idleConnections: 4,
};

/** An HTTP/1.1 client. It is an activity, so that what takes too long comes to an end. */
export class HttpClient implements Activity, ClientSurroundings {
  readonly limits: ClientLimits;
  readonly #options: ClientOptions;
  /** Connections that can take a request, by origin, the one used last at the end. */
  readonly #idle = new Map<ClientConnection, string>();
  readonly #connections = new Map<ClientConnection, string>();
  /** Requests for which there is no connection yet. */
  readonly #openings = new Set<{ readonly deadline: number; handleTimeout(): void }>();
  #sweepAt = Number.POSITIVE_INFINITY;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.limits = { ...DEFAULT_CLIENT_LIMITS, ...options.limits };
  }

  /** Answers when the head of the response is there; statuses of errors are responses as well. */
  async request(request: ClientRequest): Promise<Result<ClientResponse>> {
    const { method = 'GET', url, headers = new Headers(), body, redirects = 0 } = request;
    const parsed = parseUrl(url);
    if (!parsed.ok) return parsed;
    let outgoing: Outgoing = { method, url: parsed.value, headers, body };
    for (let left = redirects; ; left--) {
      const outcome = await this.#exchange(outgoing);
      if (!outcome.ok || redirects === 0) return outcome;
      const next = redirected(outgoing, outcome.value);
      if (next === undefined) return outcome;
      outcome.value.abandon();
      if (!next.ok) return next;
      if (left === 0) return malformed(`more than ${redirects} redirections`);
      outgoing = next.value;
    }
  }

  poll(now: number): number {
    if (this.#sweepAt > now) return this.#sweepAt;
    this.#sweepAt = Number.POSITIVE_INFINITY;
    let next = Number.POSITIVE_INFINITY;
    for (const timed of [...this.#connections.keys(), ...this.#openings]) {
      if (timed.deadline <= now) timed.handleTimeout();
      else next = Math.min(next, timed.deadline);
    }
    this.#sweepAt = Math.min(next, this.#sweepAt);
    return this.#sweepAt;
  }

  now(): number {
    return this.#options.clock.monotonic();
  }

  schedule(time: number): void {
    if (time >= this.#sweepAt) return;
    this.#sweepAt = time;
    this.#options.wake();
  }

  onIdle(connection: ClientConnection): void {
    const origin = this.#connections.get(connection);
    if (origin === undefined) return;
    this.#idle.set(connection, origin);
    const [oldest] = this.#idle.keys();
    if (this.#idle.size > this.limits.idleConnections) oldest.abort('others are kept');
    this.schedule(connection.deadline);
  }

  onClosing(connection: ClientConnection): void {
    this.#idle.delete(connection);
    this.schedule(connection.deadline);
  }

  onGone(connection: ClientConnection): void {
    this.#idle.delete(connection);
    this.#connections.delete(connection);
  }

  /** A kept connection may be dead already: who can ask again without harm does so on a new one (RFC 9110 section 9.2.2). */
  async #exchange(outgoing: Outgoing): Promise<Result<ClientResponse>> {
    const origin = originText(outgoing.url);
    const kept = [...this.#idle].findLast(([, of]) => of === origin)?.[0];
    if (kept !== undefined) {
      this.#idle.delete(kept);
      const { outcome, isUnanswered } = await this.#on(kept, outgoing);
      if (outcome.ok || !isUnanswered || !isRepeatable(outgoing)) return outcome;
    }
    return this.#onNew(outgoing, origin);
  }

  #on(connection: ClientConnection, outgoing: Outgoing) {
    return new Promise<{ outcome: Result<ClientResponse>; isUnanswered: boolean }>((resolve) => {
      connection.start(outgoing, (outcome, isUnanswered) => resolve({ outcome, isUnanswered }));
    });
  }

  #onNew(outgoing: Outgoing, origin: string): Promise<Result<ClientResponse>> {
    return new Promise((resolve) => {
      const failed = (reason: string) => {
        this.#openings.delete(opening);
        resolve(malformed(reason));
      };
      const opening = {
        deadline: this.now() + this.limits.connectMs,
        handleTimeout: () => failed('there is no connection'),
      };
      this.#openings.add(opening);
      this.schedule(opening.deadline);
      const open: AcceptConnection = (stream) => {
        const connection = new ClientConnection(stream, this);
        this.#connections.set(connection, origin);
        if (this.#openings.delete(opening)) connection.start(outgoing, resolve);
        else connection.abort('it comes too late');
        return connection;
      };
      this.#options.connect(outgoing.url, open, failed);
    });
  }
}

function isRepeatable({ method, body }: Outgoing): boolean {
  const isWhole = body === undefined || body instanceof Uint8Array || !('start' in body);
  return isWhole && IDEMPOTENT.includes(method);
}

const IDEMPOTENT = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PROPFIND', 'REPORT'];
