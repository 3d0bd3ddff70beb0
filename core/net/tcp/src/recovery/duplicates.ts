import type { Scoreboard, SentRange } from './scoreboard.ts';
import { SACKED } from './scoreboard.ts';

/** DupThresh of RFC 5681 and RFC 6675. */
export const DUPLICATES = 3;

/**
 * Marks what RFC 6675 (IsLost of section 4) holds for lost: what has more than two segments that the peer
 * reported behind it, or three ranges. What was sent again is not looked at, which leaves its loss to the timer.
 */
export function markLostBySacks(board: Scoreboard, mss: number): void {
  let bytes = 0;
  let ranges = 0;
  let range: SentRange | undefined = board.last;
  while (range !== undefined) {
    if (range.state === SACKED) {
      bytes += (range.end - range.start) | 0;
      ranges++;
    } else if (bytes > (DUPLICATES - 1) * mss || ranges >= DUPLICATES) {
      if (!range.isRetransmitted) range = board.markLost(range);
    }
    range = range.previous;
  }
}

/** Without selective acknowledgments only the first segment is known to be missing (RFC 6582). */
export function markFirstLost(board: Scoreboard, mss: number): void {
  const { first } = board;
  if (first !== undefined) board.markStartLost(first, mss);
}
