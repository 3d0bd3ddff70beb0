/** Lets through at most `rate` per second on average, and at most `burst` at once (a token bucket). */
export class RateLimit {
  readonly #perMillisecond: number;
  readonly #burst: number;
  #tokens: number;
  #counted = 0;

  constructor(rate: number, burst: number) {
    this.#perMillisecond = rate / 1000;
    this.#burst = burst;
    this.#tokens = burst;
  }

  /** Whether one more may pass at `now`, in monotonic milliseconds. */
  allows(now: number): boolean {
    const gained = Math.max(now - this.#counted, 0) * this.#perMillisecond;
    this.#tokens = Math.min(this.#tokens + gained, this.#burst);
    this.#counted = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
