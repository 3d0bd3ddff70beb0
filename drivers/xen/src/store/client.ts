import type { Host } from '@atoll/device/host';
import type { Result } from '@atoll/result/result';
import { ok } from '@atoll/result/result';
import {
  decodeParts,
  encodeMessage,
  encodeParts,
  MAX_PAYLOAD,
  type StoreMessage,
  StoreReader,
  TYPE,
} from './packet.ts';

/** The parts of an answer, or the name of an error, such as `ENOENT`. */
export type StoreResult = Result<string[], string>;

export type StoreRing = Pick<Host, 'storeRead' | 'storeWrite'>;

/**
 * Reads, writes and watches xenstore. Paths are absolute, or relative to our own domain's. `poll` moves
 * bytes and settles promises; nothing else does.
 */
export class StoreClient {
  readonly #ring: StoreRing;
  #reader = new StoreReader();
  readonly #received = new Uint8Array(1024);
  readonly #unsent: Uint8Array[] = [];
  readonly #waiting = new Map<number, (answer: StoreResult) => void>();
  /** By their tokens. */
  readonly #watches = new Map<string, { path: string; onChange: (path: string) => void }>();
  #lastRequest = 0;
  #lastToken = 0;

  constructor(ring: StoreRing) {
    this.#ring = ring;
  }

  /** Whether there is a xenstore to talk to. */
  get isThere(): boolean {
    return this.#ring.storeRead(NOTHING) >= 0;
  }

  /** xenstored sent what is no message: nothing more can be understood. */
  get isBroken(): boolean {
    return this.#reader.isBroken;
  }

  poll(): void {
    this.#send();
    // What comes while we look can wait for the next step: a peer must not keep us here.
    for (let rounds = 0; rounds < ROUNDS; rounds++) {
      const count = this.#ring.storeRead(this.#received);
      if (count === 0) return;
      for (const message of this.#reader.push(this.#received.subarray(0, count))) {
        this.#handle(message);
      }
    }
  }

  /** The value at `path`, or `undefined` when there is none that we may read. */
  async read(path: string, transaction = 0): Promise<string | undefined> {
    const answer = await this.#request(TYPE.read, encodeParts([path]), transaction);
    return answer.ok ? (answer.value[0] ?? '') : undefined;
  }

  /** The names below `path`. */
  async list(path: string): Promise<string[]> {
    const answer = await this.#request(TYPE.directory, encodeParts([path]));
    return answer.ok ? answer.value : [];
  }

  write(path: string, value: string, transaction = 0): Promise<StoreResult> {
    return this.#request(TYPE.write, encodeParts([path, value], true), transaction);
  }

  /**
   * Writes all of `values`, or nothing. Others may write meanwhile: then it is tried again, as often
   * as is likely to help.
   */
  async writeAll(values: Readonly<Record<string, string>>): Promise<StoreResult> {
    let ended: StoreResult = AGAIN;
    for (let tries = 0; tries < TRIES && !ended.ok && ended.error === AGAIN.error; tries++) {
      const started = await this.#request(TYPE.transactionStart, encodeParts(['']));
      if (!started.ok) return started;
      const transaction = Number(started.value[0]);
      let isGood = true;
      for (const [path, value] of Object.entries(values)) {
        const written = await this.write(path, value, transaction);
        isGood &&= written.ok;
      }
      const verdict = encodeParts([isGood ? 'T' : 'F']);
      ended = await this.#request(TYPE.transactionEnd, verdict, transaction);
      if (!isGood && ended.ok) return REFUSED;
    }
    return ended;
  }

  /** Calls `onChange` once soon, and whenever something at or below `path` changes; answers how to stop it. */
  async watch(path: string, onChange: (path: string) => void): Promise<() => void> {
    const token = `${++this.#lastToken}`;
    this.#watches.set(token, { path, onChange });
    await this.#request(TYPE.watch, encodeParts([path, token]));
    return () => {
      this.#watches.delete(token);
      void this.#request(TYPE.unwatch, encodeParts([path, token]));
    };
  }

  /** After a resume: xenstored knows neither our questions nor what we watch. */
  restart(): void {
    this.#reader = new StoreReader();
    this.#unsent.length = 0;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const settle of waiting) settle(LOST);
    for (const [token, { path }] of this.#watches) {
      void this.#request(TYPE.watch, encodeParts([path, token]));
    }
  }

  #request(type: number, payload: Uint8Array, transaction = 0): Promise<StoreResult> {
    if (payload.length > MAX_PAYLOAD) return Promise.resolve(TOO_LONG);
    this.#lastRequest = (this.#lastRequest + 1) >>> 0;
    const request = this.#lastRequest;
    this.#unsent.push(encodeMessage({ type, request, transaction, payload }));
    return new Promise((resolve) => {
      this.#waiting.set(request, resolve);
      this.#send();
    });
  }

  #send(): void {
    for (let next = this.#unsent[0]; next !== undefined; next = this.#unsent[0]) {
      const count = this.#ring.storeWrite(next);
      if (count < next.length) {
        this.#unsent[0] = next.subarray(count);
        return;
      }
      this.#unsent.shift();
    }
  }

  #handle({ type, request, payload }: StoreMessage): void {
    const parts = decodeParts(payload);
    if (type === TYPE.watchEvent) {
      const [path, token] = parts;
      this.#watches.get(token)?.onChange(path);
      return;
    }
    const settle = this.#waiting.get(request);
    this.#waiting.delete(request);
    settle?.(type === TYPE.error ? { ok: false, error: parts[0] } : ok(parts));
  }
}

const AGAIN = { ok: false, error: 'EAGAIN' } as const;
const REFUSED = { ok: false, error: 'EACCES' } as const;
const LOST = { ok: false, error: 'ECONNRESET' } as const;
const TOO_LONG = { ok: false, error: 'E2BIG' } as const;

const NOTHING = new Uint8Array(0);

const TRIES = 20;
const ROUNDS = 64;
