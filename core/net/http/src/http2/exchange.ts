import { encodeLatin1 } from '@atoll/bytes/latin1';
import type { BodySource } from '../connection/incoming-body.ts';
import { IncomingBody } from '../connection/incoming-body.ts';
import { lengthOf } from '../connection/sender.ts';
import type { FieldList } from '../headers.ts';
import { Headers } from '../headers.ts';
import type { Limits } from '../limits.ts';
import type { Body, BodyProducer, BodyStream, BodyWriter, Response } from '../message.ts';
import type { Refusal } from '../refusal.ts';
import { hasBody, REASONS } from '../status.ts';
import { ERROR, FLAG, HEAD_LENGTH, TYPE } from './code.ts';
import type { Engine } from './engine.ts';
import type { RequestHead } from './request.ts';
import type { ResponseWriter } from './response.ts';
import type { Stream } from './stream.ts';

/** What an exchange needs of its connection. */
export interface ExchangeOwner {
  readonly engine: Engine;
  readonly writer: ResponseWriter;
  now(): number;
  dateLine(): Uint8Array;
  /** The exchange has something to send: it is to have its {@link Exchange.turn}, or another one. */
  wantTurn(exchange: Exchange): void;
  /** The refusal is the answer to the request. */
  refused(refusal: Refusal): void;
  /** What the application does for the request threw `error`. */
  failed(head: RequestHead | undefined, error: unknown): void;
  /** There may be frames of the engine's to send. */
  wantFlush(): void;
  forget(exchange: Exchange): void;
}

/**
 * One request and its response. Nothing is sent but in turns, one after the other with those of the same
 * connection, so that the largest response does not keep the others waiting.
 */
export class Exchange implements BodySource, BodyWriter {
  readonly stream: Stream;
  readonly body: IncomingBody;
  /** Whether it waits for its turn. */
  isWaiting = false;
  /** Since when there is something to send and no window for it, or hardly one; and octets sent since then. */
  #stalledSince = Number.POSITIVE_INFINITY;
  #progress = 0;
  readonly #owner: ExchangeOwner;
  readonly #head: RequestHead | undefined;
  /** Since when the handler has what it needs for an answer, or takes no more of it. */
  #since: number;
  #response: Response | undefined;
  #list: FieldList = NO_FIELDS.list();
  #isHeadSent = false;
  /** What of a body that is there already was not sent. */
  #pieces: readonly Uint8Array[] = NO_PIECES;
  #piece = 0;
  #offset = 0;
  /** A body that is made while it is sent, and who makes it, once it was started. */
  #made: BodyStream | undefined;
  #producer: BodyProducer | undefined;
  /** Octets of it that are still to come; what is not known is infinite. */
  #left = 0;
  /** Whether the body was given to its end. */
  #hasEnded = true;
  #trailers: FieldList | undefined;
  /** Octets of a body that the turn under way may send and did send; none outside of turns. */
  #allowance = 0;
  #sent = 0;
  #awaitsContinue: boolean;
  /** Whether the handler said what it has to say. */
  #isHandled: boolean;
  #isRefused = false;
  #isOver = false;

  /** Without `head` there is no request that a handler could answer. */
  constructor(stream: Stream, head: RequestHead | undefined, owner: ExchangeOwner) {
    this.stream = stream;
    this.#owner = owner;
    this.#head = head;
    this.#since = owner.now();
    this.#awaitsContinue = head?.expectsContinue ?? false;
    this.#isHandled = head === undefined;
    this.body = new IncomingBody(this, stream.isReceiving ? head?.length || 'chunked' : 0);
  }

  /** The handler's answer, which may come too late; false after a refusal. Throws when it cannot be sent. */
  answer(response: Response): boolean {
    if (this.#isOver && !this.#isHandled) this.#owner.engine.streams.abandoned--;
    this.#isHandled = true;
    if (!this.#isOver && this.#response === undefined) this.#respond(response);
    return !this.#isRefused;
  }

  /** The answer that the server gives itself, unless it is too late for one. */
  refuse(refusal: Refusal): void {
    if (this.#response !== undefined) return;
    const { status, reason } = refusal;
    this.#isRefused = true;
    this.#owner.refused(refusal);
    this.#abandonBody(reason);
    const body = encodeLatin1(`${status} ${REASONS[status]}\n`);
    this.#respond({ status, headers: PLAIN, body });
  }

  /** Something of the request's body came, or its end. */
  tell(): void {
    this.#since = this.#owner.now();
    try {
      this.body.onReadable?.();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Ends what takes too long: the peer takes nothing of the response, or the handler has none. */
  handleTimeout(now: number, { stallMs, handlerMs }: Limits): void {
    if (this.#stalledSince + stallMs <= now) {
      this.#owner.engine.streams.reset(this.stream, ERROR.CANCEL);
      this.close('the peer takes nothing');
      return;
    }
    const isPeersTurn = this.stream.isReceiving && this.stream.unread === 0;
    if (isPeersTurn || this.#since + handlerMs > now) return;
    if (this.#response === undefined) this.refuse(UNANSWERED);
  }

  /** Sends what it may, and wants another turn when that is not all. */
  turn(): void {
    if (this.#isOver) return;
    if (this.#response === undefined) {
      this.#owner.writer.writeContinue(this.#owner.engine, this.stream);
      return;
    }
    if (!this.#isHeadSent) this.#sendHead(this.#response);
    if (this.#isOver) return;
    const { engine, writer } = this.#owner;
    const window = engine.flow.allowance(this.stream);
    if (window === 0 && !this.#hasEnded) {
      this.#stalledSince = Math.min(this.#stalledSince, this.#owner.now());
      this.#owner.wantTurn(this);
      return;
    }
    const start = writer.out.reserve(HEAD_LENGTH);
    this.#allowance = Math.max(0, Math.min(window, writer.out.room));
    this.#sent = 0;
    try {
      this.#fill();
    } catch (error) {
      this.#fail(error);
    }
    this.#allowance = 0;
    this.#finishFrame(start);
  }

  /** The stream is gone, or the connection. */
  close(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const producer = this.#hasEnded ? undefined : this.#producer;
    this.#producer = undefined;
    this.#hasEnded = true;
    try {
      producer?.onClosed?.();
    } catch (error) {
      this.#fail(error);
    }
    this.#abandonBody(reason);
    if (!this.#isHandled) this.#owner.engine.streams.abandoned++;
    this.#owner.forget(this);
  }

  peekBody(): Uint8Array {
    this.#continue();
    const bytes = this.stream.peek();
    if (bytes.length === 0 && !this.stream.isReceiving) this.body.finish(this.stream.trailers);
    return bytes;
  }

  consumeBody(count: number): void {
    this.#since = this.#owner.now();
    this.#owner.engine.flow.consume(this.stream, count);
    if (this.stream.unread === 0) this.peekBody();
    this.#owner.wantFlush();
  }

  write(bytes: Uint8Array): number {
    if (this.#hasEnded || bytes.length === 0) return 0;
    if (bytes.length > this.#left) throw new RangeError('a body is longer than its length');
    const count = Math.min(bytes.length, this.#allowance - this.#sent);
    if (count > 0) {
      this.#owner.writer.out.put(count === bytes.length ? bytes : bytes.subarray(0, count));
      this.#sent += count;
      this.#left -= count;
    }
    if (count < bytes.length) this.#owner.wantTurn(this);
    return Math.max(0, count);
  }

  end(trailers?: Headers): void {
    if (this.#hasEnded) return;
    if (this.#left > 0 && this.#left < Number.POSITIVE_INFINITY) {
      this.abort();
      return;
    }
    this.#trailers = trailers?.list();
    this.#hasEnded = true;
    this.#owner.wantTurn(this);
  }

  abort(): void {
    if (this.#isOver) return;
    this.#hasEnded = true;
    this.#owner.engine.streams.reset(this.stream, ERROR.INTERNAL_ERROR);
    this.close('the response was given up');
    this.#owner.wantFlush();
  }

  /** A client that waits for it is told to go on, once somebody wants the body. */
  #continue(): void {
    if (!this.#awaitsContinue) return;
    this.#awaitsContinue = false;
    const isEarly = this.#response === undefined && this.stream.received === 0;
    if (isEarly && this.stream.isReceiving) this.#owner.wantTurn(this);
  }

  #respond(response: Response): void {
    const { status, headers = NO_FIELDS, body } = response;
    if (!(status >= 200 && status <= 599)) throw new RangeError(`${status} is no final status`);
    this.#list = headers.list();
    this.#response = response;
    if (body !== undefined && hasBody(status) && this.#head?.method !== 'HEAD') this.#give(body);
    this.#owner.wantTurn(this);
  }

  #give(body: Body): void {
    if (body instanceof Uint8Array) {
      this.#pieces = [body];
      this.#hasEnded = body.length === 0;
    } else if ('start' in body) {
      this.#made = body;
      this.#left = body.length ?? Number.POSITIVE_INFINITY;
      this.#hasEnded = false;
    } else {
      this.#pieces = body;
      this.#hasEnded = lengthOf(body) === 0;
    }
  }

  #sendHead({ status, headers, body }: Response): void {
    this.#isHeadSent = true;
    const length = hasBody(status) ? lengthOf(body) : undefined;
    const date = headers?.has('date') ? undefined : this.#owner.dateLine();
    const { engine, writer } = this.#owner;
    const fields = { status, list: this.#list, length, date };
    writer.writeHead(engine, this.stream, fields, this.#hasEnded);
    if (this.#hasEnded) this.#finish();
  }

  /** Writes as much of the body as the turn allows. */
  #fill(): void {
    if (this.#hasEnded) return;
    if (this.#made === undefined) {
      this.#fillWithPieces();
    } else if (this.#producer === undefined) {
      const producer = this.#made.start(this);
      // It may have given up already.
      if (this.#isOver) return;
      this.#producer = producer;
      if (!this.#hasEnded) producer.onWritable();
    } else {
      this.#producer.onWritable();
    }
  }

  #fillWithPieces(): void {
    const { out } = this.#owner.writer;
    while (this.#piece < this.#pieces.length) {
      const piece = this.#pieces[this.#piece];
      const left = piece.length - this.#offset;
      const count = Math.min(left, this.#allowance - this.#sent);
      out.put(count === piece.length ? piece : piece.subarray(this.#offset, this.#offset + count));
      this.#sent += count;
      this.#offset += count;
      if (count < left) {
        this.#owner.wantTurn(this);
        return;
      }
      this.#piece++;
      this.#offset = 0;
    }
    this.#hasEnded = true;
  }

  /** Makes a frame of what was written behind the octets for its head, if there is anything to say. */
  #finishFrame(start: number): void {
    const { engine, writer } = this.#owner;
    const { out } = writer;
    if (this.#isOver || (this.#sent === 0 && !this.#hasEnded)) {
      out.length = start;
      return;
    }
    const isEnd = this.#hasEnded && this.#trailers === undefined;
    out.patchHead(start, this.#sent, TYPE.DATA, isEnd ? FLAG.END_STREAM : 0, this.stream.id);
    engine.flow.sent(this.stream, this.#sent);
    this.#progress += this.#sent;
    // Who wants no other turn has nothing more to send for now.
    if (this.#progress >= WORTH || !this.isWaiting) {
      this.#progress = 0;
      this.#stalledSince = Number.POSITIVE_INFINITY;
    }
    if (this.#trailers !== undefined) writer.writeTrailers(engine, this.stream, this.#trailers);
    if (this.#hasEnded) this.#finish();
  }

  #abandonBody(reason: string): void {
    if (this.body.abandon(reason)) this.tell();
  }

  /** What an application throws ends the stream and nothing else. */
  #fail(error: unknown): void {
    this.#owner.failed(this.#head, error);
    this.abort();
  }

  #finish(): void {
    this.#owner.engine.streams.end(this.stream);
    this.close('the request was answered');
  }
}

/** A peer that takes less than so many octets while we wait for it takes nothing. */
const WORTH = 1024;
const UNANSWERED: Refusal = { status: 503, reason: 'the handler does not answer' };
const NO_FIELDS = new Headers();
const NO_PIECES: readonly Uint8Array[] = [];
const PLAIN = new Headers({ 'content-type': 'text/plain; charset=utf-8' });
