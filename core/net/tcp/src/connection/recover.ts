import type { Segment } from '../packet.ts';
import { DUPLICATES, markFirstLost, markLostBySacks } from '../recovery/duplicates.ts';
import { SACKED } from '../recovery/scoreboard.ts';
import { judgeTrial } from './mtu.ts';
import type { ControlBlock } from './state.ts';
import { NEEDS_RESEND, NEVER, pipe, timestampAt } from './state.ts';

/**
 * What an acknowledgment that moved SND.UNA by `acked` bytes, or none, means for loss and congestion.
 * `flight` bytes were on their way before; `duplicateEnd` is the end of a duplicate that the peer reported,
 * or -1; `sample` is the round trip it tells of, or -1.
 */
export function onAcknowledgment(
  c: ControlBlock,
  segment: Segment,
  acked: number,
  flight: number,
  isDuplicate: boolean,
  duplicateEnd: number,
  sample: number,
  now: number,
): void {
  const { board, congestion } = c;
  const delivered = c.usesSacks ? board.delivered : countDuplicates(c, acked, isDuplicate);
  if (c.isTailProbed) judgeTail(c, segment, acked, flight, duplicateEnd, now);
  if (c.canUndo && isSpurious(c, segment, acked)) undo(c, now);
  const wasRecovering = c.phase === 'recovery';
  const hasLeft = acked > 0 && leaveIfRecovered(c, now);
  const lost = board.lostBytes;
  markLost(c, acked, now);
  if (board.first?.state === SACKED) onReneging(c, now);
  const isWorse = board.lostBytes > lost;
  const isTrialOnly = c.trialSize !== 0 && judgeTrial(c, now);
  if (c.phase === 'open' && !isTrialOnly && (isWorse || (hasLeft && board.lostBytes > 0))) {
    enterRecovery(c, flight, delivered, now);
  }
  if (c.phase === 'recovery') {
    congestion.window = c.prr.onAck(delivered, pipe(c), acked > 0 && !isWorse, c.mss);
  } else if (acked > 0 && !wasRecovering) {
    const isLimited = ((c.limitedPoint - c.sndUna + acked) | 0) > 0;
    if (!isLimited) c.limitedPoint = c.sndUna;
    congestion.onAck(acked, flight, isLimited, now, c.roundTrip.smoothed, sample);
  }
}

/** The reordering timer of RACK expired. */
export function detectLosses(c: ControlBlock, now: number): void {
  const { board } = c;
  const lost = board.lostBytes;
  detectByTime(c, now);
  if (board.lostBytes === lost) return;
  if (c.phase === 'open') enterRecovery(c, (c.sndNxt - c.sndUna) | 0, 0, now);
  if (c.phase === 'recovery') {
    c.congestion.window = Math.max(pipe(c), c.mss);
    c.needs |= NEEDS_RESEND;
  }
}

/** The retransmission timer expired (RFC 6298 section 5.4 to 5.6, RFC 8985 section 6.3). */
export function onRetransmitTimeout(c: ControlBlock, now: number): void {
  if (c.timeouts === 0) rememberForUndo(c);
  c.timeouts++;
  enterLoss(c, now);
  if (c.usesRack) c.rack.markOnTimeout(c.board, now, c.roundTrip, c.mss);
  else c.board.markAllLost();
  c.roundTrip.backOff();
  c.isBackedOff = true;
}

/** The peer reported that `[start, end)` arrived twice. */
export function onDuplicateReport(c: ControlBlock, start: number, end: number): void {
  if (c.usesRack) c.rack.onDuplicate(c.sndUna, c.sndNxt);
  if (!c.canUndo) return;
  if (((start - c.undoPoint) | 0) < 0 || ((end - c.recoveryPoint) | 0) > 0) return;
  c.undoBytes -= (end - start) | 0;
}

/** Bytes that the acknowledgment tells of, when the peer cannot say which (RFC 6582 without SACK). */
function countDuplicates(c: ControlBlock, acked: number, isDuplicate: boolean): number {
  const { mss, board } = c;
  if (acked > 0) {
    c.duplicates = 0;
    // One segment was missing; those behind it were counted already.
    const counted = Math.min(c.duplicateBytes, Math.max(acked - mss, 0));
    c.duplicateBytes = c.phase === 'open' ? 0 : c.duplicateBytes - counted;
    return board.delivered - counted;
  }
  if (!isDuplicate) return 0;
  c.duplicates++;
  const most = ((c.sndNxt - c.sndUna) | 0) - board.lostBytes - mss;
  const counted = Math.max(0, Math.min(mss, most - c.duplicateBytes));
  c.duplicateBytes += counted;
  return counted;
}

function markLost(c: ControlBlock, acked: number, now: number): void {
  const { board } = c;
  const isOpen = c.phase === 'open';
  if (!c.usesSacks) {
    if (isOpen ? isThirdDuplicate(c) : c.phase === 'recovery' && acked > 0) {
      markFirstLost(board, c.mss);
      // RFC 6582 section 3.2 step 3: the next hole is filled at once.
      c.needs |= NEEDS_RESEND;
    }
    return;
  }
  if (c.usesRack) {
    c.rack.update(board, now);
    if (isOpen && board.sackedBytes === 0) c.reorderAt = NEVER;
    else detectByTime(c, now);
  } else if (board.sackedBytes > 0) {
    markLostBySacks(board, c.mss);
  }
}

function detectByTime(c: ControlBlock, now: number): void {
  c.reorderAt = c.rack.detect(c.board, now, c.roundTrip, c.phase !== 'open', c.mss);
}

/** RFC 6582 section 3.2 step 2: not again for what was lost before. */
function isThirdDuplicate(c: ControlBlock): boolean {
  if (c.duplicates < DUPLICATES) return false;
  return !c.isRecoveryPointHeld || c.sndUna !== c.recoveryPoint;
}

/** `flight` bytes were not acknowledged before, and the last acknowledgment told of `delivered` bytes. */
function enterRecovery(c: ControlBlock, flight: number, delivered: number, now: number): void {
  rememberForUndo(c);
  c.phase = 'recovery';
  c.recoveryPoint = c.sndNxt;
  c.congestion.onLoss(flight, now);
  c.prr.start(pipe(c) + c.board.lostBytes + delivered, c.congestion.slowStartThreshold);
  // The first segment is sent again whatever the window says.
  c.needs |= NEEDS_RESEND;
  c.probeAt = NEVER;
}

function leaveIfRecovered(c: ControlBlock, now: number): boolean {
  if (c.phase === 'open' || ((c.sndUna - c.recoveryPoint) | 0) < 0) return false;
  if (c.phase === 'recovery') c.congestion.onRecovered(now);
  c.rack.onRecovered();
  c.phase = 'open';
  c.duplicateBytes = 0;
  c.isRecoveryPointHeld = !c.usesSacks;
  return true;
}

function enterLoss(c: ControlBlock, now: number): void {
  c.congestion.onTimeout((c.sndNxt - c.sndUna) | 0, now);
  c.phase = 'loss';
  c.recoveryPoint = c.sndNxt;
  c.duplicates = 0;
  c.duplicateBytes = 0;
  c.isTailProbed = false;
  c.probeAt = NEVER;
  c.reorderAt = NEVER;
  c.needs |= NEEDS_RESEND;
}

/**
 * What the peer reported is at SND.UNA now and it did not acknowledge it: it threw it away (RFC 2018
 * section 8). Nobody knows what else it did.
 */
function onReneging(c: ControlBlock, now: number): void {
  enterLoss(c, now);
  c.canUndo = false;
  c.board.forgetSacks();
}

function rememberForUndo(c: ControlBlock): void {
  c.canUndo = true;
  c.undoPoint = c.sndUna;
  c.undoSentAt = -1;
  c.undoBytes = 0;
}

/**
 * Nothing was lost: all that was sent again arrived twice (RFC 3708), or the first acknowledgment answers
 * what was sent before that (Eifel, RFC 3522).
 */
function isSpurious(c: ControlBlock, segment: Segment, acked: number): boolean {
  if (c.undoSentAt < 0) return false;
  if (c.undoBytes <= 0) return true;
  if (acked === 0 || !c.usesTimestamps || ((c.sndUna - acked - c.undoPoint) | 0) !== 0)
    return false;
  return ((segment.timestampEcho - timestampAt(c, c.undoSentAt)) | 0) < 0;
}

function undo(c: ControlBlock, now: number): void {
  c.canUndo = false;
  c.needs &= ~NEEDS_RESEND;
  c.congestion.undo(now);
  c.rack.onOvertaken();
  c.board.forgiveLost();
  c.phase = 'open';
  c.duplicates = 0;
  c.duplicateBytes = 0;
  // The timeout stays as long as it is until there is a sample: if the path has become so slow, what is
  // new would be sent twice again, and never give one (Karn).
  c.timeouts = 0;
}

/** RFC 8985 section 7.4: whether the tail loss probe repaired a loss, which nothing else told of. */
function judgeTail(
  c: ControlBlock,
  segment: Segment,
  acked: number,
  flight: number,
  duplicateEnd: number,
  now: number,
): void {
  const ahead = (c.sndUna - c.tailEnd) | 0;
  if (ahead < 0) return;
  const isCopy = acked === 0 && segment.sackCount === 0;
  if (!c.isTailResent || duplicateEnd === c.tailEnd || (ahead === 0 && isCopy)) {
    c.isTailProbed = false;
  } else if (ahead > 0) {
    c.isTailProbed = false;
    if (c.phase !== 'open') return;
    c.congestion.onLoss(flight, now);
    c.congestion.onRecovered(now);
  }
}
