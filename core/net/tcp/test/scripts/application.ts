import type { CloseReason } from '@atoll/device/socket';
import { expect } from 'vitest';
import type { Connection } from '../../src/connection/connection.ts';
import { CLOSED, CONNECTED, pipe, READABLE } from '../../src/connection/state.ts';
import { byteAt } from './numbers.ts';

/** What uses the connection: it takes what comes and looks at every byte. */
export class Application {
  /** Whether it takes everything as soon as it comes. */
  readonly isReading: boolean;
  #isConnected = false;
  #reason: CloseReason | undefined;
  #written = 0;
  #read = 0;

  constructor(isReading: boolean) {
    this.isReading = isReading;
  }

  /** Hears what is new. */
  listen(connection: Connection): void {
    for (let events = connection.pollEvents(); events !== 0; events = connection.pollEvents()) {
      if ((events & CONNECTED) !== 0) this.#isConnected = true;
      if ((events & READABLE) !== 0 && this.isReading) this.#take(connection, Infinity);
      if ((events & CLOSED) === 0) continue;
      this.#reason = connection.closeReason;
      connection.release();
    }
  }

  /**
   * Does what `text` says: `write 1000`, `read` (everything) or `read 500`, `end`, `abort`, `noDelay`,
   * `keepAlive 1000`, `userTimeout 1000`.
   */
  act(connection: Connection, text: string): void {
    const [verb, argument] = text.split(' ');
    const count = argument === undefined ? Infinity : Number(argument);
    switch (verb) {
      case 'write': {
        const bytes = Uint8Array.from({ length: count }, (_, at) => byteAt(this.#written + at + 1));
        expect(connection.write(bytes), text).toBe(count);
        this.#written += count;
        break;
      }
      case 'read':
        this.#take(connection, count);
        break;
      case 'end':
        connection.end();
        break;
      case 'abort':
        connection.abort();
        break;
      case 'noDelay':
        connection.noDelay = true;
        break;
      case 'keepAlive':
        connection.keepAliveMs = count;
        break;
      case 'userTimeout':
        connection.userTimeoutMs = count;
        break;
      default:
        throw new Error(`what is "${text}"?`);
    }
  }

  /**
   * Looks whether `text` is so: the name of a state, or one of the names below with its value, as in
   * `closed reset` or `cwnd 10000`.
   */
  check(connection: Connection, at: string, text: string): void {
    const { block, isFinished, state } = connection;
    const [name, value] = text.split(' ');
    const facts: Record<string, unknown> = {
      closed: this.#reason,
      connected: this.#isConnected,
      finished: isFinished,
      read: this.#read,
      unread: block.receive.available,
      kept: block.send.length,
      used: block.receive.pool.used,
      flight: pipe(block),
      cwnd: block.congestion.window,
      ssthresh: block.congestion.slowStartThreshold,
    };
    if (value === undefined) expect(state, `at "${at}"`).toBe(name);
    else if (name in facts) expect(String(facts[name]), `at "${at}"`).toBe(value);
    else throw new Error(`what is "${text}"?`);
  }

  #take(connection: Connection, most: number): void {
    for (let left = most; left > 0; ) {
      const bytes = connection.peek();
      const count = Math.min(bytes.length, left);
      if (count === 0) return;
      for (let at = 0; at < count; at++) {
        if (bytes[at] !== byteAt(this.#read + at + 1)) throw new Error('other bytes came');
      }
      this.#read += count;
      left -= count;
      connection.consume(count);
    }
  }
}
