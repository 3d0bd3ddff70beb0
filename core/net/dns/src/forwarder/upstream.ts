import type { Endpoint } from '@atoll/device/socket';

/**
 * What is known of one upstream server: how fast it answers, whether it does at all, and what it does
 * not understand. All times in milliseconds.
 */
export class Upstream {
  readonly endpoint: Endpoint;
  /** Round-trip time and its mean deviation, smoothed as in RFC 6298 section 2. */
  #roundTrip = FIRST_ROUND_TRIP;
  #deviation = FIRST_ROUND_TRIP;
  #measured = false;
  /** Timeouts in a row. */
  #timeouts = 0;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #withoutEdnsUntil = Number.NEGATIVE_INFINITY;
  #sameCaseUntil = Number.NEGATIVE_INFINITY;

  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint;
  }

  /** How long to wait for an answer. */
  get timeout(): number {
    const timeout = this.#roundTrip + 4 * this.#deviation;
    return Math.min(Math.max(timeout, SHORTEST_TIMEOUT), LONGEST_TIMEOUT);
  }

  /** The lower, the better: the smoothed round-trip time, or what is assumed at first. */
  get roundTrip(): number {
    return this.#roundTrip;
  }

  /** Whether it was silent so often that others go first. */
  paused(now: number): boolean {
    return now < this.#pausedUntil;
  }

  /** It answered after `elapsed`. Returns whether it had been silent for long. */
  answered(elapsed: number): boolean {
    const revived = this.#timeouts >= TOLERATED_TIMEOUTS;
    this.#timeouts = 0;
    this.#pausedUntil = Number.NEGATIVE_INFINITY;
    if (this.#measured) {
      const error = Math.abs(this.#roundTrip - elapsed);
      this.#deviation += (error - this.#deviation) / 4;
      this.#roundTrip += (elapsed - this.#roundTrip) / 8;
    } else {
      this.#measured = true;
      this.#roundTrip = elapsed;
      this.#deviation = elapsed / 2;
    }
    return revived;
  }

  /** It did not answer in time. Returns whether it is paused for the first time. */
  timedOut(now: number): boolean {
    this.#timeouts++;
    if (this.#timeouts < TOLERATED_TIMEOUTS) return false;
    const doublings = Math.min(this.#timeouts - TOLERATED_TIMEOUTS, 6);
    this.#pausedUntil = now + Math.min(SHORTEST_PAUSE * 2 ** doublings, LONGEST_PAUSE);
    return this.#timeouts === TOLERATED_TIMEOUTS;
  }

  speaksEdns(now: number): boolean {
    return now >= this.#withoutEdnsUntil;
  }

  /** It answered a query without EDNS after it had refused the same one with it. */
  doesWithoutEdns(now: number): void {
    this.#withoutEdnsUntil = now + HABIT;
  }

  /** Whether it echoes the question in the letter case in which it was asked. */
  keepsCase(now: number): boolean {
    return now >= this.#sameCaseUntil;
  }

  /** It answered a query with the letter case of its own after one with mixed letters. */
  changesCase(now: number): void {
    this.#sameCaseUntil = now + HABIT;
  }
}

/** The server at `endpoint` with what is known of it, when it is one of `known`, or else a new one. */
export function upstreamAt(endpoint: Endpoint, known: readonly Upstream[]): Upstream {
  return known.find((one) => isSame(one.endpoint, endpoint)) ?? new Upstream(endpoint);
}

export function isSame(one: Endpoint, other: Endpoint): boolean {
  return one.address === other.address && one.port === other.port;
}

/** What is assumed of a server before its first answer: it makes the first timeout half a second. */
const FIRST_ROUND_TRIP = 100;
const SHORTEST_TIMEOUT = 150;
const LONGEST_TIMEOUT = 1500;
/** So many timeouts in a row are taken for lost packets; the next pauses are for a server that is down. */
const TOLERATED_TIMEOUTS = 3;
const SHORTEST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;
/** How long a habit of a server is remembered before it is tested again: 15 minutes. */
const HABIT = 900_000;
