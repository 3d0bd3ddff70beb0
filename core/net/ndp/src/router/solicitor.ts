import type { Entropy } from '@atoll/device/system';
import { randomBetween } from '../random.ts';

/**
 * When to ask for routers: at first after up to a second, then after 4, 8, 16 ... seconds and at last about
 * once an hour, until one has answered (RFC 7559, which replaces the three attempts of RFC 4861).
 */
export class Solicitor {
  /** When the next solicitation is due, in monotonic milliseconds. */
  nextTimeout = Number.POSITIVE_INFINITY;
  readonly #entropy: Entropy;
  #interval = 0;

  constructor(entropy: Entropy) {
    this.#entropy = entropy;
  }

  get isRunning(): boolean {
    return this.nextTimeout !== Number.POSITIVE_INFINITY;
  }

  /** Begins to ask; does nothing when it does already. */
  start(now: number): void {
    if (this.isRunning) return;
    this.#interval = 0;
    this.nextTimeout = now + randomBetween(this.#entropy, 0, MAX_DELAY_MS);
  }

  stop(): void {
    this.nextTimeout = Number.POSITIVE_INFINITY;
  }

  /** Whether to send one now. */
  poll(now: number): boolean {
    if (now < this.nextTimeout) return false;
    const before = this.#interval;
    let interval = before === 0 ? this.#about(FIRST_INTERVAL_MS) : before + this.#about(before);
    if (interval > MAX_INTERVAL_MS) interval = this.#about(MAX_INTERVAL_MS);
    this.#interval = interval;
    this.nextTimeout = now + interval;
    return true;
  }

  /** A tenth more or less (RFC 8415 section 15), so that hosts which started together get out of step. */
  #about(interval: number): number {
    return randomBetween(this.#entropy, interval * 0.9, interval * 1.1);
  }
}

/** RFC 4861 section 10: MAX_RTR_SOLICITATION_DELAY, RTR_SOLICITATION_INTERVAL; RFC 7559: MRT. */
const MAX_DELAY_MS = 1000;
const FIRST_INTERVAL_MS = 4000;
const MAX_INTERVAL_MS = 3_600_000;
