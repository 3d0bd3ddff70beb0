import type { RoundTrip } from '../rtt.ts';
import type { Scoreboard, SentRange } from './scoreboard.ts';
import { SENT } from './scoreboard.ts';

/**
 * Tells by time what was lost (RFC 8985): what was sent a reordering window before something that arrived
 * and did not arrive itself. Milliseconds.
 */
export class Rack {
  /** The last segment that was sent of those that arrived, instead of RACK.xmit_ts, and RACK.end_seq. */
  #run = -1;
  #end = 0;
  /** RACK.rtt: how long it took. */
  #rtt = 0;
  #isReordered = false;
  /** RACK.reo_wnd_mult: quarters of a round trip to wait. */
  #quarters = 1;
  /** RACK.reo_wnd_persist: recoveries until the window is a quarter again. */
  #recoveries = PERSISTENCE;
  /** RACK.dsack_round: what was sent before this was considered in the window. */
  #round = 0;
  #isRoundOpen = false;

  /** What the acknowledgment told that `board` looked at last (steps 1 to 3 of section 6.2). */
  update(board: Scoreboard, now: number): void {
    if (board.isReordered) this.#isReordered = true;
    const { latestRun, latestEnd } = board;
    if (latestRun < 0) return;
    this.#rtt = now - board.latestSentAt;
    if (!this.#isLater(latestRun, latestEnd)) return;
    this.#run = latestRun;
    this.#end = latestEnd;
  }

  /** The peer reported a duplicate, so we were too quick: waits longer (step 4). */
  onDuplicate(unacknowledged: number, next: number): void {
    if (this.#isRoundOpen && ((unacknowledged - this.#round) | 0) < 0) return;
    this.#isRoundOpen = true;
    this.#round = next;
    this.#quarters = Math.min(this.#quarters + 1, MOST_QUARTERS);
    this.#recoveries = PERSISTENCE;
  }

  /** A recovery is over, also one that a timeout began; after many without a duplicate the window is what it was. */
  onRecovered(): void {
    if (--this.#recoveries > 0) return;
    this.#recoveries = PERSISTENCE;
    this.#quarters = 1;
  }

  /**
   * Marks on `board` what was lost (step 5). Answers when to look again, infinite for not before the next
   * acknowledgment.
   */
  detect(
    board: Scoreboard,
    now: number,
    roundTrip: RoundTrip,
    isRecovering: boolean,
    mss: number,
  ): number {
    let next = Number.POSITIVE_INFINITY;
    const allowed = this.#rtt + this.#window(board, roundTrip, isRecovering, mss);
    let range: SentRange | undefined = board.first;
    for (; range !== undefined; range = range.next) {
      if (range.state !== SENT) continue;
      if (!this.#isLater(range.run, range.end)) {
        const due = range.sentAt + allowed;
        if (due <= now) range = board.markLost(range);
        else if (due < next) next = due;
      } else if (!range.isRetransmitted) {
        // What is behind was sent later still, or again after that.
        return next;
      }
    }
    return next;
  }

  /** The retransmission timer expired: marks what it was set for, and what was sent long enough ago (section 6.3). */
  markOnTimeout(board: Scoreboard, now: number, roundTrip: RoundTrip, mss: number): void {
    const sentBefore = now - this.#rtt - this.#window(board, roundTrip, true, mss);
    let range: SentRange | undefined = board.first;
    for (; range !== undefined; range = range.next) {
      if (range === board.first || range.sentAt <= sentBefore) range = board.markLost(range);
    }
  }

  /** What was held for lost had only been overtaken. */
  onOvertaken(): void {
    this.#isReordered = true;
  }

  #isLater(run: number, end: number): boolean {
    return run > this.#run || (run === this.#run && ((end - this.#end) | 0) > 0);
  }

  /** RACK.reo_wnd. */
  #window(board: Scoreboard, roundTrip: RoundTrip, isRecovering: boolean, mss: number): number {
    if (!this.#isReordered && (isRecovering || board.sackedBytes > 2 * mss)) return 0;
    const window = (Math.min(roundTrip.minimum, this.#rtt) * this.#quarters) / 4;
    return roundTrip.isKnown ? Math.min(window, roundTrip.smoothed) : window;
  }
}

const PERSISTENCE = 16;
/** A whole round trip would be the limit in any case, unless the shortest is far shorter. */
const MOST_QUARTERS = 254;
