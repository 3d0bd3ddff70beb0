import type { Headers } from './headers.ts';
import type { Emitted } from './http1/response.ts';
import { emitHead, joined } from './http1/response.ts';
import type { Response } from './message.ts';

/**
 * A response that is given again and again, such as a file: HTTP/1.1 makes its octets once in a second, when the date
 * changes. Nothing of it may change any more.
 */
export class FixedResponse implements Response {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
  #date: Uint8Array | undefined;
  #emitted: Emitted | undefined;

  constructor(status: number, headers: Headers, body: Uint8Array) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  /** What answers a GET of HTTP/1.1 on a connection that goes on; a `date` is the same object for as long as it is true. */
  emitted(date: Uint8Array): Emitted {
    if (this.#emitted === undefined || this.#date !== date) {
      this.#date = date;
      this.#emitted = this.#emit(date);
    }
    return this.#emitted;
  }

  #emit(date: Uint8Array): Emitted {
    const { status, headers, body } = this;
    const common = { isOld: false, isPersistent: true, isHead: false };
    const head = emitHead({ status, headers, length: body.length, date, ...common });
    // What is short goes out with its head.
    if (body.length > SHORT) return head;
    return { bytes: joined([head.bytes, body]), sending: 'none' };
  }
}

const SHORT = 4096;
