import type { Limits } from '../limits.ts';
import type { Refusal } from '../refusal.ts';
import type { Fault } from './code.ts';
import { ERROR, errorName, LARGEST_WINDOW } from './code.ts';
import type { Flow } from './flow.ts';
import { Recent } from './recent.ts';
import type { State } from './state.ts';
import { Stream } from './stream.ts';
import { PRICE } from './toll.ts';

/** The streams of a connection: how they open, fail and close (RFC 9113 section 5.1). */
export class Streams {
  readonly byId = new Map<number, Stream>();
  /** Requests that are worked on although their streams are gone. They count, so that resets make no room for more. */
  abandoned = 0;
  readonly #state: State;
  readonly #flow: Flow;
  readonly #limits: Limits;
  /** Streams at a time. */
  readonly #most: number;
  readonly #recent = new Recent();
  /** When the bodies that come in are looked at. */
  #lookAt = 0;

  constructor(state: State, flow: Flow, limits: Limits, most: number) {
    this.#state = state;
    this.#flow = flow;
    this.#limits = limits;
    this.#most = most;
  }

  get deadline(): number {
    return this.byId.size > 0 ? this.#lookAt : Number.POSITIVE_INFINITY;
  }

  /** Refuses requests whose bodies are too slow. */
  handleTimeout(now: number): void {
    this.#lookAt = now + LOOK_MS;
    const { headMs, bodyRate } = this.#limits;
    const { isFull } = this.#flow;
    for (const stream of this.byId.values()) {
      if (!stream.isReceiving) continue;
      // Who does not read, or reads for others first, is our side.
      if (stream.unread > 0 || isFull) stream.excuse(now);
      else if (stream.deadline(headMs, bodyRate) <= now) this.refuse(stream, TOO_SLOW);
    }
  }

  /** The stream that a request opens; `undefined` when there is no room for it. */
  open(id: number, isEnd: boolean): Stream | undefined {
    this.#state.lastStream = id;
    if (this.byId.size + this.abandoned >= this.#most) {
      this.fail(id, ERROR.REFUSED_STREAM, 'too many streams');
      return undefined;
    }
    const { now } = this.#state;
    const stream = new Stream(id, this.#flow.initialWindow, now);
    stream.isReceiving = !isEnd;
    if (this.byId.size === 0) this.#lookAt = now + LOOK_MS;
    this.byId.set(id, stream);
    return stream;
  }

  /** The response went out. Of a request that was not heard to its end nobody wants to hear more (section 8.1). */
  end(stream: Stream): void {
    if (stream.isReceiving) this.reset(stream, ERROR.NO_ERROR);
    else this.#close(stream, 'ended');
  }

  reset(stream: Stream, code: number): void {
    this.#state.control.push({ type: 'RST_STREAM', stream: stream.id, code });
    this.#close(stream, 'reset');
  }

  /** Has the server answer by itself. */
  refuse(stream: Stream, refusal: Refusal): void {
    this.#state.events.push({ kind: 'refused', stream, refusal });
  }

  /** An error of a stream (section 5.4.2), or of the connection when the stream is not open yet. */
  fail(id: number, code: number, reason: string): void {
    this.#state.charge(PRICE.RESET);
    if (this.#isIdle(id)) {
      this.#state.fail(code, reason);
      return;
    }
    const stream = this.byId.get(id);
    this.#state.control.push({ type: 'RST_STREAM', stream: id, code });
    if (stream === undefined) {
      this.#recent.add(id, 'reset');
      return;
    }
    this.#close(stream, 'reset');
    this.#state.events.push({ kind: 'reset', stream, reason });
  }

  /** A frame that cannot be understood. */
  take({ code, reason, stream }: Fault): void {
    if (stream === 0) this.#state.fail(code, reason);
    else this.fail(stream, code, reason);
  }

  /** A frame that opens or fills a stream came on one that is not there. */
  misplaced(id: number, name: string): void {
    const state = this.#state;
    const how = this.#recent.closing(id);
    // What the peer sent before it heard that we reset the stream does not count.
    if (how === 'reset') state.charge(PRICE.IGNORED);
    else if (how === 'ended') state.fail(ERROR.STREAM_CLOSED, `${name} on a closed stream`);
    else if (id <= state.lastServed) state.fail(ERROR.PROTOCOL_ERROR, `${name} on no stream`);
  }

  /** A WINDOW_UPDATE for a stream. */
  handleWindowUpdate(id: number, increment: number): void {
    const stream = this.byId.get(id);
    if (stream === undefined) {
      this.#mayBeLate(id, 'WINDOW_UPDATE');
      return;
    }
    stream.sendWindow += increment;
    if (stream.sendWindow > LARGEST_WINDOW) {
      this.fail(id, ERROR.FLOW_CONTROL_ERROR, 'a window that is too large');
    }
  }

  handleReset(id: number, code: number): void {
    const state = this.#state;
    const stream = this.byId.get(id);
    if (stream === undefined) {
      this.#mayBeLate(id, 'RST_STREAM');
      state.charge(PRICE.IGNORED);
      return;
    }
    state.charge(PRICE.RESET);
    this.#close(stream, 'ended');
    state.events.push({ kind: 'reset', stream, reason: `the peer reset it: ${errorName(code)}` });
  }

  /** Priorities of this kind are ignored (section 5.3.2). */
  handlePriority(id: number, dependency: number): void {
    if (dependency !== id) this.#state.charge(PRICE.IGNORED);
    else this.fail(id, ERROR.PROTOCOL_ERROR, 'a stream that depends on itself');
  }

  /** A frame that may still come when a stream is closed came on one that is not there. */
  #mayBeLate(id: number, name: string): void {
    if (this.#isIdle(id)) this.#state.fail(ERROR.PROTOCOL_ERROR, `${name} on no stream`);
  }

  #isIdle(id: number): boolean {
    const { lastStream, lastServed } = this.#state;
    return id % 2 === 0 || (id > lastStream && id <= lastServed);
  }

  #close(stream: Stream, how: 'ended' | 'reset'): void {
    if (!this.byId.delete(stream.id)) return;
    this.#recent.add(stream.id, how);
    stream.isReceiving = false;
    this.#flow.consume(stream, stream.unread);
  }
}

const TOO_SLOW: Refusal = { status: 408, reason: 'the request is too slow' };
/** How often bodies that come in are looked at. */
const LOOK_MS = 1000;
