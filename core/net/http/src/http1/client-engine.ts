import { decodeLatin1, encodeLatin1 } from '@atoll/bytes/latin1';
import type { Headers } from '../headers.ts';
import type { Judged, Refusal } from '../refusal.ts';
import { refused } from '../refusal.ts';
import { hasBody } from '../status.ts';
import { isToken } from '../syntax.ts';
import { ChunkReader } from './chunks.ts';
import { HeadCollector } from './collector.ts';
import { parseFields } from './fields.ts';
import { statedFraming } from './framing.ts';
import { isPersistent } from './request.ts';
import type { Sending } from './response.ts';

/** A response without its body. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: Headers;
}

export interface ClientEngineLimits {
  readonly statusLine: number;
  readonly fieldBytes: number;
  readonly fields: number;
}

/**
 * The client's side of one connection of HTTP/1.1, without the connection.
 *
 * `request` makes the head of a request. Give `receive` what came until it takes no more; then `response` is there,
 * or `failure` is. While `phase` is `body`, up to `payload` octets of what follows are the body's: `take` them, and
 * `receive` again. When it is `received` and `isPersistent`, the next `request` may follow.
 */
export class ClientEngine {
  phase: 'idle' | 'head' | 'body' | 'received' | 'failed' = 'idle';
  response: ResponseHead | undefined;
  /** What is wrong with the response: one sentence. */
  failure: string | undefined;
  isPersistent = false;
  readonly #limits: ClientEngineLimits;
  readonly #collector: HeadCollector;
  #method = '';
  #interim = 0;
  #chunks: ChunkReader | undefined;
  /** Octets of a body with a length that are still to come; `Infinity` for one that ends with the connection. */
  #left = 0;

  constructor(limits: ClientEngineLimits) {
    this.#limits = limits;
    const { statusLine: firstLine, fieldBytes } = limits;
    this.#collector = new HeadCollector({ firstLine, fieldBytes });
  }

  get payload(): number {
    return this.#chunks === undefined ? this.#left : this.#chunks.payload;
  }

  get trailers(): Headers | undefined {
    return this.#chunks?.trailers;
  }

  /** Whether nothing of a response has come yet. */
  get isUnanswered(): boolean {
    return this.phase === 'head' && this.#interim === 0 && !this.#collector.isUnderWay;
  }

  /**
   * The head of a request, and how its body is to be sent. `length` is that of the body, 0 without one, `undefined`
   * when it is not known. Throws when `headers` say what is not theirs to say.
   */
  request(
    method: string,
    target: string,
    authority: string,
    headers: Headers,
    length: number | undefined,
  ): { bytes: Uint8Array; sending: Sending } {
    if (!isToken(method)) throw new TypeError(`${JSON.stringify(method)} is no method`);
    if (headers.has('host')) throw new TypeError('the host is that of the URL');
    const lines = headers.lines();
    this.phase = 'head';
    this.response = undefined;
    this.#method = method;
    this.#interim = 0;
    this.#chunks = undefined;
    let text = `${method} ${target} HTTP/1.1\r\nhost: ${authority}\r\n`;
    let sending: Sending = 'none';
    if (length === undefined) {
      text += 'transfer-encoding: chunked\r\n';
      sending = 'chunked';
    } else if (length > 0 || METHODS_WITH_BODY.includes(method)) {
      text += `content-length: ${length}\r\n`;
      sending = length;
    }
    return { bytes: encodeLatin1(`${text}${decodeLatin1(lines)}\r\n`), sending };
  }

  /** Takes heads, or what stands between pieces of the body, and answers how many octets that was. */
  receive(bytes: Uint8Array): number {
    if (this.phase === 'head') return this.#receiveHead(bytes);
    if (this.phase !== 'body' || this.#chunks === undefined) return 0;
    const skipped = this.#chunks.skip(bytes);
    if (!skipped.ok) return this.#fail(skipped.error, bytes);
    if (this.#chunks.trailers !== undefined) this.phase = 'received';
    return skipped.value;
  }

  /** So many octets of the body were taken. */
  take(count: number): void {
    if (this.#chunks !== undefined) {
      this.#chunks.take(count);
    } else {
      this.#left -= count;
      if (this.#left === 0) this.phase = 'received';
    }
  }

  /** The connection is over, and everything that came was taken. */
  receiveEnd(): void {
    this.isPersistent = false;
    if (this.phase === 'body' && this.#left === Number.POSITIVE_INFINITY) {
      this.phase = 'received';
    } else if (this.phase === 'head' || this.phase === 'body') {
      this.#fail({ status: 0, reason: 'the response is not whole' }, NOTHING);
    }
  }

  #receiveHead(bytes: Uint8Array): number {
    const text = this.#collector.push(bytes);
    if (!text.ok) return this.#fail(text.error, bytes);
    const { used } = this.#collector;
    if (text.value === undefined) return used;
    const begun = this.#begin(text.value);
    return begun.ok ? used : this.#fail(begun.error, bytes);
  }

  #begin(text: string): Judged<undefined> {
    const end = text.indexOf('\r\n');
    const line = STATUS_LINE.exec(text.slice(0, end));
    if (line === null) return refused(0, 'a bad status line');
    const fields = parseFields(text.slice(end + 2), this.#limits.fields);
    if (!fields.ok) return fields;
    const headers = fields.value;
    const status = Number(line[2]);
    if (status === 101 || status < 100) return refused(0, `the status ${line[2]}`);
    if (status < 200) {
      // What is said before the response is not for us (RFC 9110 section 15.2).
      return ++this.#interim > MOST_INTERIM
        ? refused(0, 'too many interim responses')
        : NOTHING_YET;
    }
    const framing = statedFraming(headers);
    if (!framing.ok) return framing;
    this.response = { status, headers };
    this.isPersistent = isPersistent(headers, line[1] === '0');
    this.phase = 'body';
    this.#left = 0;
    if (this.#method === 'HEAD' || !hasBody(status)) {
      this.phase = 'received';
    } else if (framing.value === 'chunked') {
      this.#chunks = new ChunkReader(this.#limits);
    } else if (framing.value === undefined) {
      this.#left = Number.POSITIVE_INFINITY;
      this.isPersistent = false;
    } else {
      this.#left = framing.value;
      if (framing.value === 0) this.phase = 'received';
    }
    return NOTHING_YET;
  }

  /** Octets of the body in all, when the response says it. */
  get length(): number | undefined {
    return this.#chunks !== undefined || this.#left === Number.POSITIVE_INFINITY
      ? undefined
      : this.#left;
  }

  #fail({ reason }: Refusal, bytes: Uint8Array): number {
    this.phase = 'failed';
    this.failure = reason;
    this.isPersistent = false;
    return bytes.length;
  }
}

const STATUS_LINE = /^HTTP\/1\.([0-9]) ([0-9]{3})(?: [\t\x20-\x7e\x80-\xff]*)?$/;
/** Of these a length of 0 is said as well (RFC 9110 section 8.6). */
const METHODS_WITH_BODY = ['POST', 'PUT', 'PATCH'];
const MOST_INTERIM = 8;
const NOTHING = new Uint8Array(0);
const NOTHING_YET = { ok: true, value: undefined } as const;
