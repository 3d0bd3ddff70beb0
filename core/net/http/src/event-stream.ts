import { encodeUtf8 } from '@atoll/bytes/utf8';
import { Headers } from './headers.ts';
import type { BodyWriter, Response } from './message.ts';

/** An event of a stream (WHATWG HTML, server-sent events). */
export interface ServerEvent {
  readonly data: string;
  /** Its type; `message` when left out. */
  readonly event?: string;
  /** What the client says that it saw last when it comes again (`Last-Event-ID`). */
  readonly id?: string;
  /** Milliseconds after which the client shall come again. */
  readonly retry?: number;
}

/**
 * The clients that follow something. An event goes to all of them. Who does not take in time what it was sent is
 * disconnected and comes again by itself, so what waits for one is bounded. Send a comment now and then, or who
 * went away without a word stays on the list.
 */
export class EventStream {
  readonly #clients = new Set<Client>();
  readonly #limit: number;

  /** At most `limit` clients at a time. */
  constructor(limit = 64) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#clients.size;
  }

  /**
   * The response to a client that wants to follow; it is told what `first` answers when the stream begins. 503 when
   * there are too many; of those who only begin later, as HTTP/2 allows, none is one too many.
   */
  response(first: () => readonly ServerEvent[] = () => []): Response {
    if (this.#clients.size >= this.#limit) {
      return { status: 503, headers: new Headers({ 'retry-after': '10' }) };
    }
    const start = (writer: BodyWriter) => {
      const client = new Client(writer, () => this.#clients.delete(client));
      if (this.#clients.size >= this.#limit) {
        writer.abort();
        return client;
      }
      this.#clients.add(client);
      for (const event of first()) client.send(encodeEvent(event));
      return client;
    };
    return { status: 200, headers: HEADERS, body: { start } };
  }

  send(event: ServerEvent): void {
    this.#sendAll(encodeEvent(event));
  }

  /** Sends a line that clients ignore. */
  sendComment(): void {
    this.#sendAll(COMMENT);
  }

  /** Ends all streams; clients come again. */
  close(): void {
    for (const client of [...this.#clients]) client.close();
  }

  #sendAll(bytes: Uint8Array): void {
    for (const client of [...this.#clients]) client.send(bytes);
  }
}

class Client {
  readonly #writer: BodyWriter;
  readonly #onGone: () => void;
  #waiting: Uint8Array[] = [];
  #size = 0;

  constructor(writer: BodyWriter, onGone: () => void) {
    this.#writer = writer;
    this.#onGone = onGone;
  }

  send(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#size += bytes.length;
    this.onWritable();
    if (this.#size <= MOST_WAITING) return;
    this.#onGone();
    this.#writer.abort();
  }

  onWritable(): void {
    while (this.#waiting.length > 0) {
      const [bytes] = this.#waiting;
      const taken = this.#writer.write(bytes);
      this.#size -= taken;
      if (taken < bytes.length) {
        this.#waiting[0] = bytes.subarray(taken);
        return;
      }
      this.#waiting.shift();
    }
  }

  onClosed(): void {
    this.#onGone();
  }

  close(): void {
    this.#onGone();
    this.#writer.end();
  }
}

/** Throws a `TypeError` for an id or a type with a line break; data may have any. */
export function encodeEvent({ data, event, id, retry }: ServerEvent): Uint8Array {
  let text = '';
  for (const [name, value] of Object.entries({ event, id, retry })) {
    if (value === undefined) continue;
    if (/[\r\n\0]/.test(String(value))) throw new TypeError(`a bad ${name} of an event`);
    text += `${name}: ${value}\n`;
  }
  for (const line of data.split(/\r\n|\r|\n/)) text += `data: ${line}\n`;
  return encodeUtf8(`${text}\n`);
}

const HEADERS = new Headers({
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
});
const COMMENT = encodeUtf8(':\n\n');
const MOST_WAITING = 65_536;
