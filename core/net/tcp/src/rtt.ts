/**
 * How long a round trip takes, and so how long to wait for an acknowledgment (RFC 6298). All in
 * milliseconds. Segments that were sent twice give no samples unless timestamps tell which one was
 * answered (Karn's algorithm): the caller knows.
 */
export class RoundTrip {
  /** Whether there was a sample yet. To be read only, like the rest. */
  isKnown = false;
  /** SRTT, 0 before the first sample. */
  smoothed = 0;
  /** RTTVAR. */
  variation = 0;
  /** The latest sample, 0 before the first. */
  latest = 0;
  /** The shortest of the last five to ten minutes: paths change. Infinite before the first sample. */
  minimum = Number.POSITIVE_INFINITY;
  /** How long to wait now. */
  rto = INITIAL_RTO_MS;
  /** The same without back-off, and that which `suspendBackOff` put aside, or 0. */
  #computed = INITIAL_RTO_MS;
  #suspended = 0;
  /** The shortest since `#turned`, and that of the period before. */
  #current = Number.POSITIVE_INFINITY;
  #previous = Number.POSITIVE_INFINITY;
  #turned = 0;

  /**
   * A round trip took `ms`. When every segment is timed, `expected` says how many samples there are in
   * a round trip, so that they weigh as much as one (RFC 7323 appendix G). Undoes `backOff`.
   */
  sample(ms: number, now: number, expected = 1): void {
    if (!(ms >= 0)) return;
    const took = Math.min(ms, MAXIMUM_RTO_MS);
    this.latest = took;
    this.#keepMinimum(took, now);
    if (this.isKnown) {
      const difference = took - this.smoothed;
      const deviation = difference < 0 ? -difference : difference;
      this.variation += (deviation - this.variation) / (4 * expected);
      this.smoothed += difference / (8 * expected);
    } else {
      this.isKnown = true;
      this.smoothed = took;
      this.variation = took / 2;
    }
    const margin = Math.max(MINIMUM_RTO_MS, 4 * this.variation);
    this.#computed = Math.min(this.smoothed + margin, MAXIMUM_RTO_MS);
    this.rto = this.#computed;
    this.#suspended = 0;
  }

  /** The timer expired: waits twice as long, until the next sample. */
  backOff(): void {
    this.rto = Math.min(this.rto * 2, MAXIMUM_RTO_MS);
  }

  /**
   * What is sent again after a timeout arrives, but gives no sample. Karn's algorithm keeps the back-off for
   * what is new, which can give one. What is still to be sent again never can, and is not the segment that
   * timed out (RFC 9293 section 3.8.1 asks for a back-off for the same one only): it waits as long as the
   * samples say. Otherwise the waits double with each of some losses in a row.
   */
  suspendBackOff(): void {
    if (this.rto > this.#suspended) this.#suspended = this.rto;
    this.rto = this.#computed;
  }

  /** Something new is sent. */
  resumeBackOff(): void {
    if (this.#suspended > this.rto) this.rto = this.#suspended;
  }

  /** SRTT, and before the first sample what is waited for: a peer that only sends may never give one. */
  get guess(): number {
    return this.isKnown ? this.smoothed : this.#computed;
  }

  /** When something was sent at the latest that could be answered at `now`. */
  answerable(now: number): number {
    return this.isKnown ? now - this.minimum : now;
  }

  /** A SYN was sent again, so a second was not enough: data waits for three (RFC 6298 section 5.7). */
  distrust(): void {
    if (this.isKnown) return;
    this.#computed = CAUTIOUS_RTO_MS;
    this.rto = CAUTIOUS_RTO_MS;
  }

  #keepMinimum(took: number, now: number): void {
    if (now - this.#turned >= PERIOD_MS) {
      this.#previous =
        now - this.#turned < 2 * PERIOD_MS ? this.#current : Number.POSITIVE_INFINITY;
      this.#current = Number.POSITIVE_INFINITY;
      this.#turned = now;
    }
    if (took < this.#current) this.#current = took;
    this.minimum = Math.min(this.#current, this.#previous);
  }
}

const INITIAL_RTO_MS = 1000;
const CAUTIOUS_RTO_MS = 3000;

/**
 * RFC 6298 asks for a second at least. As hosts do today, we add no less than this to SRTT: peers delay
 * their acknowledgments by up to that, and clocks are far more precise, so it is also the granularity G.
 */
const MINIMUM_RTO_MS = 200;

/** The least that RFC 6298 section 2.5 allows: where much is lost, long waits are all that is left of a rate. */
const MAXIMUM_RTO_MS = 60_000;

const PERIOD_MS = 300_000;
