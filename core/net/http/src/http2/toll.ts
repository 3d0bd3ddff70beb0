/**
 * What a peer pays for frames that bring nothing: pings, settings, resets, empty data, and what was done for
 * nothing. There is a stock of points that fills up again with time; who has spent it goes.
 */
export class Toll {
  #points = STOCK;
  #at: number;

  constructor(now: number) {
    this.#at = now;
  }

  /** Takes `points`; false when there are not so many. */
  pay(points: number, now: number): boolean {
    const earned = ((now - this.#at) * POINTS_PER_SECOND) / 1000;
    this.#at = now;
    this.#points = Math.min(STOCK, this.#points + earned) - points;
    return this.#points >= 0;
  }

  /** Gives points for what brought something. */
  earn(points: number): void {
    this.#points = Math.min(STOCK, this.#points + points);
  }
}

export const PRICE = {
  /** A request that came and was taken back, or that we had to refuse. */
  RESET: 4,
  SETTINGS: 8,
  PING: 2,
  CONTINUATION: 8,
  EMPTY_DATA: 8,
  WINDOW_UPDATE: 1,
  /** Everything that is ignored. */
  IGNORED: 1,
} as const;

const STOCK = 1000;
const POINTS_PER_SECOND = 100;
