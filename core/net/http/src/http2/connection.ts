import type { CloseReason, TcpConnection, TcpHandler } from '@atoll/device/socket';
import type { Refusal } from '../refusal.ts';
import type { Served, Surroundings } from '../server/surroundings.ts';
import { ERROR, FRAME_SIZE } from './code.ts';
import { Engine } from './engine.ts';
import type { ExchangeOwner } from './exchange.ts';
import { Exchange } from './exchange.ts';
import { emitFrame } from './frame.ts';
import type { RequestHead } from './request.ts';
import type { ResponseWriter } from './response.ts';
import type { Event } from './state.ts';
import type { Stream } from './stream.ts';

export interface ConnectionOptions {
  readonly scheme: 'http' | 'https';
  /** Streams at a time. */
  readonly streams: number;
  readonly surroundings: Surroundings;
  readonly writer: ResponseWriter;
}

/** One connection of HTTP/2: the engine between a connection and the handler. */
export class Http2Connection implements Served, TcpHandler, ExchangeOwner {
  readonly engine: Engine;
  readonly writer: ResponseWriter;
  readonly #connection: TcpConnection;
  readonly #options: ConnectionOptions;
  readonly #exchanges = new Map<Stream, Exchange>();
  /** Who has something to send, in the order of turns. */
  readonly #ring: Exchange[] = [];
  /** What the connection did not take. */
  #unsent: Uint8Array | undefined;
  /** Since when it takes nothing, nobody asks, or we wait for its end. */
  #since: number;
  #isWorking = false;
  #isDeferred = false;
  #isLingering = false;
  #isClosed = false;

  constructor(connection: TcpConnection, options: ConnectionOptions) {
    const { scheme, streams, surroundings, writer } = options;
    this.#connection = connection;
    this.#options = options;
    this.#since = surroundings.now();
    this.engine = new Engine({ scheme, streams, limits: surroundings.limits }, this.#since);
    this.writer = writer;
    connection.noDelay = true;
  }

  get isDispensable(): boolean {
    return this.#exchanges.size === 0;
  }

  get deadline(): number {
    const { idleMs, lingerMs, stallMs } = this.#options.surroundings.limits;
    if (this.#isLingering) return this.#since + lingerMs;
    if (this.#unsent !== undefined) return Math.min(this.#since + stallMs, this.engine.deadline);
    if (this.#exchanges.size > 0) return this.engine.deadline;
    return Math.min(this.#since + idleMs, this.engine.deadline);
  }

  onConnected(): void {
    this.#work();
  }

  onReadable(): void {
    this.#work();
  }

  onWritable(): void {
    const unsent = this.#unsent;
    this.#unsent = undefined;
    this.#since = this.now();
    if (unsent !== undefined) this.#write(unsent, true);
    this.#work();
  }

  onClosed(reason: CloseReason): void {
    this.#isClosed = true;
    this.#closeExchanges(`the connection is ${reason}`);
    this.#options.surroundings.forget(this);
  }

  handleTimeout(now: number): void {
    const { idleMs, lingerMs, stallMs } = this.#options.surroundings.limits;
    const silence = now - this.#since;
    if (
      this.#isLingering ? silence >= lingerMs : this.#unsent !== undefined && silence >= stallMs
    ) {
      this.abort();
      return;
    }
    this.engine.handleTimeout(now);
    const { limits } = this.#options.surroundings;
    for (const exchange of this.#exchanges.values()) exchange.handleTimeout(now, limits);
    if (this.#exchanges.size === 0 && this.#unsent === undefined && silence >= idleMs) {
      this.engine.leaveNow();
    }
    this.#handleEvents();
    this.#work();
  }

  resume(): void {
    this.#isDeferred = false;
    this.#work();
  }

  close(): void {
    this.engine.leave(this.now());
    this.#work();
  }

  abort(): void {
    this.#connection.abort();
  }

  now(): number {
    return this.#options.surroundings.now();
  }

  dateLine(): Uint8Array {
    return this.#options.surroundings.dateLine();
  }

  refused(refusal: Refusal): void {
    this.#options.surroundings.refused(this, refusal);
  }

  failed(head: RequestHead | undefined, error: unknown): void {
    const request = head && { method: head.method, path: head.target.path };
    this.#options.surroundings.failed(request, error);
  }

  wantTurn(exchange: Exchange): void {
    if (exchange.isWaiting) return;
    exchange.isWaiting = true;
    this.#ring.push(exchange);
    this.wantFlush();
  }

  /** Answers that come one by one go out together. */
  wantFlush(): void {
    if (!this.#isWorking) this.#defer();
  }

  forget({ stream }: Exchange): void {
    this.#exchanges.delete(stream);
    if (this.#exchanges.size === 0) this.#since = this.now();
  }

  /** Takes what came and sends what there is, in turns, so that others have theirs. */
  #work(): void {
    if (this.#isWorking || this.#isClosed) return;
    this.#isWorking = true;
    try {
      for (let turns = 1; this.#receive(); turns++) {
        this.#flush();
        if (turns < MOST_TURNS) continue;
        this.#defer();
        break;
      }
      this.#flush();
    } finally {
      this.#isWorking = false;
    }
    if (!this.#isClosed) this.#options.surroundings.schedule(this.deadline);
  }

  #defer(): void {
    if (this.#isDeferred || this.#isClosed) return;
    this.#isDeferred = true;
    this.#options.surroundings.defer(this);
  }

  /** Takes some of what came; answers whether there may be more. */
  #receive(): boolean {
    const connection = this.#connection;
    const bytes = connection.peek();
    if (bytes.length === 0) {
      if (connection.isFinished) this.#receiveEnd();
      return false;
    }
    // What still comes is read, or else a reset could overtake what we said.
    const used = this.#isLingering ? bytes.length : this.engine.receive(bytes, this.now());
    connection.consume(used);
    this.#handleEvents();
    return used > 0;
  }

  /** Nothing more comes: what was asked for as a whole is answered. */
  #receiveEnd(): void {
    for (const exchange of this.#exchanges.values()) {
      if (!exchange.stream.isReceiving) continue;
      this.engine.streams.reset(exchange.stream, ERROR.CANCEL);
      exchange.close('the peer sends no more');
    }
    this.engine.leaveNow();
  }

  #handleEvents(): void {
    const { events, failure } = this.engine;
    if (events.length > 0) {
      const taken = events.splice(0);
      for (let at = 0; at < taken.length; at++) this.#handle(taken[at]);
    }
    if (failure === undefined || this.#isLingering || this.#isClosed) return;
    this.refused({ status: 400, reason: failure.reason });
    this.#closeExchanges(failure.reason);
  }

  #handle(event: Event): void {
    const { stream } = event;
    switch (event.kind) {
      case 'request':
        this.#request(stream, event.head);
        break;
      case 'body':
        this.#exchanges.get(stream)?.tell();
        break;
      case 'refused':
        (this.#exchanges.get(stream) ?? this.#begin(stream, undefined)).refuse(event.refusal);
        break;
      default:
        this.#reset(stream, event.reason);
    }
  }

  #reset(stream: Stream, reason: string): void {
    const exchange = this.#exchanges.get(stream);
    if (exchange !== undefined) exchange.close(reason);
    else this.refused({ status: 400, reason });
  }

  #request(stream: Stream, head: RequestHead): void {
    const exchange = this.#begin(stream, head);
    const { scheme, surroundings } = this.#options;
    const { method, headers } = head;
    const { authority, path, query } = head.target;
    const { remote } = this.#connection;
    const { body } = exchange;
    surroundings.handle(
      { method, authority, path, query, headers, body, protocol: 'HTTP/2', remote, scheme },
      (response) => exchange.answer(response),
    );
  }

  #begin(stream: Stream, head: RequestHead | undefined): Exchange {
    const exchange = new Exchange(stream, head, this);
    this.#exchanges.set(stream, exchange);
    return exchange;
  }

  /** Sends frames of the engine's, and then gives turns, until there is nothing to send or no room for it. */
  #flush(): void {
    const { out } = this.writer;
    while (this.#unsent === undefined && !this.#isLingering && !this.#isClosed) {
      out.clear(Math.max(FRAME_SIZE, this.#connection.room));
      const { control } = this.engine;
      for (let at = 0; at < control.length; at++) emitFrame(out, control[at]);
      control.length = 0;
      this.#giveTurns();
      if (out.length === 0) break;
      this.#write(out.view(), false);
    }
    if (this.engine.isOver) this.#linger();
  }

  /** A turn to each in the ring, until all had one for nothing or there is no room. */
  #giveTurns(): void {
    const ring = this.#ring;
    const { out } = this.writer;
    let left = ring.length;
    while (left > 0 && out.room >= LEAST_ROOM) {
      const exchange = ring.shift() as Exchange;
      const before = out.length;
      exchange.isWaiting = false;
      exchange.turn();
      left = out.length > before ? ring.length : left - 1;
    }
  }

  /** Writes `bytes`; `isOurs` when nobody else changes them. */
  #write(bytes: Uint8Array, isOurs: boolean): void {
    const taken = this.#connection.write(bytes);
    if (taken === bytes.length) return;
    this.#unsent = isOurs ? bytes.subarray(taken) : bytes.slice(taken);
    this.#since = this.now();
  }

  #closeExchanges(reason: string): void {
    this.#ring.length = 0;
    for (const exchange of this.#exchanges.values()) exchange.close(reason);
  }

  /** Ends our side, once everything went out. */
  #linger(): void {
    const isDone = this.#unsent === undefined && this.engine.control.length === 0;
    if (!isDone || this.#isLingering || this.#isClosed) return;
    this.#isLingering = true;
    this.#since = this.now();
    this.#connection.end();
  }
}

/** What is read without a pause: pieces, each with some requests. */
const MOST_TURNS = 4;
/** A turn is worth it for so many octets. */
const LEAST_ROOM = FRAME_SIZE / 16;
