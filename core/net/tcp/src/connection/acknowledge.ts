import type { Segment } from '../packet.ts';
import { FIN } from '../packet.ts';
import { updatePacing } from './pacing.ts';
import { onAcknowledgment, onDuplicateReport } from './recover.ts';
import type { ControlBlock } from './state.ts';
import { NEEDS_ACK, NEEDS_RESEND, timestampAt, WRITABLE } from './state.ts';
import { restartTimers, stopPersisting } from './timer.ts';

/**
 * The acknowledgment of a segment that was expected, with nothing lost and nothing special: what happens
 * to nearly all of them. It is behind SND.UNA and not behind SND.NXT.
 */
export function acknowledgeInOrder(c: ControlBlock, acknowledgment: number, now: number): void {
  const { board, sndUna, roundTrip } = c;
  board.begin(roundTrip.answerable(now));
  board.acknowledge(acknowledgment);
  if (c.usesRack) c.rack.update(board, now);
  const acked = (acknowledgment - sndUna) | 0;
  const flight = (c.sndNxt - sndUna) | 0;
  c.sndUna = acknowledgment;
  c.progressAt = now;
  c.send.acknowledge(acknowledgment);
  const { oldestSentAt } = board;
  const sample = oldestSentAt < 0 ? -1 : now - oldestSentAt;
  measure(c, sample, now);
  const isLimited = ((c.limitedPoint - sndUna) | 0) > 0;
  if (!isLimited) c.limitedPoint = acknowledgment;
  c.congestion.onAck(acked, flight, isLimited, now, roundTrip.smoothed, sample);
  restartTimers(c, now);
  if (c.isWriteBlocked) giveRoom(c);
}

/**
 * The acknowledgment of any acceptable segment, with everything else that it says: the window and what
 * arrived out of order. Answers false when the segment has to be dropped (RFC 5961 section 5.2).
 */
export function acknowledge(c: ControlBlock, segment: Segment, now: number): boolean {
  const { acknowledgment } = segment;
  const { sndUna, board } = c;
  const acked = (acknowledgment - sndUna) | 0;
  if (((acknowledgment - c.sndNxt) | 0) > 0 || -acked > c.mostWindow) {
    challenge(c, now);
    return false;
  }
  // An old one tells nothing new.
  if (acked < 0) return true;
  const edge = c.sndEdge;
  updateWindow(c, segment, now);
  const isDuplicate =
    acked === 0 &&
    c.sndNxt !== sndUna &&
    segment.payloadEnd === segment.payloadStart &&
    (segment.flags & FIN) === 0 &&
    c.sndEdge === edge;
  board.begin(credible(c, segment, now));
  let duplicateEnd = -1;
  if (c.usesSacks && segment.sackCount > 0) duplicateEnd = readReport(c, segment);
  const flight = (c.sndNxt - sndUna) | 0;
  if (acked > 0) {
    board.acknowledge(acknowledgment);
    c.sndUna = acknowledgment;
    c.progressAt = now;
    c.send.acknowledge(acknowledgment);
    c.timeouts = 0;
    c.needs &= ~NEEDS_RESEND;
  } else if (c.isPersisting) {
    // The peer is there, it only has no room.
    c.progressAt = now;
  }
  const sample = duplicateEnd < 0 ? sampleOf(c, segment, acked, now) : -1;
  measure(c, sample, now);
  onAcknowledgment(c, segment, acked, flight, isDuplicate, duplicateEnd, sample, now);
  if (acked > 0) {
    if (c.isBackedOff) {
      if (c.phase === 'loss') c.roundTrip.suspendBackOff();
      else c.roundTrip.resumeBackOff();
    }
    if (!c.isPersisting) restartTimers(c, now);
    if (c.isWriteBlocked) giveRoom(c);
  }
  return true;
}

/**
 * Answers a segment that only an attacker, or a peer that lost its memory, would send: a peer that is
 * alive learns what is right, and an attacker nothing (RFC 5961).
 */
export function challenge(c: ControlBlock, now: number): void {
  const { challenges } = c.parameters;
  if (now - c.answeredAt < ANSWER_MS) return;
  if (challenges === undefined || challenges.allows(now)) answer(c, now);
}

/** Answers a segment that has no place in the window, but not all of them: two such peers never ended. */
export function answer(c: ControlBlock, now: number): void {
  if (now - c.answeredAt < ANSWER_MS) return;
  c.answeredAt = now;
  c.needs |= NEEDS_ACK;
}

/** Room was made for what the application could not write: tells it when it is worth a few segments. */
function giveRoom(c: ControlBlock): void {
  const { send } = c;
  const { window } = c.congestion;
  if (c.features.autoTuning && 2 * window > send.limit) growSendBuffer(c);
  if (send.room * 4 < send.share && send.length > 0) return;
  c.isWriteBlocked = false;
  c.events |= WRITABLE;
}

/** As much as is on its way, and as much again for the time until the application writes more. */
function growSendBuffer(c: ControlBlock): void {
  if (c.receive.pool.isTight) return;
  const wanted = Math.min(2 * c.congestion.window, c.mostSend);
  if (wanted > c.send.limit) c.send.limit = wanted;
}

/** RFC 9293 section 3.10.7.4: an older segment does not change the window. */
function updateWindow(c: ControlBlock, segment: Segment, now: number): void {
  const { sequence, acknowledgment } = segment;
  const newer = (sequence - c.sndWl1) | 0;
  if (newer < 0 || (newer === 0 && ((acknowledgment - c.sndWl2) | 0) < 0)) return;
  const window = segment.window << c.sndScale;
  c.sndWl1 = sequence;
  c.sndWl2 = acknowledgment;
  c.sndEdge = (acknowledgment + window) >>> 0;
  if (window > c.mostWindow) c.mostWindow = window;
  if (c.isPersisting && window > 0) stopPersisting(c, now);
}

/** Once in a round trip, so that each counts as much (RFC 6298 section 4), and to end a back-off. */
function measure(c: ControlBlock, sample: number, now: number): void {
  if (sample < 0 || (((c.sndUna - c.timedPoint) | 0) <= 0 && !c.isBackedOff)) return;
  c.isBackedOff = false;
  c.roundTrip.sample(sample, now);
  c.timedPoint = c.sndNxt;
  updatePacing(c);
}

/**
 * How long the round trip took: since the oldest segment was sent that was acknowledged, if all were sent
 * once only (Karn), else what the timestamp says.
 *
 * A timestamp from before the last copy was sent says nothing, though RFC 7323 section 4.1 allows for it:
 * either the original took as long as we waited, or its acknowledgment was lost and this one answers a
 * copy, which does not change what the peer echoes. Whoever believes the latter waits longer each time.
 */
function sampleOf(c: ControlBlock, segment: Segment, acked: number, now: number): number {
  const { oldestSentAt, edgeSentAt, isAmbiguous, delivered } = c.board;
  if (oldestSentAt >= 0 && !isAmbiguous) return now - oldestSentAt;
  if (acked === 0 || delivered === 0 || !c.usesTimestamps || segment.timestampEcho === 0) return -1;
  if (((segment.timestampEcho - timestampAt(c, edgeSentAt)) | 0) < 0) return -1;
  const elapsed = (timestampAt(c, now) - segment.timestampEcho) | 0;
  return elapsed < 0 ? -1 : elapsed;
}

/** When a retransmission was sent at the latest that this segment could answer (RFC 8985 section 6.2). */
function credible(c: ControlBlock, segment: Segment, now: number): number {
  const latest = c.roundTrip.answerable(now);
  if (!c.usesTimestamps) return latest;
  const elapsed = (timestampAt(c, now) - segment.timestampEcho) | 0;
  // Sent within the millisecond that the echo tells of.
  return Math.min(latest, Math.floor(now) - elapsed + 1);
}

/**
 * Takes over the blocks of a selective acknowledgment. Answers the end of a duplicate that is reported
 * (RFC 2883), or -1.
 */
function readReport(c: ControlBlock, { acknowledgment, sacks, sackCount }: Segment): number {
  let duplicateEnd = -1;
  for (let at = 0; at < 2 * sackCount; at += 2) {
    const start = sacks[at];
    const end = sacks[at + 1];
    const length = (end - start) | 0;
    if (length <= 0 || ((end - c.sndNxt) | 0) > 0) continue;
    if (at === 0 && isDuplicateReport(acknowledgment, sacks, sackCount)) {
      if (((c.sndUna - start) | 0) > c.mostWindow) continue;
      duplicateEnd = end;
      onDuplicateReport(c, start, end);
    } else if (((start - acknowledgment) | 0) > 0) {
      c.board.sack(start, end);
    }
  }
  return duplicateEnd;
}

/** The first block is about a duplicate when it is acknowledged, or part of the second one. */
function isDuplicateReport(acknowledgment: number, sacks: Uint32Array, sackCount: number): boolean {
  const start = sacks[0];
  const end = sacks[1];
  if (((end - acknowledgment) | 0) <= 0) return true;
  if (sackCount < 2) return false;
  return ((start - sacks[2]) | 0) >= 0 && ((end - sacks[3]) | 0) <= 0;
}

const ANSWER_MS = 500;
