import { encodeLatin1 } from '@atoll/bytes/latin1';
import type { TcpConnection } from '@atoll/device/socket';
import type { Headers } from '../headers.ts';
import { chunkSize, LARGEST_CHUNK } from '../http1/chunks.ts';
import type { Sending } from '../http1/response.ts';
import type { Body, BodyProducer, BodyStream, BodyWriter } from '../message.ts';

/** Whom a sender tells. */
export interface SenderEvents {
  /** The connection did not take everything: it will say when it takes more. */
  onBlocked(): void;
  /** The body ended, or was aborted, and the connection took all of it. */
  onDone(): void;
  /** What makes the body threw `error`; the body is aborted after that. */
  onFailed(error: unknown): void;
}

/** Sends one head and its body after the other, as fast as the connection takes them. */
export class Sender implements BodyWriter {
  /** Whether everything that was given was handed to the connection. */
  isDone = true;
  /** Whether the connection did not take everything the last time. */
  isBlocked = false;
  /** Whether the body cannot come to its end any more. */
  isAborted = false;
  readonly #connection: TcpConnection;
  readonly #events: SenderEvents;
  /** What there was no room for. */
  #pending: Uint8Array[] = [];
  #producer: BodyProducer | undefined;
  #sending: Sending = 'none';
  /** Octets of a stream with a length that are still to come. */
  #left = 0;
  #hasEnded = true;

  constructor(connection: TcpConnection, events: SenderEvents) {
    this.#connection = connection;
    this.#events = events;
  }

  /** Sends `bytes`, which are no part of a body. */
  sendRaw(bytes: Uint8Array): void {
    this.#push(bytes);
  }

  start(head: Uint8Array, body: Body | undefined, sending: Sending): void {
    this.isDone = false;
    this.#sending = sending;
    this.#hasEnded = true;
    this.#push(head);
    if (body === undefined || sending === 'none') this.#settle();
    else if (body instanceof Uint8Array) this.#whole([body]);
    else if (isStream(body)) this.#stream(body);
    else this.#whole(body);
  }

  /** The connection takes more. */
  resume(): void {
    const pending = this.#pending;
    this.#pending = [];
    this.isBlocked = false;
    for (const piece of pending) this.#push(piece);
    if (this.isBlocked) return;
    if (this.#hasEnded) this.#settle();
    else this.#produce();
  }

  /** The connection is gone, or will be. */
  close(): void {
    this.#pending = [];
    const producer = this.#producer;
    this.#producer = undefined;
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    try {
      producer?.onClosed?.();
    } catch (error) {
      this.#events.onFailed(error);
    }
  }

  write(bytes: Uint8Array): number {
    if (this.#hasEnded || this.isBlocked || bytes.length === 0) return 0;
    if (this.#sending === 'chunked') return this.#writeChunks(bytes);
    if (bytes.length > this.#left) throw new RangeError('a body is longer than its length');
    const taken = this.#connection.write(bytes);
    this.#left -= taken;
    if (taken < bytes.length) this.#block();
    return taken;
  }

  end(trailers?: Headers): void {
    if (this.#hasEnded) return;
    if (this.#sending !== 'chunked' && this.#sending !== 'close' && this.#left > 0) {
      this.abort();
      return;
    }
    this.#hasEnded = true;
    if (this.#sending === 'chunked') {
      this.#push(LAST_CHUNK);
      if (trailers !== undefined) this.#push(trailers.lines());
      this.#push(LINE_END);
    }
    this.#settle();
  }

  abort(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#pending = [];
    this.isBlocked = false;
    this.isAborted = true;
    this.#settle();
  }

  #whole(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) this.#push(piece);
    this.#settle();
  }

  #stream(body: BodyStream): void {
    this.#hasEnded = false;
    this.#left = typeof this.#sending === 'number' ? this.#sending : Number.POSITIVE_INFINITY;
    try {
      this.#producer = body.start(this);
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (!this.isBlocked) this.#produce();
  }

  #produce(): void {
    try {
      this.#producer?.onWritable();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#events.onFailed(error);
    this.abort();
  }

  /** At least one octet stays here when there is no room for all, so that the connection says when there is. */
  #writeChunks(bytes: Uint8Array): number {
    let sent = 0;
    while (sent < bytes.length && !this.isBlocked) {
      const count = Math.min(bytes.length - sent, this.#connection.room + 1, LARGEST_CHUNK);
      this.#push(chunkSize(count));
      this.#push(bytes.subarray(sent, sent + count), true);
      this.#push(LINE_END);
      sent += count;
    }
    return sent;
  }

  /** `isLent` bytes may change later. */
  #push(bytes: Uint8Array, isLent = false): void {
    if (this.isBlocked) {
      this.#pending.push(isLent ? bytes.slice() : bytes);
      return;
    }
    const taken = this.#connection.write(bytes);
    if (taken === bytes.length) return;
    this.#pending.push(isLent ? bytes.slice(taken) : bytes.subarray(taken));
    this.#block();
  }

  #block(): void {
    this.isBlocked = true;
    this.#events.onBlocked();
  }

  #settle(): void {
    if (this.isDone || !this.#hasEnded || this.#pending.length > 0) return;
    this.isDone = true;
    this.#producer = undefined;
    this.#events.onDone();
  }
}

/** Octets of `body`, `undefined` when nobody knows. */
export function lengthOf(body: Body | undefined): number | undefined {
  if (body === undefined) return 0;
  if (body instanceof Uint8Array) return body.length;
  if (isStream(body)) return body.length;
  return body.reduce((sum, { length }) => sum + length, 0);
}

function isStream(body: Body): body is BodyStream {
  return 'start' in body;
}

const LAST_CHUNK = encodeLatin1('0\r\n');
const LINE_END = encodeLatin1('\r\n');
