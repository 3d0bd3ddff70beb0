/** Messages over TCP: each has its length before it, in two octets (RFC 1035 section 4.2.2, RFC 7766 section 8). */
import { type Failure, malformed, ok, type Result } from '@atoll/result/result';
import { HEADER_LENGTH } from './compression.ts';
import { MESSAGE_LIMIT } from './packet.ts';

/** `message` with its length before it, to be written at once (RFC 7766 section 8). */
export function frameMessage(message: Uint8Array): Uint8Array {
  if (message.length > MESSAGE_LIMIT) throw new RangeError(`${message.length} octets in a message`);
  const framed = new Uint8Array(LENGTH_SIZE + message.length);
  framed[0] = message.length >>> 8;
  framed[1] = message.length;
  framed.set(message, LENGTH_SIZE);
  return framed;
}

/**
 * Cuts the octets of one connection into messages, however they come.
 *
 * It keeps at most one unfinished message, and no more memory than twice what came of it: a length alone
 * reserves nothing.
 */
export class MessageStream {
  readonly #limit: number;
  /** What came of the unfinished message and its length, in the first {@link #filled} octets. */
  #buffer = new Uint8Array(FIRST_CAPACITY);
  #filled = 0;
  #failure: Failure | undefined;

  /** Messages above `limit` octets are refused. */
  constructor(limit = MESSAGE_LIMIT) {
    this.#limit = limit;
  }

  /** How many octets wait for the rest of their message; 0 where one may end the connection. */
  get pending(): number {
    return this.#filled;
  }

  /**
   * The messages that `bytes` complete, as views that are valid until the next call and no longer than
   * `bytes` itself. After a failure nobody knows where a message starts: it stays, the connection is to
   * be closed, and what else was in `bytes` is lost with it.
   */
  push(bytes: Uint8Array): Result<readonly Uint8Array[]> {
    const messages: Uint8Array[] = [];
    let at = 0;
    while (this.#failure === undefined) {
      if (this.#filled === 0) at = this.#whole(bytes, at, messages);
      if (at === bytes.length || this.#failure !== undefined) break;
      at = this.#collect(bytes, at, messages);
    }
    return this.#failure === undefined ? ok(messages) : { ok: false, error: this.#failure };
  }

  /** Adds the messages that are in `bytes` from `start` on in one piece; answers where they end. */
  #whole(bytes: Uint8Array, start: number, messages: Uint8Array[]): number {
    let at = start;
    while (at + LENGTH_SIZE <= bytes.length) {
      const length = (bytes[at] << 8) | bytes[at + 1];
      const end = at + LENGTH_SIZE + length;
      if (this.#refuses(length) || end > bytes.length) break;
      messages.push(bytes.subarray(at + LENGTH_SIZE, end));
      at = end;
    }
    return at;
  }

  /** Adds octets to the unfinished message; answers how far. */
  #collect(bytes: Uint8Array, start: number, messages: Uint8Array[]): number {
    let at = start;
    while (this.#filled < LENGTH_SIZE && at < bytes.length)
      this.#buffer[this.#filled++] = bytes[at++];
    if (this.#filled < LENGTH_SIZE) return at;
    const length = (this.#buffer[0] << 8) | this.#buffer[1];
    if (this.#refuses(length)) return at;
    const total = LENGTH_SIZE + length;
    const end = Math.min(at + total - this.#filled, bytes.length);
    this.#append(bytes, at, end, total);
    if (this.#filled === total) {
      messages.push(this.#buffer.subarray(LENGTH_SIZE, total));
      // The view belongs to the caller until the next call: the next message gets octets of its own.
      this.#buffer = new Uint8Array(FIRST_CAPACITY);
      this.#filled = 0;
    }
    return end;
  }

  #append(bytes: Uint8Array, start: number, end: number, total: number): void {
    const filled = this.#filled + end - start;
    if (filled > this.#buffer.length) {
      const grown = new Uint8Array(Math.min(Math.max(filled, this.#buffer.length * 2), total));
      grown.set(this.#buffer.subarray(0, this.#filled));
      this.#buffer = grown;
    }
    this.#buffer.set(bytes.subarray(start, end), this.#filled);
    this.#filled = filled;
  }

  #refuses(length: number): boolean {
    if (length >= HEADER_LENGTH && length <= this.#limit) return false;
    const bound = length < HEADER_LENGTH ? 'shorter than a header' : `above ${this.#limit}`;
    const failure = malformed(`a message of ${length} octets is ${bound}`);
    this.#failure = failure.error;
    return true;
  }
}

const LENGTH_SIZE = 2;
/** Queries mostly fit, so that most connections never need more. */
const FIRST_CAPACITY = 64;
