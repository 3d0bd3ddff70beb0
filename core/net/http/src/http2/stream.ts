import type { Headers } from '../headers.ts';
import { INITIAL_WINDOW } from './code.ts';

/**
 * A stream that is open, in one direction at least (RFC 9113 section 5.1), and what came of the request's
 * body and nobody consumed, which the window bounds.
 */
export class Stream {
  readonly id: number;
  /** Whether the peer may send more: it is neither `half-closed (remote)` nor closed. */
  isReceiving = true;
  /** Octets that the peer lets us send; less than none when it changed its mind. */
  sendWindow: number;
  /** Octets that the peer may send. */
  receiveWindow = INITIAL_WINDOW;
  /** Octets that were consumed, and that the peer was not told of. */
  owed = 0;
  /** Octets of the body that the fields promise. */
  expected: number | undefined;
  /** Octets of the body so far. */
  received = 0;
  trailers: Headers | undefined;
  /** Since when the body comes, and how much had come by then: see `excuse`. */
  since: number;
  #receivedBefore = 0;
  #buffer: Uint8Array = NOTHING;
  #start = 0;
  #end = 0;

  constructor(id: number, sendWindow: number, now: number) {
    this.id = id;
    this.sendWindow = sendWindow;
    this.since = now;
  }

  /** Octets that came and were not consumed. */
  get unread(): number {
    return this.#end - this.#start;
  }

  peek(): Uint8Array {
    return this.unread === 0 ? NOTHING : this.#buffer.subarray(this.#start, this.#end);
  }

  consume(count: number): void {
    if (!(count >= 0 && count <= this.unread)) throw new RangeError(`cannot consume ${count}`);
    this.#start += count;
    if (this.#start < this.#end) return;
    this.#buffer = NOTHING;
    this.#start = this.#end = 0;
  }

  /** Keeps a copy of `data`. */
  append(data: Uint8Array): void {
    this.received += data.length;
    const { unread } = this;
    if (this.#end + data.length > this.#buffer.length) {
      const size = unread + data.length;
      const capacity = unread === 0 ? size : 2 ** Math.ceil(Math.log2(size));
      const buffer = new Uint8Array(capacity);
      buffer.set(this.peek());
      this.#buffer = buffer;
      this.#start = 0;
      this.#end = unread;
    }
    this.#buffer.set(data, this.#end);
    this.#end += data.length;
  }

  /** When the body is too slow at `rate` octets a second, after `grace` milliseconds. */
  deadline(grace: number, rate: number): number {
    return this.since + grace + ((this.received - this.#receivedBefore) * 1000) / rate;
  }

  /** That the body does not come is not the peer's fault. */
  excuse(now: number): void {
    this.since = now;
    this.#receivedBefore = this.received;
  }
}

const NOTHING = new Uint8Array(0);
