import type { CloseReason, TcpConnection, TcpHandler } from '@atoll/device/socket';
import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';
import type { BodySource } from '../connection/incoming-body.ts';
import { IncomingBody } from '../connection/incoming-body.ts';
import type { SenderEvents } from '../connection/sender.ts';
import { lengthOf, Sender } from '../connection/sender.ts';
import type { Headers } from '../headers.ts';
import type { ClientEngineLimits } from '../http1/client-engine.ts';
import { ClientEngine } from '../http1/client-engine.ts';
import type { Body, BodyReader } from '../message.ts';
import type { Url } from '../url.ts';
import { authorityText } from '../url.ts';

export interface ClientLimits extends ClientEngineLimits {
  /** Milliseconds until there is a connection. */
  readonly connectMs: number;
  /** Milliseconds from the connection, or from the last of the request that was taken, to the response's head. */
  readonly headMs: number;
  /** Milliseconds without a byte of the body that came, or that was read. */
  readonly stallMs: number;
  /** Milliseconds that a connection is kept for the next request. */
  readonly idleMs: number;
  /** Connections that are kept. */
  readonly idleConnections: number;
}

/** A request as it goes to one server. */
export interface Outgoing {
  readonly method: string;
  readonly url: Url;
  readonly headers: Headers;
  readonly body: Body | undefined;
}

export interface ClientResponse {
  readonly status: number;
  readonly headers: Headers;
  /** To be read to its end, or to be given up with `abandon`. */
  readonly body: BodyReader;
  /** Nobody wants the rest of the body. */
  abandon(): void;
}

export interface ClientSurroundings {
  readonly limits: ClientLimits;
  now(): number;
  /** The connection wants to be looked at at `time`. */
  schedule(time: number): void;
  /** The response was read, and the connection can take another request. */
  onIdle(connection: ClientConnection): void;
  /** The connection takes no more requests. */
  onClosing(connection: ClientConnection): void;
  onGone(connection: ClientConnection): void;
}

/** Hears how a request went; `isUnanswered` when the connection ended before anything came back. */
export type Settle = (outcome: Result<ClientResponse>, isUnanswered: boolean) => void;

/** One connection to a server, with one request at a time. */
export class ClientConnection implements TcpHandler, BodySource, SenderEvents {
  readonly #connection: TcpConnection;
  readonly #surroundings: ClientSurroundings;
  readonly #engine: ClientEngine;
  readonly #sender: Sender;
  #state: 'connecting' | 'busy' | 'idle' | 'closing' | 'closed' = 'connecting';
  #outgoing: Outgoing | undefined;
  /** Who waits for the head of the response. */
  #settle: Settle | undefined;
  #body: IncomingBody | undefined;
  /** Since when nothing happened. */
  #since: number;

  constructor(connection: TcpConnection, surroundings: ClientSurroundings) {
    this.#connection = connection;
    this.#surroundings = surroundings;
    this.#engine = new ClientEngine(surroundings.limits);
    this.#sender = new Sender(connection, this);
    this.#since = surroundings.now();
  }

  /** When {@link handleTimeout} is due. */
  get deadline(): number {
    const { connectMs, headMs, stallMs, idleMs } = this.#surroundings.limits;
    if (this.#state === 'connecting') return this.#since + connectMs;
    if (this.#state === 'idle') return this.#since + idleMs;
    return this.#since + (this.#engine.phase === 'head' ? headMs : stallMs);
  }

  /** Sends a request as soon as there is a connection; the last one must be over. */
  start(outgoing: Outgoing, settle: Settle): void {
    this.#settle = settle;
    this.#outgoing = outgoing;
    if (this.#state === 'idle') this.#send(outgoing);
    this.#surroundings.schedule(this.deadline);
  }

  onConnected(): void {
    this.#connection.noDelay = true;
    if (this.#outgoing !== undefined) this.#send(this.#outgoing);
  }

  onReadable(): void {
    this.#since = this.#surroundings.now();
    if (this.#state === 'idle' || this.#state === 'closing') {
      if (this.#connection.isFinished) this.#close();
      else this.abort(UNASKED);
    } else if (this.#engine.phase === 'head') {
      this.#receiveHead();
    } else {
      this.#body?.onReadable?.();
    }
  }

  onWritable(): void {
    this.#since = this.#surroundings.now();
    this.#sender.resume();
  }

  onClosed(reason: CloseReason): void {
    this.#over(`the connection is ${reason}`, this.#engine.isUnanswered);
  }

  onBlocked(): void {
    this.#since = this.#surroundings.now();
  }

  onDone(): void {
    this.#since = this.#surroundings.now();
    if (this.#sender.isAborted) this.abort('the request was given up');
    else this.#finish();
  }

  onFailed(error: unknown): void {
    this.abort(`the body of the request failed: ${error}`);
  }

  handleTimeout(): void {
    this.abort('the server takes too long');
  }

  abort(reason: string, isUnanswered = false): void {
    this.#over(reason, isUnanswered);
    this.#connection.abort();
  }

  peekBody(): Uint8Array {
    const engine = this.#engine;
    for (let bytes = this.#connection.peek(); bytes.length > 0; bytes = this.#connection.peek()) {
      const { payload } = engine;
      if (payload > 0) return bytes.length > payload ? bytes.subarray(0, payload) : bytes;
      if (engine.phase !== 'body') break;
      this.#connection.consume(engine.receive(bytes));
    }
    if (this.#connection.isFinished) engine.receiveEnd();
    this.#finish();
    return NOTHING;
  }

  consumeBody(count: number): void {
    if (count === 0) return;
    this.#since = this.#surroundings.now();
    this.#connection.consume(count);
    this.#engine.take(count);
    // What ends a chunked body may be here already.
    if (this.#engine.payload === 0) this.peekBody();
  }

  #send({ method, url, headers, body }: Outgoing): void {
    this.#state = 'busy';
    this.#since = this.#surroundings.now();
    const { bytes, sending } = this.#engine.request(
      method,
      url.target,
      authorityText(url),
      headers,
      lengthOf(body),
    );
    this.#sender.start(bytes, body, sending);
  }

  #receiveHead(): void {
    const engine = this.#engine;
    for (let bytes = this.#connection.peek(); bytes.length > 0; bytes = this.#connection.peek()) {
      this.#connection.consume(engine.receive(bytes));
      if (engine.phase !== 'head') break;
    }
    const { isUnanswered } = engine;
    if (engine.phase === 'head' && this.#connection.isFinished) engine.receiveEnd();
    const { response, failure, length } = engine;
    if (failure !== undefined) {
      this.abort(failure, isUnanswered);
    } else if (response !== undefined) {
      const body = new IncomingBody(this, engine.phase === 'received' ? 0 : (length ?? 'chunked'));
      this.#body = body;
      this.#settled(
        ok({
          ...response,
          body,
          abandon: () => {
            if (this.#body === body) this.abort('nobody wants the rest');
          },
        }),
      );
      this.#finish();
    }
  }

  /** The response may be over, and well, or not. */
  #finish(): void {
    const engine = this.#engine;
    const body = this.#body;
    if (engine.failure !== undefined) {
      this.abort(engine.failure);
    } else if (engine.phase === 'received' && body !== undefined) {
      body.finish(engine.trailers);
      this.#body = undefined;
      // The server may have answered before it had all of the request.
      if (!this.#sender.isDone) {
        this.abort('the rest of the request is not wanted');
      } else if (this.#connection.peek().length > 0) {
        // It must not be taken for the answer to the next request.
        this.abort(UNASKED);
      } else if (engine.isPersistent) {
        this.#state = 'idle';
        this.#since = this.#surroundings.now();
        this.#surroundings.onIdle(this);
      } else {
        this.#close();
      }
    }
  }

  /** Our side is over, and the server's soon. */
  #close(): void {
    this.#state = 'closing';
    this.#since = this.#surroundings.now();
    this.#connection.end();
    this.#surroundings.onClosing(this);
  }

  #settled(outcome: Result<ClientResponse>, isUnanswered = false): void {
    const settle = this.#settle;
    this.#settle = undefined;
    this.#outgoing = undefined;
    settle?.(outcome, isUnanswered);
  }

  #over(reason: string, isUnanswered: boolean): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#sender.close();
    this.#settled(malformed(reason), isUnanswered);
    const body = this.#body;
    this.#body = undefined;
    if (body?.abandon(reason)) body.onReadable?.();
    this.#surroundings.onGone(this);
  }
}

const NOTHING = new Uint8Array(0);
const UNASKED = 'the server speaks unasked';
