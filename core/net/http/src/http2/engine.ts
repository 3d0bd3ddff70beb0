import { encodeLatin1 } from '@atoll/bytes/latin1';
import type { Limits } from '../limits.ts';
import type { Refusal } from '../refusal.ts';
import type { Fault } from './code.ts';
import {
  ERROR,
  errorName,
  FRAME_SIZE,
  HEAD_LENGTH,
  INITIAL_WINDOW,
  LARGEST_WINDOW,
  PREFACE,
  SETTING,
} from './code.ts';
import type { Frame, Settings } from './frame.ts';
import { parseFrame } from './frame.ts';
import { Decoder } from './hpack/decoder.ts';
import { Encoder } from './hpack/encoder.ts';
import { Pending } from './pending.ts';
import { Recent } from './recent.ts';
import type { RequestHead } from './request.ts';
import { requestOf, Targets, trailersOf } from './request.ts';
import { Stream } from './stream.ts';
import { PRICE, Toll } from './toll.ts';

/** What happened on a stream. After `reset` there is no such stream any more. */
export type Event =
  | { readonly kind: 'request'; readonly stream: Stream; readonly head: RequestHead }
  /** There is no request, or the rest of its body does not count: the refusal is the answer. */
  | { readonly kind: 'refused'; readonly stream: Stream; readonly refusal: Refusal }
  /** Something of the body came, or its end. */
  | { readonly kind: 'body'; readonly stream: Stream }
  | { readonly kind: 'reset'; readonly stream: Stream; readonly reason: string };

export interface EngineOptions {
  readonly scheme: 'http' | 'https';
  readonly limits: Limits;
  /** Streams at a time. */
  readonly streams: number;
}

/**
 * The server's side of one connection of HTTP/2 (RFC 9113), without the connection.
 *
 * Give `receive` what came until it takes no more, and after each call take the `events`, and send the
 * frames of `control` before any other. `allowance` is how much of a body may be sent on a stream; `sent`, `end` and
 * `reset` say what was. When there is a `failure`, or `isOver`, nothing counts any more but `control`.
 *
 * `handleTimeout` is due at `deadline`.
 */
export class Engine {
  /** Why the connection cannot go on. */
  failure: Fault | undefined;
  /** What happened since it was last emptied. */
  events: Event[] = [];
  /** Frames that wait to be sent. */
  control: Frame[] = [];
  readonly streams = new Map<number, Stream>();
  /** Writes the field blocks of responses. */
  readonly encoder = new Encoder();
  /** Octets of a payload that the peer takes. */
  frameSize = FRAME_SIZE;
  /** Requests that are worked on although their streams are gone. They count, so that resets make no room for more. */
  abandoned = 0;
  readonly #options: EngineOptions;
  readonly #decoder: Decoder;
  readonly #toll: Toll;
  readonly #recent = new Recent();
  readonly #targets = new Targets();
  readonly #pending = new Pending();
  #now: number;
  /** Octets of the preface that came. */
  #preface = 0;
  /** What the peer still has to say before requests count: its settings, and that it has ours. */
  #isGreeted = false;
  #isAcknowledged = false;
  /** When what the peer has begun to say must be over. */
  #patience: number;
  /** When requests that come are not answered any more, though the peer did not say that it knows. */
  #leaveAt = Number.POSITIVE_INFINITY;
  /** When the bodies that come in are looked at. */
  #lookAt = 0;
  #lastStream = 0;
  #requests = 0;
  /** Of the connection. */
  #sendWindow = INITIAL_WINDOW;
  #receiveWindow = INITIAL_WINDOW;
  #owed = CONNECTION_WINDOW - INITIAL_WINDOW;
  /** Of streams, before anything was sent. */
  #initialWindow = INITIAL_WINDOW;
  /** Streams above it are not looked at any more. */
  #lastServed = LARGEST_WINDOW;
  #isLeaving = false;
  /** The block of fields that is under way. */
  #block: { readonly stream: number; readonly isEnd: boolean; isBad: boolean } | undefined;

  constructor(options: EngineOptions, now: number) {
    const { limits, streams } = options;
    this.#options = options;
    this.#now = now;
    this.#patience = now + limits.headMs;
    this.#decoder = new Decoder(limits);
    this.#toll = new Toll(now);
    const settings: Settings = [
      { id: SETTING.MAX_CONCURRENT_STREAMS, value: streams },
      { id: SETTING.MAX_HEADER_LIST_SIZE, value: limits.fieldBytes },
      { id: SETTING.NO_RFC7540_PRIORITIES, value: 1 },
    ];
    this.control.push({ type: 'SETTINGS', isAck: false, settings });
    this.#repay();
  }

  /** Whether the connection has said all it will. */
  get isOver(): boolean {
    const isLeaving = this.#lastServed < LARGEST_WINDOW;
    return this.failure !== undefined || (isLeaving && this.streams.size === 0);
  }

  /**
   * Takes bytes and answers how many. It stops after a few requests, and after many frames that have to be
   * answered, so that nobody gets more turns than others by sending it all at once.
   */
  receive(bytes: Uint8Array, now: number): number {
    this.#now = now;
    let at = 0;
    if (this.#preface < PREFACE.length) at = this.#receivePreface(bytes);
    while (
      at < bytes.length &&
      this.failure === undefined &&
      this.events.length < MOST_EVENTS &&
      this.control.length < MOST_CONTROL
    ) {
      at = this.#receiveFrame(bytes, at);
    }
    return this.failure === undefined ? at : bytes.length;
  }

  /** How many octets of a body may go out on `stream` now. */
  allowance({ sendWindow }: Stream): number {
    return Math.max(0, Math.min(sendWindow, this.#sendWindow, this.frameSize));
  }

  /** So many octets of a body went out. */
  sent(stream: Stream, count: number): void {
    stream.sendWindow -= count;
    this.#sendWindow -= count;
    this.#toll.earn(EARNED_BY_DATA);
  }

  /** The response went out. Of a request that was not heard to its end nobody wants to hear more (section 8.1). */
  end(stream: Stream): void {
    if (stream.isReceiving) this.reset(stream, ERROR.NO_ERROR);
    else this.#close(stream, 'ended');
  }

  reset(stream: Stream, code: number): void {
    this.control.push({ type: 'RST_STREAM', stream: stream.id, code });
    this.#close(stream, 'reset');
  }

  /** Somebody took so many octets of the body, and the peer may send as many more. */
  consume(stream: Stream, count: number): void {
    stream.consume(count);
    this.#credit(stream, count);
  }

  /** Asks the peer to make no more requests: those that are under way are answered (section 6.8). */
  leave(now: number): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    this.#leaveAt = now + this.#options.limits.headMs;
    this.#goAway(LARGEST_WINDOW, ERROR.NO_ERROR);
    this.control.push({ type: 'PING', isAck: false, data: LEAVING });
  }

  /** Answers no request that comes from now on. */
  leaveNow(): void {
    if (this.#lastServed < LARGEST_WINDOW) return;
    this.#isLeaving = true;
    this.#leaveAt = Number.POSITIVE_INFINITY;
    this.#lastServed = this.#lastStream;
    this.#goAway(this.#lastStream, ERROR.NO_ERROR);
  }

  get deadline(): number {
    const lookAt = this.streams.size > 0 ? this.#lookAt : Number.POSITIVE_INFINITY;
    return Math.min(this.#patience, this.#leaveAt, lookAt);
  }

  handleTimeout(now: number): void {
    this.#now = now;
    if (this.#patience <= now) this.#losePatience();
    if (this.#leaveAt <= now) this.leaveNow();
    this.#lookAt = now + LOOK_MS;
    const { headMs, bodyRate } = this.#options.limits;
    const isFull = this.#receiveWindow < INITIAL_WINDOW / 2;
    for (const stream of this.streams.values()) {
      if (!stream.isReceiving) continue;
      // Who does not read, or reads for others first, is our side.
      if (stream.unread > 0 || isFull) stream.excuse(now);
      else if (stream.deadline(headMs, bodyRate) <= now) this.#refuse(stream, TOO_SLOW);
    }
  }

  #losePatience(): void {
    this.#patience = Number.POSITIVE_INFINITY;
    if (!this.#isAcknowledged) this.#fail(ERROR.SETTINGS_TIMEOUT, 'no answer to our settings');
    else if (this.#isMidway) this.#fail(ERROR.ENHANCE_YOUR_CALM, 'a frame that is too slow');
  }

  /** Whether a frame, or a block of fields, has begun and is not whole. */
  get #isMidway(): boolean {
    return this.#pending.length > 0 || this.#block !== undefined;
  }

  #receivePreface(bytes: Uint8Array): number {
    let at = 0;
    for (; at < bytes.length && this.#preface < PREFACE.length; at++, this.#preface++) {
      if (bytes[at] !== PREFACE.charCodeAt(this.#preface)) {
        this.#fail(ERROR.PROTOCOL_ERROR, 'no preface');
        break;
      }
    }
    return at;
  }

  /** Takes a frame from `at` on, or what there is of it, and answers where that ends. */
  #receiveFrame(bytes: Uint8Array, at: number): number {
    const pending = this.#pending;
    if (pending.length === 0 && bytes.length - at >= HEAD_LENGTH) {
      const length = (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2];
      const end = at + HEAD_LENGTH + length;
      if (length <= FRAME_SIZE && end <= bytes.length) {
        this.#takeFrame(bytes, at, end);
        return end;
      }
    }
    if (pending.length === 0) this.#awaitMore();
    const next = pending.take(bytes, at);
    if (pending.isTooLong) {
      this.#fail(ERROR.FRAME_SIZE_ERROR, 'a frame that is too long');
    } else if (pending.isWhole) {
      const whole = pending.release();
      this.#takeFrame(whole, 0, whole.length);
    }
    return next;
  }

  #takeFrame(bytes: Uint8Array, start: number, end: number): void {
    const parsed = parseFrame(bytes, start, end);
    if (this.#block !== undefined && (!parsed.ok || parsed.value.type !== 'CONTINUATION')) {
      this.#fail(ERROR.PROTOCOL_ERROR, 'another frame within fields');
    } else if (!this.#isGreeted && (!parsed.ok || !isGreeting(parsed.value))) {
      this.#fail(ERROR.PROTOCOL_ERROR, 'no settings first');
    } else if (!parsed.ok) {
      this.#take(parsed.error);
    } else {
      this.#handle(parsed.value);
      if (this.#patience < Number.POSITIVE_INFINITY) this.#rest();
    }
  }

  #handle(frame: Frame): void {
    switch (frame.type) {
      case 'DATA':
        this.#handleData(frame);
        break;
      case 'HEADERS':
        this.#handleHeaders(frame);
        break;
      case 'CONTINUATION':
        this.#handleContinuation(frame);
        break;
      case 'WINDOW_UPDATE':
        this.#handleWindowUpdate(frame.stream, frame.increment);
        break;
      case 'RST_STREAM':
        this.#handleReset(frame.stream, frame.code);
        break;
      case 'SETTINGS':
        if (!frame.isAck) this.#handleSettings(frame.settings);
        else this.#isAcknowledged = true;
        this.#charge(PRICE.SETTINGS);
        break;
      case 'PING':
        this.#handlePing(frame.isAck, frame.data);
        break;
      case 'GOAWAY':
        this.#charge(PRICE.IGNORED);
        this.leaveNow();
        break;
      case 'PUSH_PROMISE':
        this.#fail(ERROR.PROTOCOL_ERROR, 'a push of a client');
        break;
      case 'PRIORITY':
        if (frame.dependency !== frame.stream) this.#charge(PRICE.IGNORED);
        else
          this.#failStream(frame.stream, ERROR.PROTOCOL_ERROR, 'a stream that depends on itself');
        break;
      default:
        this.#charge(PRICE.IGNORED);
    }
  }

  #handleData({ stream: id, data, padding, isEnd }: Frame & { type: 'DATA' }): void {
    const length = data.length + padding;
    if (length > this.#receiveWindow) {
      this.#fail(ERROR.FLOW_CONTROL_ERROR, 'more than the window of the connection');
      return;
    }
    this.#receiveWindow -= length;
    if (data.length === 0 && !isEnd) this.#charge(PRICE.EMPTY_DATA);
    const stream = this.streams.get(id);
    if (stream === undefined) {
      this.#credit(undefined, length);
      this.#misplaced(id, 'DATA');
    } else if (!stream.isReceiving) {
      this.#credit(undefined, length);
      this.#failStream(id, ERROR.STREAM_CLOSED, 'data behind the end');
    } else if (length > stream.receiveWindow) {
      this.#credit(undefined, length);
      this.#failStream(id, ERROR.FLOW_CONTROL_ERROR, 'more than the window of the stream');
    } else {
      stream.receiveWindow -= length;
      this.#receiveData(stream, data, isEnd);
      this.#credit(stream, padding);
    }
  }

  #receiveData(stream: Stream, data: Uint8Array, isEnd: boolean): void {
    const { expected } = stream;
    const received = stream.received + data.length;
    if (expected !== undefined && (received > expected || (isEnd && received < expected))) {
      this.#credit(undefined, data.length);
      this.#failStream(stream.id, ERROR.PROTOCOL_ERROR, 'a body of another length');
      return;
    }
    stream.append(data);
    if (isEnd) stream.isReceiving = false;
    if (received > this.#options.limits.body) this.#refuse(stream, TOO_LARGE);
    else this.events.push({ kind: 'body', stream });
  }

  #handleHeaders(frame: Frame & { type: 'HEADERS' }): void {
    const { stream, isEnd, fragment, dependency } = frame;
    if (stream % 2 === 0) {
      this.#fail(ERROR.PROTOCOL_ERROR, 'a stream of ours');
      return;
    }
    this.#block = { stream, isEnd, isBad: dependency === stream };
    if (frame.isWhole) {
      this.#finishBlock(fragment);
    } else {
      this.#awaitMore();
      this.#gather(fragment);
    }
  }

  #handleContinuation(frame: Frame & { type: 'CONTINUATION' }): void {
    if (this.#block?.stream !== frame.stream) {
      this.#fail(ERROR.PROTOCOL_ERROR, 'a continuation of nothing');
      return;
    }
    this.#charge(PRICE.CONTINUATION);
    this.#gather(frame.fragment);
    if (frame.isWhole && this.failure === undefined) this.#finishBlock(this.#pending.block());
  }

  /** What is too long to be kept cannot be decoded, and so the connection ends. */
  #gather(fragment: Uint8Array): void {
    if (this.#pending.gather(fragment, this.#options.limits.fieldBytes)) return;
    this.#fail(ERROR.ENHANCE_YOUR_CALM, 'fields without end');
  }

  /** Decodes in any case: the table of the peer goes on whether we want the fields or not. */
  #finishBlock(bytes: Uint8Array): void {
    const block = this.#block;
    this.#block = undefined;
    if (block === undefined) return;
    const problem = this.#decoder.decode(bytes);
    if (problem !== undefined) {
      this.#fail(ERROR.COMPRESSION_ERROR, problem);
      return;
    }
    const { stream: id, isEnd, isBad } = block;
    const stream = this.streams.get(id);
    if (isBad) this.#failStream(id, ERROR.PROTOCOL_ERROR, 'a stream that depends on itself');
    else if (stream !== undefined) this.#receiveTrailers(stream, isEnd);
    else if (id <= this.#lastStream) this.#misplaced(id, 'HEADERS');
    else if (id <= this.#lastServed) this.#open(id, isEnd);
  }

  #receiveTrailers(stream: Stream, isEnd: boolean): void {
    const { id, expected, received } = stream;
    if (!stream.isReceiving) {
      this.#failStream(id, ERROR.STREAM_CLOSED, 'fields behind the end');
      return;
    }
    const trailers =
      isEnd && !this.#decoder.isTooLarge ? trailersOf(this.#decoder.fields) : undefined;
    if (trailers === undefined || (expected !== undefined && received !== expected)) {
      this.#failStream(id, ERROR.PROTOCOL_ERROR, 'bad trailers');
      return;
    }
    stream.trailers = trailers;
    stream.isReceiving = false;
    this.events.push({ kind: 'body', stream });
  }

  #open(id: number, isEnd: boolean): void {
    const { limits, scheme, streams } = this.#options;
    this.#lastStream = id;
    if (this.streams.size + this.abandoned >= streams) {
      this.#failStream(id, ERROR.REFUSED_STREAM, 'too many streams');
      return;
    }
    const stream = new Stream(id, this.#initialWindow, this.#now);
    stream.isReceiving = !isEnd;
    if (this.streams.size === 0) this.#lookAt = this.#now + LOOK_MS;
    this.streams.set(id, stream);
    if (++this.#requests >= limits.requests) this.leave(this.#now);
    const { fields, isTooLarge } = this.#decoder;
    if (isTooLarge) {
      this.#refuse(stream, TOO_MANY_FIELDS);
      return;
    }
    const head = requestOf(fields, isEnd, scheme, limits, this.#targets);
    if (head.ok) {
      stream.expected = head.value.length;
      this.events.push({ kind: 'request', stream, head: head.value });
    } else if (head.error.isMalformed) {
      this.#failStream(id, ERROR.PROTOCOL_ERROR, head.error.reason);
    } else {
      this.#refuse(stream, head.error);
    }
  }

  #handleWindowUpdate(id: number, increment: number): void {
    this.#charge(PRICE.WINDOW_UPDATE);
    if (id === 0) {
      this.#sendWindow += increment;
      if (this.#sendWindow > LARGEST_WINDOW) {
        this.#fail(ERROR.FLOW_CONTROL_ERROR, 'a window that is too large');
      }
      return;
    }
    const stream = this.streams.get(id);
    if (stream === undefined) {
      this.#mayBeLate(id, 'WINDOW_UPDATE');
      return;
    }
    stream.sendWindow += increment;
    if (stream.sendWindow > LARGEST_WINDOW) {
      this.#failStream(id, ERROR.FLOW_CONTROL_ERROR, 'a window that is too large');
    }
  }

  #handleReset(id: number, code: number): void {
    const stream = this.streams.get(id);
    if (stream === undefined) {
      this.#mayBeLate(id, 'RST_STREAM');
      this.#charge(PRICE.IGNORED);
      return;
    }
    this.#charge(PRICE.RESET);
    this.#close(stream, 'ended');
    this.events.push({ kind: 'reset', stream, reason: `the peer reset it: ${errorName(code)}` });
  }

  #handleSettings(settings: Settings): void {
    this.#isGreeted = true;
    for (const { id, value } of settings) this.#apply(id, value);
    this.control.push({ type: 'SETTINGS', isAck: true, settings: [] });
  }

  #apply(id: number, value: number): void {
    switch (id) {
      case SETTING.HEADER_TABLE_SIZE:
        this.encoder.limit(value);
        break;
      case SETTING.ENABLE_PUSH:
      case SETTING.NO_RFC7540_PRIORITIES:
        if (value > 1) this.#fail(ERROR.PROTOCOL_ERROR, `setting ${id} is ${value}`);
        break;
      case SETTING.INITIAL_WINDOW_SIZE:
        this.#resizeWindows(value);
        break;
      case SETTING.MAX_FRAME_SIZE:
        if (value >= FRAME_SIZE && value < 0x100_0000) this.frameSize = value;
        else this.#fail(ERROR.PROTOCOL_ERROR, `frames of ${value} octets`);
        break;
      default:
    }
  }

  /** Windows of streams may become negative (section 6.9.2). */
  #resizeWindows(size: number): void {
    const change = size - this.#initialWindow;
    let isTooLarge = size > LARGEST_WINDOW;
    this.#initialWindow = size;
    for (const stream of this.streams.values()) {
      stream.sendWindow += change;
      isTooLarge ||= stream.sendWindow > LARGEST_WINDOW;
    }
    if (isTooLarge) this.#fail(ERROR.FLOW_CONTROL_ERROR, 'a window that is too large');
  }

  #handlePing(isAck: boolean, data: Uint8Array): void {
    this.#charge(PRICE.PING);
    if (!isAck) this.control.push({ type: 'PING', isAck: true, data: data.slice() });
    else if (this.#isLeaving) this.leaveNow();
  }

  /** The window of the connection opens again, and that of `stream`; the peer hears of it when it is worth it. */
  #credit(stream: Stream | undefined, count: number): void {
    this.#owed += count;
    this.#repay();
    if (stream === undefined || !stream.isReceiving) return;
    stream.owed += count;
    if (stream.owed < INITIAL_WINDOW / 2) return;
    stream.receiveWindow += stream.owed;
    this.control.push({ type: 'WINDOW_UPDATE', stream: stream.id, increment: stream.owed });
    stream.owed = 0;
  }

  #repay(): void {
    if (this.#owed < INITIAL_WINDOW / 2) return;
    this.#receiveWindow += this.#owed;
    this.control.push({ type: 'WINDOW_UPDATE', stream: 0, increment: this.#owed });
    this.#owed = 0;
  }

  /** A frame that opens or fills a stream came on one that is not there. */
  #misplaced(id: number, name: string): void {
    const how = this.#recent.closing(id);
    // What the peer sent before it heard that we reset the stream does not count.
    if (how === 'reset') this.#charge(PRICE.IGNORED);
    else if (how === 'ended') this.#fail(ERROR.STREAM_CLOSED, `${name} on a closed stream`);
    else if (id <= this.#lastServed) this.#fail(ERROR.PROTOCOL_ERROR, `${name} on no stream`);
  }

  /** A frame that may still come when a stream is closed came on one that is not there. */
  #mayBeLate(id: number, name: string): void {
    if (this.#isIdle(id)) this.#fail(ERROR.PROTOCOL_ERROR, `${name} on no stream`);
  }

  #isIdle(id: number): boolean {
    return id % 2 === 0 || (id > this.#lastStream && id <= this.#lastServed);
  }

  #take({ code, reason, stream }: Fault): void {
    if (stream === 0) this.#fail(code, reason);
    else this.#failStream(stream, code, reason);
  }

  #failStream(id: number, code: number, reason: string): void {
    this.#charge(PRICE.RESET);
    if (this.#isIdle(id)) {
      this.#fail(code, reason);
      return;
    }
    const stream = this.streams.get(id);
    this.control.push({ type: 'RST_STREAM', stream: id, code });
    if (stream === undefined) {
      this.#recent.add(id, 'reset');
      return;
    }
    this.#close(stream, 'reset');
    this.events.push({ kind: 'reset', stream, reason });
  }

  #refuse(stream: Stream, refusal: Refusal): void {
    this.events.push({ kind: 'refused', stream, refusal });
  }

  #close(stream: Stream, how: 'ended' | 'reset'): void {
    if (!this.streams.delete(stream.id)) return;
    this.#recent.add(stream.id, how);
    stream.isReceiving = false;
    this.consume(stream, stream.unread);
  }

  #charge(points: number): void {
    if (this.#toll.pay(points, this.#now)) return;
    this.#fail(ERROR.ENHANCE_YOUR_CALM, 'too many frames for nothing');
  }

  #fail(code: number, reason: string): void {
    if (this.failure !== undefined) return;
    this.failure = { code, reason, stream: 0 };
    this.#goAway(this.#lastStream, code, reason);
  }

  #goAway(last: number, code: number, reason = ''): void {
    this.control.push({ type: 'GOAWAY', last, code, debug: encodeLatin1(reason) });
  }

  #rest(): void {
    if (this.#isAcknowledged && !this.#isMidway) this.#patience = Number.POSITIVE_INFINITY;
  }

  #awaitMore(): void {
    this.#patience = Math.min(this.#patience, this.#now + this.#options.limits.headMs);
  }
}

function isGreeting(frame: Frame): boolean {
  return frame.type === 'SETTINGS' && !frame.isAck;
}

const TOO_LARGE: Refusal = { status: 413, reason: 'the body is too large' };
const TOO_SLOW: Refusal = { status: 408, reason: 'the request is too slow' };
const TOO_MANY_FIELDS: Refusal = { status: 431, reason: 'too many fields' };

/** Twice that of a stream, so that a body that nobody reads does not keep the others. */
const CONNECTION_WINDOW = 2 * INITIAL_WINDOW;
const MOST_EVENTS = 16;
const MOST_CONTROL = 64;
/** Points that data which went out is worth: the peer tells twice that it took it. */
const EARNED_BY_DATA = 2;
/** How often bodies that come in are looked at. */
const LOOK_MS = 1000;
const LEAVING = encodeLatin1('leaving.');
