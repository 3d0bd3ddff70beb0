import type { Readable, Writable } from 'node:stream';
import type { TcpConnection } from '@atoll/device/socket';

/** Carries a stream of ours to a connection and the other way round, no faster than each side takes it. */
export class Pump {
  readonly #connection: TcpConnection;
  readonly #input: Readable;
  readonly #output: Writable;
  #pending: Uint8Array[] = [];
  #isFull = false;
  #hasEnded = false;

  constructor(connection: TcpConnection, input: Readable, output: Writable) {
    this.#connection = connection;
    this.#input = input;
    this.#output = output;
  }

  /** Begins to read the input; the end of it is that of what we send. */
  start(): void {
    this.#input.on('data', this.#take);
    if (this.#input.readableEnded) this.#finishInput();
    else this.#input.on('end', this.#finishInput);
  }

  /** Reads the input no more: somebody else may. */
  release(): void {
    this.#input.off('data', this.#take).off('end', this.#finishInput);
  }

  /** Sends what was read, as far as there is room. */
  send(): void {
    while (this.#pending.length > 0) {
      const [first] = this.#pending;
      const taken = this.#connection.write(first);
      if (taken < first.length) {
        this.#pending[0] = first.subarray(taken);
        this.#input.pause();
        return;
      }
      this.#pending.shift();
    }
    if (this.#hasEnded) this.#connection.end();
    else this.#input.resume();
  }

  /** Writes what came, until the output wants a pause. */
  receive(): void {
    if (this.#isFull) return;
    while (this.#write()) {
      if (!this.#output.writableNeedDrain) continue;
      this.#isFull = true;
      this.#output.once('drain', () => {
        this.#isFull = false;
        this.receive();
      });
      return;
    }
  }

  /** The connection is over: writes what is left. */
  finish(): void {
    while (this.#write()) {}
  }

  readonly #take = (chunk: Uint8Array): void => {
    this.#pending.push(chunk);
    this.send();
  };

  readonly #finishInput = (): void => {
    this.#hasEnded = true;
    this.send();
  };

  #write(): boolean {
    const bytes = this.#connection.peek();
    if (bytes.length === 0) return false;
    this.#output.write(bytes.slice());
    this.#connection.consume(bytes.length);
    return true;
  }
}
