import type { Endpoint } from '@atoll/device/socket';
import type { Failure } from '@atoll/result/result';
import type { Headers } from './headers.ts';
import type { Target } from './target.ts';

/** A request as a handler sees it, whichever version of HTTP brought it. */
export interface Request extends Target {
  readonly method: string;
  readonly scheme: 'http' | 'https';
  readonly protocol: 'HTTP/1.0' | 'HTTP/1.1' | 'HTTP/2';
  readonly headers: Headers;
  readonly body: BodyReader;
  /** Who asks. */
  readonly remote: Endpoint;
}

export interface Response {
  readonly status: number;
  /** Without those that say how long the body is and how the connection goes on. */
  readonly headers?: Headers;
  /** None when left out. For `HEAD` it is measured and not sent. */
  readonly body?: Body;
}

export type Handler = (request: Request) => Response | Promise<Response>;

/** Bytes, pieces of bytes one after the other, neither of which may change any more, or what makes bytes over time. */
export type Body = Uint8Array | readonly Uint8Array[] | BodyStream;

/** A body that is made while it is sent. */
export interface BodyStream {
  /** Octets in all, when that is known. */
  readonly length?: number;
  /** Called once, when the head was sent; not at all for `HEAD`. */
  start(writer: BodyWriter): BodyProducer;
}

export interface BodyWriter {
  /** Sends a copy of the first bytes of `bytes` and answers how many there was room for. */
  write(bytes: Uint8Array): number;
  /** The body ends here. With a `length` that was not reached, this is {@link abort}. */
  end(trailers?: Headers): void;
  /** Gives up; the peer sees that the body is not whole. */
  abort(): void;
}

export interface BodyProducer {
  /** There is room again after `write` did not take everything; and once at first. */
  onWritable(): void;
  /** The last call, when the body did not come to its end: the peer is gone, or took nothing for too long. */
  onClosed?(): void;
}

/** A body that comes in, with back-pressure: what is not consumed, the peer cannot send more of. */
export interface BodyReader {
  /** Octets in all; `undefined` when nobody said. */
  readonly length: number | undefined;
  /** Bytes that came and were not consumed: not always all. Valid until the next call, or until the caller returns. */
  peek(): Uint8Array;
  consume(count: number): void;
  /** Whether everything came and was consumed. */
  readonly isFinished: boolean;
  /** Why it will never be finished. */
  readonly failure: Failure | undefined;
  /** What came behind the body; known when it is finished. */
  readonly trailers: Headers | undefined;
  /** Called when there is something new to `peek`, and when it is finished or failed; set it once. */
  onReadable: (() => void) | undefined;
}
