import type { Entropy } from '@atoll/device/system';
import { randomBelow } from '@atoll/device/system';

/**
 * Lets about `perSecond` things through each second, how many exactly is drawn each time anew. For answers
 * that anybody can provoke: challenge ACKs (RFC 5961 section 7) and resets. With a limit that is known, an
 * attacker who uses it up himself learns by what is missing whether somebody else was answered
 * (CVE-2016-5696).
 */
export class RandomLimit {
  readonly #entropy: Entropy;
  readonly #perSecond: number;
  #left = 0;
  #until = Number.NEGATIVE_INFINITY;

  constructor(entropy: Entropy, perSecond: number) {
    this.#entropy = entropy;
    this.#perSecond = perSecond;
  }

  /** Whether one more may pass at `now`, in monotonic milliseconds. */
  allows(now: number): boolean {
    if (now >= this.#until) {
      this.#until = now + 1000;
      this.#left = (this.#perSecond >>> 1) + randomBelow(this.#entropy, this.#perSecond) + 1;
    }
    if (this.#left === 0) return false;
    this.#left--;
    return true;
  }
}
