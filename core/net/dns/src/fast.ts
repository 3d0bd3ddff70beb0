import type { FastModule, FastPaths, Region } from '@atoll/device/fast';
import type { Responder } from '@atoll/device/network';
import type { AnswerTable } from './server/table.ts';

export interface FastAnswersOptions {
  /**
   * How many replies are kept: rounded up to a power of two. Each takes 512 bytes, and memory for 8 at a time
   * is taken when it is first needed.
   */
  readonly capacity: number;
  /** Where the frames that may be answered are sent to. */
  readonly mac: number;
  /** Unpredictable 32 bits, so that nobody can choose questions that collide. */
  readonly salt: number;
}

/**
 * Whole replies to questions that were answered before, served from Ethernet frame to Ethernet frame
 * without entering the interpreter. See `assembly/index.ts` for what it leaves to the ordinary path.
 */
export class FastAnswers implements AnswerTable {
  readonly #fast: FastPaths;
  readonly #module: FastModule;
  readonly #query: Region;
  readonly #reply: Region;
  readonly #ttls: Region;
  readonly #mac: number;

  constructor(fast: FastPaths, options: FastAnswersOptions) {
    this.#fast = fast;
    this.#module = fast.load('dns');
    this.#query = fast.allocate(SCRATCH);
    this.#reply = fast.allocate(SCRATCH);
    this.#ttls = fast.allocate(MAX_TTLS * 2);
    const sets = 2 ** Math.ceil(Math.log2(Math.max(options.capacity / WAYS, 1)));
    const table = fast.allocate(sets * (WAYS + 1) * 4);
    this.#module.configure(table.address, sets, options.salt);
    this.#mac = options.mac;
  }

  /** Serves from our IPv4 address `address`; from none, and so nobody, at first and with 0. */
  listen(address: number): void {
    const macHigh = Math.floor(this.#mac / 0x1_0000_0000);
    this.#module.listen(macHigh, this.#mac % 0x1_0000_0000, address);
  }

  /** How many frames were answered, modulo 2^32. */
  get answered(): number {
    return this.#module.answeredCount() >>> 0;
  }

  /**
   * Keeps a reply, see {@link AnswerTable.remember}. Answers false for queries with EDNS options or odd
   * flags, and for replies that are too long or have too many records.
   */
  remember(
    query: Uint8Array,
    reply: Uint8Array,
    ttlOffsets: readonly number[],
    asOf: number,
    expires: number,
  ): boolean {
    if (query.length > SCRATCH || reply.length > SCRATCH || ttlOffsets.length > MAX_TTLS) {
      return false;
    }
    this.#query.bytes.set(query);
    this.#reply.bytes.set(reply);
    for (let index = 0; index < ttlOffsets.length; index++) {
      this.#ttls.bytes[index * 2] = ttlOffsets[index];
      this.#ttls.bytes[index * 2 + 1] = ttlOffsets[index] >>> 8;
    }
    for (;;) {
      const result = this.#module.insert(
        this.#query.address,
        query.length,
        this.#reply.address,
        reply.length,
        this.#ttls.address,
        ttlOffsets.length,
        asOf,
        expires,
      );
      if (result !== WANTING) return result === KEPT;
      this.#module.supply(this.#fast.allocate(WAYS * ENTRY).address);
    }
  }

  /** Forgets everything: a local name has changed. */
  forget(): void {
    this.#module.clear();
  }

  /** Answers frames with kept replies; for all others the ordinary path is needed. */
  get responder(): Responder {
    return this.#module.serve;
  }
}

/** As in `assembly/index.ts`. */
const ENTRY = 512;
const WAYS = 8;
const KEPT = 1;
const WANTING = 2;
const SCRATCH = 512;
const MAX_TTLS = 16;
