import { u32 } from '@atoll/bytes/field';
import type { TcpConnection, TcpHandler } from '@atoll/device/socket';
import type { Clock } from '@atoll/device/system';
import type { Logger } from '@atoll/log/log';
import type { Parameters } from './packet.ts';
import {
  CREATE_STREAMS,
  DISPLAY_RESULTS,
  EXCHANGE_RESULTS,
  emitResults,
  MOST_JSON,
  PARAM_EXCHANGE,
  parseJson,
  parseParameters,
  SERVER_ERROR,
  TEST_END,
  TEST_RUNNING,
  TEST_START,
} from './packet.ts';

/** What the client is expected to send next on the control connection. */
type Expectation = 'parameters' | 'streams' | 'end' | 'results' | 'goodbye';

interface Stream {
  readonly connection: TcpConnection;
  bytes: number;
}

/** One test: its control connection and the streams that belong to it. */
export class Session {
  readonly cookie: string;
  readonly control: TcpHandler;
  isOver = false;
  readonly #connection: TcpConnection;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #streams: Stream[] = [];
  #expected: Expectation = 'parameters';
  #parameters: Parameters = { streams: 1, reverse: false };
  /** JSON that came in pieces. */
  #pending = new Uint8Array(0);
  #began = 0;
  #seconds = 0;

  constructor(cookie: string, connection: TcpConnection, clock: Clock, log: Logger) {
    this.cookie = cookie;
    this.#connection = connection;
    this.#clock = clock;
    this.#log = log;
    this.control = {
      onReadable: () => this.#read(),
      onClosed: () => this.#close(),
    };
    this.#say(PARAM_EXCHANGE);
  }

  /** A connection that showed the cookie: one more stream, if one is expected. */
  stream(connection: TcpConnection): TcpHandler | undefined {
    if (this.#expected !== 'streams') return undefined;
    const stream: Stream = { connection, bytes: 0 };
    this.#streams.push(stream);
    if (this.#streams.length === this.#parameters.streams) this.#begin();
    return {
      onReadable: () => receive(stream),
      onWritable: () => this.#fill(stream),
    };
  }

  #begin(): void {
    this.#expected = 'end';
    this.#began = this.#clock.monotonic();
    this.#say(TEST_START, TEST_RUNNING);
    for (const stream of this.#streams) this.#fill(stream);
  }

  #fill(stream: Stream): void {
    if (!this.#parameters.reverse || this.#expected !== 'end') return;
    for (let taken = 1; taken > 0; stream.bytes += taken) taken = stream.connection.write(ZEROS);
  }

  #read(): void {
    const connection = this.#connection;
    while (connection.peek().length > 0 && !this.isOver) {
      const taken = this.#take(connection.peek());
      connection.consume(taken);
    }
    if (connection.isFinished) connection.end();
  }

  /** Uses the first of `bytes` and answers how many. */
  #take(bytes: Uint8Array): number {
    if (this.#expected === 'parameters' || this.#expected === 'results') {
      return this.#takeJson(bytes);
    }
    if (this.#expected === 'end' && bytes[0] === TEST_END) {
      this.#seconds = (this.#clock.monotonic() - this.#began) / 1000;
      this.#expected = 'results';
      this.#say(EXCHANGE_RESULTS);
      // A client that waits for the rest of a block would never look at the control connection again.
      if (this.#parameters.reverse) for (const { connection } of this.#streams) connection.end();
      return 1;
    }
    // The client is done, gives up, or makes no sense here.
    this.#finish();
    return bytes.length;
  }

  #takeJson(bytes: Uint8Array): number {
    const known = this.#pending.length;
    const joined = new Uint8Array(known + bytes.length);
    joined.set(this.#pending);
    joined.set(bytes, known);
    const length = joined.length < 4 ? 0 : u32(joined, 0);
    if (length > MOST_JSON) {
      this.#refuse(`${length} bytes of JSON`);
      return bytes.length;
    }
    if (joined.length < 4 || joined.length < 4 + length) {
      this.#pending = joined;
      return bytes.length;
    }
    this.#pending = new Uint8Array(0);
    this.#handleJson(joined.subarray(4, 4 + length));
    return 4 + length - known;
  }

  #handleJson(json: Uint8Array): void {
    if (this.#expected === 'parameters') {
      const parameters = parseParameters(json);
      if (!parameters.ok) {
        this.#refuse(parameters.error.reason);
        return;
      }
      this.#parameters = parameters.value;
      this.#expected = 'streams';
      this.#say(CREATE_STREAMS);
      return;
    }
    const results = parseJson(json);
    if (!results.ok) {
      this.#refuse(results.error.reason);
      return;
    }
    const bytes = this.#streams.map((stream) => stream.bytes);
    this.#connection.write(emitResults(bytes, this.#seconds, this.#parameters.reverse));
    this.#expected = 'goodbye';
    this.#say(DISPLAY_RESULTS);
    this.#report();
  }

  #report(): void {
    const sum = this.#streams.reduce((total, { bytes }) => total + bytes, 0);
    const rate = (sum * 8) / Math.max(this.#seconds, 0.001) / 1e6;
    const what = this.#parameters.reverse ? 'sent' : 'received';
    this.#log.info(
      `${what} ${sum} bytes in ${this.#seconds.toFixed(1)} s, ${rate.toFixed(0)} Mbit/s`,
    );
  }

  /** Two error numbers follow a server error; 0 says nothing. */
  #refuse(reason: string): void {
    this.#log.info(`refused a test: ${reason}`);
    this.#say(SERVER_ERROR, 0, 0, 0, 0, 0, 0, 0, 0);
    this.#finish();
  }

  #say(...states: number[]): void {
    this.#connection.write(Uint8Array.from(states));
  }

  #finish(): void {
    this.isOver = true;
    this.#connection.end();
    this.#close();
  }

  #close(): void {
    this.isOver = true;
    for (const { connection } of this.#streams) connection.abort();
  }
}

function receive(stream: Stream): void {
  const { connection } = stream;
  for (let { length } = connection.peek(); length > 0; { length } = connection.peek()) {
    connection.consume(length);
    stream.bytes += length;
  }
  if (connection.isFinished) connection.end();
}

const ZEROS = new Uint8Array(0x1_0000);
