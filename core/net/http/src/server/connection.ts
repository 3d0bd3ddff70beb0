import { encodeLatin1 } from '@atoll/bytes/latin1';
import type { CloseReason, Endpoint, TcpConnection, TcpHandler } from '@atoll/device/socket';
import type { BodySource } from '../connection/incoming-body.ts';
import { IncomingBody, NO_BODY } from '../connection/incoming-body.ts';
import type { SenderEvents } from '../connection/sender.ts';
import { lengthOf, Sender } from '../connection/sender.ts';
import { Headers } from '../headers.ts';
import type { RequestHead } from '../http1/request.ts';
import { CONTINUE } from '../http1/response.ts';
import { ServerEngine } from '../http1/server-engine.ts';
import type { BodyReader, Response } from '../message.ts';
import type { Refusal } from '../refusal.ts';
import { REASONS } from '../status.ts';
import type { Served, Surroundings } from './surroundings.ts';

/**
 * - `receiving`: a head is awaited,
 * - `handling`: the handler has the request,
 * - `responding`: the response is being sent,
 * - `draining`: it was sent, but the body of the request is not over,
 * - `lingering`: we ended and wait for the peer to do so.
 */
type State = 'receiving' | 'handling' | 'responding' | 'draining' | 'lingering' | 'closed';

/** One connection of HTTP/1.1: the engine between a stream and the handler. */
export class ServerConnection implements Served, TcpHandler, BodySource, SenderEvents {
  readonly #connection: TcpConnection;
  readonly #scheme: 'http' | 'https';
  readonly #surroundings: Surroundings;
  readonly #engine: ServerEngine;
  readonly #sender: Sender;
  /** For the handler's answer, whenever that comes. */
  readonly #answer = (response: Response) => {
    // Meanwhile the connection, or the request, may have come to its end.
    if (this.#state === 'handling') this.#respond(response);
    return !this.#isRefused;
  };
  #state: State = 'receiving';
  #remote: Endpoint | undefined;
  #body: IncomingBody | undefined;
  #isWorking = false;
  /** Whether the server gave the last answer itself. */
  #isRefused = false;
  /** When the work under way began. */
  #now = 0;
  #awaitsContinue = false;
  /** Octets of a body that were read for nobody. */
  #discarded = 0;
  /** Since when the peer or the handler takes nothing, or we wait for the end of the one or the answer of the other. */
  #since: number;

  constructor(connection: TcpConnection, scheme: 'http' | 'https', surroundings: Surroundings) {
    this.#connection = connection;
    this.#scheme = scheme;
    this.#surroundings = surroundings;
    this.#since = surroundings.now();
    this.#engine = new ServerEngine(surroundings.limits, this.#since, surroundings.heads);
    this.#sender = new Sender(connection, this);
    connection.noDelay = true;
  }

  get isDispensable(): boolean {
    return this.#state === 'receiving' || this.#state === 'lingering';
  }

  get deadline(): number {
    const { lingerMs, stallMs, handlerMs } = this.#surroundings.limits;
    if (this.#state === 'lingering') return this.#since + lingerMs;
    if (this.#sender.isBlocked) return this.#since + stallMs;
    const isAnswerDue = this.#state === 'handling' && this.#engine.phase === 'received';
    return isAnswerDue ? this.#since + handlerMs : this.#engine.deadline;
  }

  onConnected(): void {
    this.#surroundings.schedule(this.deadline);
  }

  onReadable(): void {
    if (!this.#isBusy) this.#work();
    else if (this.#body !== undefined) this.#tell(this.#body);
  }

  onWritable(): void {
    this.#since = this.#surroundings.now();
    this.#sender.resume();
  }

  onClosed(reason: CloseReason): void {
    this.#state = 'closed';
    this.#sender.close();
    this.#abandonBody(`the connection is ${reason}`);
    this.#surroundings.forget(this);
  }

  onBlocked(): void {
    this.#since = this.#surroundings.now();
    this.#surroundings.schedule(this.deadline);
  }

  onDone(): void {
    this.#work();
  }

  onFailed(error: unknown): void {
    this.#surroundings.failed(this.#engine.request, error);
  }

  handleTimeout(now: number): void {
    if (this.#state === 'lingering' || this.#sender.isBlocked) {
      this.abort();
    } else if (this.#isBusy && !this.#isPeersTurn) {
      const { handlerMs } = this.#surroundings.limits;
      const isLate = this.#state === 'handling' && this.#since + handlerMs <= now;
      if (isLate) this.#fail(UNANSWERED);
      else this.#engine.excuse(now);
    } else {
      this.#engine.handleTimeout();
      if (this.#engine.refusal !== undefined && this.#state !== 'draining')
        this.#fail(this.#engine.refusal);
      else this.#linger();
    }
  }

  resume(): void {
    this.#work();
  }

  close(): void {
    if (this.#state === 'receiving') this.#linger();
  }

  abort(): void {
    this.#connection.abort();
  }

  peekBody(): Uint8Array {
    const connection = this.#connection;
    const engine = this.#engine;
    this.#continue();
    for (let bytes = connection.peek(); bytes.length > 0; bytes = connection.peek()) {
      const { payload } = engine;
      if (payload > 0) return bytes.length > payload ? bytes.subarray(0, payload) : bytes;
      if (engine.phase !== 'body') break;
      this.#receive(bytes);
    }
    if (connection.isFinished) engine.receiveEnd();
    if (engine.phase === 'received') this.#body?.finish(engine.trailers);
    else if (engine.refusal !== undefined) this.#fail(engine.refusal);
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

  /** Whether there is a request with the handler. */
  get #isBusy(): boolean {
    return this.#state === 'handling' || this.#state === 'responding';
  }

  /** Whether more of the body is awaited, and not that somebody takes what came. */
  get #isPeersTurn(): boolean {
    return this.#engine.phase === 'body' && this.#connection.peek().length === 0;
  }

  /** Does what can be done now, in turns: who pipelines a thousand requests does not keep others waiting. */
  #work(): void {
    if (this.#isWorking) return;
    this.#isWorking = true;
    this.#now = this.#surroundings.now();
    let turns = 0;
    while (this.#step()) {
      if (++turns < MOST_TURNS) continue;
      this.#surroundings.defer(this);
      break;
    }
    this.#isWorking = false;
    if (this.#state !== 'closed') this.#surroundings.schedule(this.deadline);
  }

  /** Takes one step and answers whether there may be another one. */
  #step(): boolean {
    switch (this.#state) {
      case 'receiving':
        return this.#stepReceiving();
      case 'responding':
        return this.#sender.isDone && this.#stepResponded();
      case 'draining':
        return this.#stepDraining();
      case 'lingering':
        return this.#stepLingering();
      default:
        return false;
    }
  }

  #stepReceiving(): boolean {
    const connection = this.#connection;
    const bytes = connection.peek();
    if (bytes.length === 0) {
      if (!connection.isFinished) return false;
      this.#engine.receiveEnd();
      if (this.#engine.refusal !== undefined) this.#fail(this.#engine.refusal);
      else this.#linger();
      return true;
    }
    this.#receive(bytes);
    const { request, refusal } = this.#engine;
    if (refusal !== undefined) this.#fail(refusal);
    else if (request !== undefined) this.#handle(request);
    return true;
  }

  #stepResponded(): boolean {
    if (this.#sender.isAborted) {
      this.abort();
      return false;
    }
    if (!this.#engine.isPersistent) {
      this.#linger();
      return true;
    }
    this.#state = 'draining';
    this.#discarded = 0;
    this.#abandonBody('the request was answered');
    return this.#stepDraining();
  }

  #stepDraining(): boolean {
    const engine = this.#engine;
    const { discarded } = this.#surroundings.limits;
    if (engine.phase === 'body') {
      for (let bytes = this.peekBody(); bytes.length > 0; bytes = this.peekBody()) {
        this.#discarded += bytes.length;
        this.consumeBody(bytes.length);
      }
    }
    if (engine.phase === 'received') {
      engine.next(this.#now);
      this.#state = 'receiving';
      return true;
    }
    const isOver = engine.phase === 'refused' || this.#connection.isFinished;
    if (isOver || this.#discarded > discarded) {
      this.#linger();
      return true;
    }
    return false;
  }

  /** What still comes is read, or else a reset could overtake what we said (RFC 9112 section 9.6). */
  #stepLingering(): boolean {
    for (
      let { length } = this.#connection.peek();
      length > 0;
      { length } = this.#connection.peek()
    ) {
      this.#connection.consume(length);
    }
    return false;
  }

  #receive(bytes: Uint8Array): void {
    this.#connection.consume(this.#engine.receive(bytes, this.#now));
  }

  #handle(head: RequestHead): void {
    const { framing, method, authority, path, query, headers, isOld } = head;
    let body: BodyReader = NO_BODY;
    if (framing !== 0) body = this.#body = new IncomingBody(this, framing);
    this.#awaitsContinue = head.expectsContinue;
    this.#state = 'handling';
    this.#since = this.#now;
    const protocol = isOld ? 'HTTP/1.0' : 'HTTP/1.1';
    this.#remote ??= this.#connection.remote;
    const remote = this.#remote;
    const scheme = this.#scheme;
    this.#surroundings.handle(
      { method, authority, path, query, headers, body, protocol, remote, scheme },
      this.#answer,
    );
  }

  #respond(response: Response, isLast = false): void {
    const surroundings = this.#surroundings;
    const { body } = response;
    const isEnd = isLast || this.#awaitsContinue || surroundings.isClosing;
    const date = surroundings.dateLine();
    const { bytes, sending } = this.#engine.respond(response, lengthOf(body), date, isEnd);
    this.#state = 'responding';
    this.#sender.start(bytes, body, sending);
    this.#work();
  }

  /** The request cannot be understood to its end: that is the answer, unless there is one already. */
  #fail(refusal: Refusal): void {
    if (this.#state === 'draining') return;
    if (this.#state === 'responding') {
      this.abort();
      return;
    }
    this.#isRefused = true;
    this.#surroundings.refused(this, refusal);
    this.#abandonBody(refusal.reason);
    const text = encodeLatin1(`${refusal.status} ${REASONS[refusal.status]}\n`);
    this.#respond({ status: refusal.status, headers: PLAIN, body: text }, true);
  }

  /** Tells the handler that there is more of the body, or that it is over; what it throws ends this connection only. */
  #tell(body: IncomingBody): void {
    try {
      body.onReadable?.();
    } catch (error) {
      this.#surroundings.failed(this.#engine.request, error);
      this.abort();
    }
  }

  #abandonBody(reason: string): void {
    const body = this.#body;
    this.#body = undefined;
    if (body?.abandon(reason)) this.#tell(body);
  }

  /** A client that waits for it is told to go on, once somebody wants the body. */
  #continue(): void {
    if (!this.#awaitsContinue || this.#state !== 'handling') return;
    this.#awaitsContinue = false;
    this.#sender.sendRaw(CONTINUE);
  }

  #linger(): void {
    this.#state = 'lingering';
    this.#since = this.#surroundings.now();
    this.#abandonBody('the request was answered');
    this.#connection.end();
    this.#work();
  }
}

const NOTHING = new Uint8Array(0);
const PLAIN = new Headers({ 'content-type': 'text/plain; charset=utf-8' });
const UNANSWERED: Refusal = { status: 503, reason: 'the handler does not answer' };
/** Steps without a pause, of which a short request takes two. */
const MOST_TURNS = 32;
