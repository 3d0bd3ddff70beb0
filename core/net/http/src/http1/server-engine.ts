import { FixedResponse } from '../fixed.ts';
import { Headers } from '../headers.ts';
import type { Limits } from '../limits.ts';
import type { Response } from '../message.ts';
import type { Refusal } from '../refusal.ts';
import { ChunkReader } from './chunks.ts';
import { HeadCollector } from './collector.ts';
import type { HeadReader } from './head-reader.ts';
import type { RequestHead } from './request.ts';
import { parseRequest } from './request.ts';
import type { Emitted } from './response.ts';
import { emitHead } from './response.ts';

/**
 * The server's side of one connection of HTTP/1.1, without the connection.
 *
 * Give `receive` what came until it takes no more. Then `request` is there, or `refusal` is, which is to be
 * answered before the connection ends. While `phase` is `body`, up to `payload` octets of what follows are the
 * body's: `take` them, and `receive` again. `respond` makes the head of the response. When that and the
 * body are sent, and the phase is `received`, `next` is for the next request: requests that come earlier
 * wait where they are, so answers are in order, and there is never more than one request to remember.
 *
 * `handleTimeout` is due at `deadline`.
 */
export class ServerEngine {
  phase: 'head' | 'body' | 'received' | 'refused' = 'head';
  request: RequestHead | undefined;
  refusal: Refusal | undefined;
  /** Whether another request may follow; known when `respond` was called. */
  isPersistent = true;
  readonly #limits: Limits;
  readonly #reader: HeadReader | undefined;
  readonly #collector: HeadCollector;
  #chunks: ChunkReader | undefined;
  /** Octets of a body with a length that are still to come. */
  #left = 0;
  /** Octets of the body so far, and how many of them had come at `#since`. */
  #received = 0;
  #excused = 0;
  #requests = 0;
  /** Since when we wait for a head or for a body. */
  #since: number;
  /** Whether what we wait for is a head that has begun, or the first one. */
  #isUrgent = true;

  /** `reader` takes the heads that it can. */
  constructor(limits: Limits, now: number, reader?: HeadReader) {
    this.#limits = limits;
    this.#reader = reader;
    this.#since = now;
    this.#collector = new HeadCollector({
      firstLine: limits.requestLine,
      fieldBytes: limits.fieldBytes,
    });
  }

  /** Octets of the body that may come next. */
  get payload(): number {
    if (this.phase === 'refused') return 0;
    return this.#chunks === undefined ? this.#left : this.#chunks.payload;
  }

  get trailers(): Headers | undefined {
    return this.#chunks?.trailers;
  }

  /** Takes the head, or what stands between pieces of the body, and answers how many octets that was. */
  receive(bytes: Uint8Array, now: number): number {
    if (this.phase === 'head') return this.#receiveHead(bytes, now);
    if (this.phase !== 'body' || this.#chunks === undefined) return 0;
    const skipped = this.#chunks.skip(bytes);
    if (!skipped.ok) {
      this.#refuse(skipped.error);
      return bytes.length;
    }
    if (this.#received + this.#chunks.payload > this.#limits.body) this.#refuse(TOO_LARGE);
    else if (this.#chunks.trailers !== undefined) this.phase = 'received';
    return skipped.value;
  }

  /** So many octets of the body were taken. */
  take(count: number): void {
    this.#received += count;
    if (this.#chunks !== undefined) {
      this.#chunks.take(count);
    } else {
      this.#left -= count;
      if (this.#left === 0) this.phase = 'received';
    }
  }

  /** Nothing more comes from the peer. */
  receiveEnd(): void {
    if (this.phase === 'body' || this.#collector.isUnderWay) {
      this.#refuse({ status: 400, reason: 'the request is not whole' });
    }
  }

  /** The handler does not keep up with the body: that is not the peer's fault. */
  excuse(now: number): void {
    this.#since = now;
    this.#excused = this.#received;
  }

  get deadline(): number {
    const { headMs, idleMs, bodyRate } = this.#limits;
    switch (this.phase) {
      case 'head':
        return this.#since + (this.#isUrgent ? headMs : idleMs);
      case 'body':
        return this.#since + headMs + ((this.#received - this.#excused) * 1000) / bodyRate;
      default:
        return Number.POSITIVE_INFINITY;
    }
  }

  /** What did not come in time is refused; an idle connection has no `refusal` and can just be closed. */
  handleTimeout(): void {
    if (this.phase === 'head' && !this.#collector.isUnderWay) return;
    this.#refuse({ status: 408, reason: 'the request is too slow' });
  }

  /**
   * The head of `response` (RFC 9112 section 4), and how its body is to be sent. `length` is that of the body,
   * `undefined` when it is not known; `date` is the field line of the date.
   */
  respond(
    response: Response,
    length: number | undefined,
    date: Uint8Array,
    isLast: boolean,
  ): Emitted {
    const { request } = this;
    const isOld = request?.isOld ?? false;
    const wantsMore = request?.isPersistent ?? false;
    this.isPersistent =
      wantsMore &&
      !isLast &&
      this.refusal === undefined &&
      this.#requests < this.#limits.requests &&
      !(isOld && length === undefined) &&
      this.#canSkipBody();
    const { isPersistent } = this;
    const isHead = request?.method === 'HEAD';
    if (response instanceof FixedResponse && isPersistent && !isOld && !isHead) {
      return response.emitted(date);
    }
    const { status, headers = NO_HEADERS } = response;
    return emitHead({ status, headers, length, date, isOld, isPersistent, isHead });
  }

  /** The request was answered: the next one may come. */
  next(now: number): void {
    this.phase = 'head';
    this.request = undefined;
    this.#chunks = undefined;
    this.#since = now;
    this.#isUrgent = false;
  }

  /** Whether the rest of the body is so short that it is better read than the connection closed. */
  #canSkipBody(): boolean {
    return (
      this.phase === 'received' ||
      this.#chunks !== undefined ||
      this.#left <= this.#limits.discarded
    );
  }

  #receiveHead(bytes: Uint8Array, now: number): number {
    if (!this.#isUrgent && bytes.length > 0) {
      this.#isUrgent = true;
      this.#since = now;
    }
    const reader = this.#reader;
    if (reader !== undefined && !this.#collector.isUnderWay) {
      const request = reader.read(bytes, this.#limits);
      if (request !== undefined) {
        this.#begin(request, now);
        return reader.used;
      }
    }
    const text = this.#collector.push(bytes);
    if (!text.ok) {
      this.#refuse(text.error);
      return bytes.length;
    }
    const { used } = this.#collector;
    if (text.value === undefined) return used;
    const request = parseRequest(text.value, this.#limits.fields);
    if (request.ok) this.#begin(request.value, now);
    else this.#refuse(request.error);
    return used;
  }

  #begin(request: RequestHead, now: number): void {
    const { framing } = request;
    this.request = request;
    this.#requests++;
    this.#since = now;
    this.#received = 0;
    this.#excused = 0;
    this.#left = 0;
    if (framing === 0) {
      this.phase = 'received';
    } else if (framing === 'chunked') {
      this.#chunks = new ChunkReader(this.#limits);
      this.phase = 'body';
    } else if (framing > this.#limits.body) {
      this.#refuse(TOO_LARGE);
    } else {
      this.#left = framing;
      this.phase = 'body';
    }
  }

  #refuse(refusal: Refusal): void {
    this.phase = 'refused';
    this.refusal = refusal;
  }
}

const NO_HEADERS = new Headers();
const TOO_LARGE: Refusal = { status: 413, reason: 'the body is too large' };
