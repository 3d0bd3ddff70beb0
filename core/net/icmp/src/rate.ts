import type { Entropy } from '@atoll/device/system';
import { randomBelow } from '@atoll/device/system';

/**
 * Lets through at most `rate` per second on average, and at most `burst` at once (a token bucket).
 *
 * A limit that strangers share tells one of them what happened to the others: who makes us report until we
 * fall silent knows how many of his probes, sent from a forged address, hit a closed port, and so which port
 * awaits an answer from that address (CVE-2020-25705). With `entropy` each takes one to three tokens, at
 * random, so that the count says little.
 */
export class RateLimit {
  readonly #perMillisecond: number;
  readonly #burst: number;
  readonly #entropy: Entropy | undefined;
  #tokens: number;
  #counted = 0;

  constructor(rate: number, burst: number, entropy?: Entropy) {
    this.#perMillisecond = rate / 1000;
    this.#burst = burst;
    this.#entropy = entropy;
    this.#tokens = burst;
  }

  /** Whether one more may pass at `now`, in monotonic milliseconds. */
  allows(now: number): boolean {
    const gained = Math.max(now - this.#counted, 0) * this.#perMillisecond;
    this.#tokens = Math.min(this.#tokens + gained, this.#burst);
    this.#counted = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= this.#entropy === undefined ? 1 : 1 + randomBelow(this.#entropy, 3);
    return true;
  }
}
