/**
 * HyStart++ (RFC 9406): ends the first slow start when round trips begin to take longer, before the queue
 * on the path overflows.
 *
 * A round lasts until everything is acknowledged that was on its way when it began.
 */
export class HyStart {
  /** Conservative slow start went through all its rounds: congestion avoidance starts. */
  isOver = false;
  /** Bytes to be acknowledged until the round ends. */
  #left = 0;
  #samples = 0;
  /** The shortest round trip of this round, and of the one before. */
  #minimum = Number.POSITIVE_INFINITY;
  #lastMinimum = Number.POSITIVE_INFINITY;
  #isConservative = false;
  /** In conservative slow start: the shortest of the round in which it began, and rounds since then. */
  #baseline = Number.POSITIVE_INFINITY;
  #rounds = 0;

  /**
   * `acked` of `flight` bytes were acknowledged, `sample` ms after they were sent, -1 when unknown.
   * Answers by how many bytes the window grows.
   */
  onAck(acked: number, flight: number, sample: number, mss: number): number {
    this.#left -= acked;
    if (this.#left <= 0) this.#startRound(flight - acked);
    if (sample >= 0) {
      this.#samples++;
      if (sample < this.#minimum) this.#minimum = sample;
    }
    const growth = Math.min(acked, MOST_SEGMENTS * mss);
    const isConservative = this.#isConservative;
    if (this.#samples >= ENOUGH_SAMPLES) this.#judge();
    return isConservative ? Math.floor(growth / CSS_GROWTH_DIVISOR) : growth;
  }

  #startRound(left: number): void {
    this.#left = left;
    this.#samples = 0;
    this.#lastMinimum = this.#minimum;
    this.#minimum = Number.POSITIVE_INFINITY;
    if (this.#isConservative && ++this.#rounds >= CSS_ROUNDS) this.isOver = true;
  }

  #judge(): void {
    if (this.#isConservative) {
      if (this.#minimum >= this.#baseline) return;
      // The delay went away: it was not ours.
      this.#isConservative = false;
      this.#baseline = Number.POSITIVE_INFINITY;
      return;
    }
    const last = this.#lastMinimum;
    if (last === Number.POSITIVE_INFINITY) return;
    const threshold = Math.min(Math.max(last / 8, SHORTEST_RISE_MS), LONGEST_RISE_MS);
    if (this.#minimum < last + threshold) return;
    this.#isConservative = true;
    this.#baseline = this.#minimum;
    this.#rounds = 0;
  }
}

// The constants of RFC 9406 section 4.3.
const SHORTEST_RISE_MS = 4;
const LONGEST_RISE_MS = 16;
const ENOUGH_SAMPLES = 8;
const CSS_GROWTH_DIVISOR = 4;
const CSS_ROUNDS = 5;
/** L, for a sender that does not pace. */
const MOST_SEGMENTS = 8;
