import { encodeLatin1 } from '@atoll/bytes/latin1';
import type { Refusal } from '../refusal.ts';
import type { Fault } from './code.ts';
import { ERROR, LARGEST_STREAM } from './code.ts';
import type { Frame } from './frame.ts';
import type { RequestHead } from './request.ts';
import type { Stream } from './stream.ts';
import { PRICE, Toll } from './toll.ts';

/** What happened on a stream. After `reset` there is no such stream any more. */
export type Event =
  | { readonly kind: 'request'; readonly stream: Stream; readonly head: RequestHead }
  /** There is no request, or the rest of its body does not count: the refusal is the answer. */
  | { readonly kind: 'refused'; readonly stream: Stream; readonly refusal: Refusal }
  /** Something of the body came, or its end. */
  | { readonly kind: 'body'; readonly stream: Stream }
  | { readonly kind: 'reset'; readonly stream: Stream; readonly reason: string };

/** What the parts of an engine share: what happened, what is to be sent, and how the connection comes to its end. */
export class State {
  /** Why the connection cannot go on. */
  failure: Fault | undefined;
  readonly events: Event[] = [];
  readonly control: Frame[] = [];
  readonly toll: Toll;
  /** The time of the call under way. */
  now: number;
  /** The last stream that the peer opened. */
  lastStream = 0;
  /** Streams above it are not looked at any more. */
  lastServed = LARGEST_STREAM;
  isLeaving = false;
  /** When requests that come are not answered any more, though the peer did not say that it knows. */
  leaveAt = Number.POSITIVE_INFINITY;

  constructor(now: number) {
    this.now = now;
    this.toll = new Toll(now);
  }

  /** Asks the peer to make no more requests, and gives it `grace` milliseconds to hear of it (RFC 9113 section 6.8). */
  leave(now: number, grace: number): void {
    if (this.isLeaving) return;
    this.isLeaving = true;
    this.leaveAt = now + grace;
    this.#goAway(LARGEST_STREAM, ERROR.NO_ERROR);
    this.control.push({ type: 'PING', isAck: false, data: LEAVING });
  }

  /** Answers no request that comes from now on. */
  leaveNow(): void {
    if (this.lastServed < LARGEST_STREAM) return;
    this.isLeaving = true;
    this.leaveAt = Number.POSITIVE_INFINITY;
    this.lastServed = this.lastStream;
    this.#goAway(this.lastStream, ERROR.NO_ERROR);
  }

  handleGoAway(): void {
    this.charge(PRICE.IGNORED);
    this.leaveNow();
  }

  /** The answer to the PING of `leave` says that the peer knows. */
  handlePing(isAck: boolean, data: Uint8Array): void {
    this.charge(PRICE.PING);
    if (!isAck) this.control.push({ type: 'PING', isAck: true, data: data.slice() });
    else if (this.isLeaving) this.leaveNow();
  }

  /** Has the peer pay for a frame; who cannot ends the connection. */
  charge(points: number): void {
    if (this.toll.pay(points, this.now)) return;
    this.fail(ERROR.ENHANCE_YOUR_CALM, 'too many frames for nothing');
  }

  /** An error of the connection (RFC 9113 section 5.4.1). */
  fail(code: number, reason: string): void {
    if (this.failure !== undefined) return;
    this.failure = { code, reason, stream: 0 };
    this.#goAway(this.lastStream, code, reason);
  }

  #goAway(last: number, code: number, reason = ''): void {
    this.control.push({ type: 'GOAWAY', last, code, debug: encodeLatin1(reason) });
  }
}

const LEAVING = encodeLatin1('leaving.');
