import type { Failure } from '@atoll/result/result';
import type { Headers } from '../headers.ts';
import type { BodyReader } from '../message.ts';

/** Where the body of the message under way comes from. */
export interface BodySource {
  peekBody(): Uint8Array;
  consumeBody(count: number): void;
}

/** The body of one message. When that is over it has nothing to do with its connection any more. */
export class IncomingBody implements BodyReader {
  readonly length: number | undefined;
  isFinished: boolean;
  failure: Failure | undefined;
  trailers: Headers | undefined;
  onReadable: (() => void) | undefined;
  #source: BodySource | undefined;

  constructor(source: BodySource, framing: number | 'chunked') {
    this.length = framing === 'chunked' ? undefined : framing;
    this.isFinished = framing === 0;
    this.#source = source;
  }

  peek(): Uint8Array {
    return this.#source === undefined || this.isFinished ? NOTHING : this.#source.peekBody();
  }

  consume(count: number): void {
    if (!this.isFinished) this.#source?.consumeBody(count);
  }

  /** For the connection: everything was consumed. */
  finish(trailers: Headers | undefined): void {
    if (this.isFinished) return;
    this.trailers = trailers;
    this.isFinished = true;
  }

  /** For the connection: there will be nothing more. Answers whether that is news, of which `onReadable` tells. */
  abandon(reason: string): boolean {
    this.#source = undefined;
    if (this.isFinished || this.failure !== undefined) return false;
    this.failure = { blame: 'peer', reason };
    return true;
  }
}

/** The body of all messages that have none. */
export const NO_BODY: BodyReader = {
  length: 0,
  isFinished: true,
  failure: undefined,
  trailers: undefined,
  peek: () => NOTHING,
  consume() {},
  get onReadable() {
    return undefined;
  },
  // There will be nothing to tell.
  set onReadable(_) {},
};

const NOTHING = new Uint8Array(0);
