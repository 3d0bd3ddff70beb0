import { encodeLatin1 } from '@atoll/bytes/latin1';
import type { CloseReason, TcpConnection, TcpHandler } from '@atoll/device/socket';
import type { BodySource } from '../connection/incoming-body.ts';
import { IncomingBody } from '../connection/incoming-body.ts';
import type { SenderEvents } from '../connection/sender.ts';
import { lengthOf, Sender } from '../connection/sender.ts';
import { Headers } from '../headers.ts';
import type { RequestHead } from '../http1/request.ts';
import { CONTINUE } from '../http1/response.ts';
import { ServerEngine } from '../http1/server-engine.ts';
import type { Response } from '../message.ts';
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
  #state: State = 'receiving';
  #body: IncomingBody | undefined;
  #isWorking = false;
  #awaitsContinue = false;
  /** Octets of a body that were read for nobody. */
  #discarded = 0;
  /** Since when the peer takes nothing, or we wait for its end. */
  #since = 0;

  constructor(connection: TcpConnection, scheme: 'http' | 'https', surroundings: Surroundings) {
    this.#connection = connection;
    this.#scheme = scheme;
    this.#surroundings = surroundings;
    this.#engine = new ServerEngine(surroundings.limits, surroundings.now());
    this.#sender = new Sender(connection, this);
    connection.noDelay = true;
  }

  get isDispensable(): boolean {
    return this.#state === 'receiving' || this.#state === 'lingering';
  }

  get deadline(): number {
    const { lingerMs, stallMs } = this.#surroundings.limits;
    if (this.#state === 'lingering') return this.#since + lingerMs;
    if (this.#sender.isBlocked) return this.#since + stallMs;
    return this.#engine.deadline;
  }

  onConnected(): void {
    this.#surroundings.schedule(this.deadline);
  }

  onReadable(): void {
    if (this.#isBusy) this.#body?.onReadable?.();
    else this.#work();
  }

  onWritable(): void {
    this.#since = this.#surroundings.now();
    this.#sender.resume();
  }

  onClosed(reason: CloseReason): void {
    this.#state = 'closed';
    this.#sender.close();
    this.#body?.abandon(`the connection is ${reason}`);
    this.#surroundings.forget(this);
  }

  onBlocked(): void {
    this.#since = this.#surroundings.now();
    this.#surroundings.schedule(this.deadline);
  }

  onDone(): void {
    this.#work();
  }

  handleTimeout(now: number): void {
    if (this.#state === 'lingering' || this.#sender.isBlocked) {
      this.abort();
    } else if (this.#isBusy && this.#connection.peek().length > 0) {
      this.#engine.excuse(now);
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
    this.#connection.consume(count);
    this.#engine.take(count);
    // What ends a chunked body may be here already.
    if (this.#engine.payload === 0) this.peekBody();
  }

  /** Whether there is a request with the handler. */
  get #isBusy(): boolean {
    return this.#state === 'handling' || this.#state === 'responding';
  }

  /** Does what can be done now, in turns: who pipelines a thousand requests does not keep others waiting. */
  #work(): void {
    if (this.#isWorking) return;
    this.#isWorking = true;
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
    } else {
      this.#state = 'draining';
      this.#discarded = 0;
      this.#body?.abandon('the request was answered');
      this.#body = undefined;
    }
    return true;
  }

  #stepDraining(): boolean {
    const engine = this.#engine;
    const { discarded } = this.#surroundings.limits;
    for (let bytes = this.peekBody(); bytes.length > 0; bytes = this.peekBody()) {
      this.#discarded += bytes.length;
      this.consumeBody(bytes.length);
    }
    if (engine.phase === 'received') {
      engine.next(this.#surroundings.now());
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
    this.#connection.consume(this.#engine.receive(bytes, this.#surroundings.now()));
  }

  #handle(head: RequestHead): void {
    const { framing, method, authority, path, query, headers, isOld } = head;
    const body = new IncomingBody(this, framing);
    this.#body = body;
    this.#awaitsContinue = head.expectsContinue;
    this.#state = 'handling';
    const protocol = isOld ? 'HTTP/1.0' : 'HTTP/1.1';
    const { remote } = this.#connection;
    this.#surroundings.handle(
      { method, authority, path, query, headers, body, protocol, remote, scheme: this.#scheme },
      (response) => {
        // Meanwhile the connection, or the request, may have come to its end.
        if (this.#body === body && this.#state === 'handling') this.#respond(response);
      },
    );
  }

  #respond(response: Response, isLast = false): void {
    const { status, headers = NO_HEADERS, body } = response;
    const surroundings = this.#surroundings;
    const isEnd = isLast || this.#awaitsContinue || surroundings.isClosing;
    const date = surroundings.dateLine();
    const { bytes, sending } = this.#engine.respond(status, headers, lengthOf(body), date, isEnd);
    this.#state = 'responding';
    this.#since = surroundings.now();
    try {
      this.#sender.start(bytes, body, sending);
    } catch (error) {
      // A stream that does not even start: the head was sent, so that this is all that can be said.
      this.abort();
      throw error;
    }
    this.#work();
  }

  /** The request cannot be understood to its end: that is the answer, unless there is one already. */
  #fail(refusal: Refusal): void {
    if (this.#state === 'draining') return;
    this.#surroundings.refused(this, refusal);
    if (this.#state === 'responding') {
      this.abort();
      return;
    }
    const body = this.#body;
    this.#body = undefined;
    body?.abandon(refusal.reason);
    const text = encodeLatin1(`${refusal.status} ${REASONS[refusal.status]}\n`);
    this.#respond({ status: refusal.status, headers: PLAIN, body: text }, true);
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
    this.#body?.abandon('the request was answered');
    this.#body = undefined;
    this.#connection.end();
    this.#work();
  }
}

const NOTHING = new Uint8Array(0);
const NO_HEADERS = new Headers();
const PLAIN = new Headers({ 'content-type': 'text/plain; charset=utf-8' });
/** Steps without a pause, of which a short request takes three. */
const MOST_TURNS = 48;
