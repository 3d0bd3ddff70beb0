import type { Limits } from '../limits.ts';
import type { Fault } from './code.ts';
import { ERROR, FRAME_SIZE, HEAD_LENGTH, LARGEST_STREAM, PREFACE } from './code.ts';
import { Flow } from './flow.ts';
import type { Frame, Settings } from './frame.ts';
import { parseFrame } from './frame.ts';
import { Encoder } from './hpack/encoder.ts';
import { Pending } from './pending.ts';
import { Requests } from './requests.ts';
import { applySettings, ownSettings } from './settings.ts';
import type { Event } from './state.ts';
import { State } from './state.ts';
import { Streams } from './streams.ts';
import { PRICE } from './toll.ts';

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
 * frames of `control` before any other; empty both. `flow` says how much of a body may be sent on a stream, and is
 * told what was sent and what was read; `streams` ends streams. When there is a `failure`, or `isOver`, nothing
 * counts any more but `control`.
 *
 * `handleTimeout` is due at `deadline`.
 */
export class Engine {
  /** What happened since it was last emptied. */
  readonly events: Event[];
  /** Frames that wait to be sent. */
  readonly control: Frame[];
  readonly flow: Flow;
  readonly streams: Streams;
  /** Writes the field blocks of responses. */
  readonly encoder = new Encoder();
  readonly #limits: Limits;
  readonly #state: State;
  readonly #requests: Requests;
  readonly #pending = new Pending();
  /** Octets of the preface that came. */
  #preface = 0;
  /** What the peer still has to say before requests count: its settings, and that it has ours. */
  #isGreeted = false;
  #isAcknowledged = false;
  /** When what the peer has begun to say must be over. */
  #patience: number;

  constructor({ scheme, limits, streams: most }: EngineOptions, now: number) {
    const state = new State(now);
    this.#limits = limits;
    this.#state = state;
    this.#patience = now + limits.headMs;
    this.events = state.events;
    this.control = state.control;
    this.control.push({ type: 'SETTINGS', isAck: false, settings: ownSettings(limits, most) });
    const flow = new Flow(state);
    const streams = new Streams(state, flow, limits, most);
    this.flow = flow;
    this.streams = streams;
    const pending = this.#pending;
    this.#requests = new Requests({ state, flow, streams, pending, scheme, limits });
  }

  /** Why the connection cannot go on. */
  get failure(): Fault | undefined {
    return this.#state.failure;
  }

  /** Whether the connection has said all it will. */
  get isOver(): boolean {
    const { failure, lastServed } = this.#state;
    return failure !== undefined || (lastServed < LARGEST_STREAM && this.streams.byId.size === 0);
  }

  /**
   * Takes bytes and answers how many. It stops after a few requests, and after many frames that have to be
   * answered, so that nobody gets more turns than others by sending it all at once.
   */
  receive(bytes: Uint8Array, now: number): number {
    const state = this.#state;
    state.now = now;
    let at = 0;
    if (this.#preface < PREFACE.length) at = this.#receivePreface(bytes);
    while (
      at < bytes.length &&
      state.failure === undefined &&
      this.events.length < MOST_EVENTS &&
      this.control.length < MOST_CONTROL
    ) {
      at = this.#receiveFrame(bytes, at);
    }
    return state.failure === undefined ? at : bytes.length;
  }

  /** Asks the peer to make no more requests: those that are under way are answered (section 6.8). */
  leave(now: number): void {
    this.#state.leave(now, this.#limits.headMs);
  }

  /** Answers no request that comes from now on. */
  leaveNow(): void {
    this.#state.leaveNow();
  }

  get deadline(): number {
    return Math.min(this.#patience, this.#state.leaveAt, this.streams.deadline);
  }

  handleTimeout(now: number): void {
    const state = this.#state;
    state.now = now;
    if (this.#patience <= now) this.#losePatience();
    if (state.leaveAt <= now) state.leaveNow();
    this.streams.handleTimeout(now);
  }

  #awaitMore(): void {
    this.#patience = Math.min(this.#patience, this.#state.now + this.#limits.headMs);
  }

  #rest(): void {
    if (this.#isAcknowledged && !this.#isMidway) this.#patience = Number.POSITIVE_INFINITY;
  }

  #losePatience(): void {
    const state = this.#state;
    this.#patience = Number.POSITIVE_INFINITY;
    if (!this.#isAcknowledged) state.fail(ERROR.SETTINGS_TIMEOUT, 'no answer to our settings');
    else if (this.#isMidway) state.fail(ERROR.ENHANCE_YOUR_CALM, 'a frame that is too slow');
  }

  /** Whether a frame, or a block of fields, has begun and is not whole. */
  get #isMidway(): boolean {
    return this.#pending.length > 0 || this.#requests.block !== undefined;
  }

  #receivePreface(bytes: Uint8Array): number {
    let at = 0;
    for (; at < bytes.length && this.#preface < PREFACE.length; at++, this.#preface++) {
      if (bytes[at] !== PREFACE.charCodeAt(this.#preface)) {
        this.#state.fail(ERROR.PROTOCOL_ERROR, 'no preface');
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
      this.#state.fail(ERROR.FRAME_SIZE_ERROR, 'a frame that is too long');
    } else if (pending.isWhole) {
      const whole = pending.release();
      this.#takeFrame(whole, 0, whole.length);
    }
    return next;
  }

  #takeFrame(bytes: Uint8Array, start: number, end: number): void {
    const parsed = parseFrame(bytes, start, end);
    const isWithin = this.#requests.block !== undefined;
    if (isWithin && (!parsed.ok || parsed.value.type !== 'CONTINUATION')) {
      this.#state.fail(ERROR.PROTOCOL_ERROR, 'another frame within fields');
    } else if (!this.#isGreeted && (!parsed.ok || !isGreeting(parsed.value))) {
      this.#state.fail(ERROR.PROTOCOL_ERROR, 'no settings first');
    } else if (!parsed.ok) {
      this.streams.take(parsed.error);
    } else {
      this.#handle(parsed.value);
      if (this.#patience < Number.POSITIVE_INFINITY) this.#rest();
    }
  }

  #handle(frame: Frame): void {
    const state = this.#state;
    switch (frame.type) {
      case 'DATA':
        this.#requests.handleData(frame);
        break;
      case 'HEADERS':
        this.#requests.handleHeaders(frame);
        if (this.#requests.block !== undefined) this.#awaitMore();
        break;
      case 'CONTINUATION':
        this.#requests.handleContinuation(frame);
        break;
      case 'WINDOW_UPDATE':
        state.charge(PRICE.WINDOW_UPDATE);
        if (frame.stream === 0) this.flow.handleWindowUpdate(frame.increment);
        else this.streams.handleWindowUpdate(frame.stream, frame.increment);
        break;
      case 'RST_STREAM':
        this.streams.handleReset(frame.stream, frame.code);
        break;
      case 'SETTINGS':
        this.#handleSettings(frame.isAck, frame.settings);
        break;
      case 'PING':
        state.handlePing(frame.isAck, frame.data);
        break;
      case 'GOAWAY':
        state.handleGoAway();
        break;
      case 'PUSH_PROMISE':
        state.fail(ERROR.PROTOCOL_ERROR, 'a push of a client');
        break;
      case 'PRIORITY':
        this.streams.handlePriority(frame.stream, frame.dependency);
        break;
      default:
        state.charge(PRICE.IGNORED);
    }
  }

  #handleSettings(isAck: boolean, settings: Settings): void {
    const { flow, streams, encoder } = this;
    const state = this.#state;
    if (isAck) {
      this.#isAcknowledged = true;
    } else {
      this.#isGreeted = true;
      applySettings(settings, { state, flow, streams, encoder });
    }
    state.charge(PRICE.SETTINGS);
  }
}

function isGreeting(frame: Frame): boolean {
  return frame.type === 'SETTINGS' && !frame.isAck;
}

const MOST_EVENTS = 16;
const MOST_CONTROL = 64;
