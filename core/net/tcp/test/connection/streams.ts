import { expect } from 'vitest';
import { stream, streamByte } from '../buffer/stream.ts';
import type { Application, End } from '../pair.ts';

/** Sends `total` bytes of the test stream, then ends, and checks that as much as `expected` arrives. */
export class Transfer implements Application {
  sent = 0;
  received = 0;
  isFinished = false;
  readonly total: number;
  readonly expected: number;
  /** The largest piece that is written at once, and how long to wait between pieces. */
  readonly piece: number;
  readonly pause: number;
  /** How much is read at once, and how long to wait in between. */
  readonly bite: number;
  readonly rest: number;
  /** Whether to end only after the peer did. */
  readonly endsLast: boolean;
  #writesAt = 0;
  #readsAt = 0;

  constructor({
    total = 0,
    expected = 0,
    piece = 0x1_0000,
    pause = 0,
    bite = 0x1_0000,
    rest = 0,
    endsLast = false,
  }: Partial<Transfer> = {}) {
    this.total = total;
    this.expected = expected;
    this.piece = piece;
    this.pause = pause;
    this.bite = bite;
    this.rest = rest;
    this.endsLast = endsLast;
  }

  get isDone(): boolean {
    return this.isFinished && this.sent === this.total && this.received === this.expected;
  }

  onConnected(end: End): void {
    this.#write(end);
  }

  onReadable(end: End): void {
    this.#read(end);
  }

  onWritable(end: End): void {
    this.#write(end);
  }

  onWake(end: End): void {
    this.#read(end);
    this.#write(end);
  }

  onClosed(end: End): void {
    this.#readsAt = 0;
    this.#read(end);
  }

  #write(end: End): void {
    const connection = end.it;
    while (this.sent < this.total) {
      if (this.#writesAt > end.pair.now) {
        end.wakeAt = Math.min(end.wakeAt, this.#writesAt);
        return;
      }
      const length = Math.min(this.piece, this.total - this.sent);
      const room = connection.room;
      const written = connection.write(stream(this.sent, this.sent + length));
      if (written > room) throw new Error(`wrote ${written} where there was room for ${room}`);
      this.sent += written;
      if (written < length) return;
      if (this.pause > 0) this.#writesAt = end.pair.now + this.pause;
    }
    if (!this.endsLast || this.isFinished) connection.end();
  }

  #read(end: End): void {
    const connection = end.it;
    for (;;) {
      const bytes = connection.peek();
      if (bytes.length === 0) break;
      if (this.#readsAt > end.pair.now) {
        end.wakeAt = Math.min(end.wakeAt, this.#readsAt);
        return;
      }
      const count = Math.min(bytes.length, this.bite);
      for (let at = 0; at < count; at++) {
        if (bytes[at] !== streamByte(this.received + at)) {
          expect.fail(`byte ${this.received + at} is wrong`);
        }
      }
      connection.consume(count);
      this.received += count;
      if (this.rest > 0) this.#readsAt = end.pair.now + this.rest;
    }
    if (!connection.isFinished || this.isFinished) return;
    this.isFinished = true;
    this.#write(end);
  }
}
