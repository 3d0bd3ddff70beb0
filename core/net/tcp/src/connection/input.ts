import type { Located } from '@atoll/bytes/fast';
import type { Segment } from '../packet.ts';
import { ACK, FIN, RST, SYN } from '../packet.ts';
import { acknowledge, acknowledgeInOrder, answer, challenge } from './acknowledge.ts';
import { close, startTimeWait } from './close.ts';
import { establish, negotiate, noteTimestamp } from './handshake.ts';
import type { ControlBlock } from './state.ts';
import { isSynchronized, NEEDS_ACK, NEEDS_REJECTION, NEEDS_SYN } from './state.ts';
import { noteFin, receiveFin, receiveText } from './text.ts';
import { armIdle } from './timer.ts';

/** A segment of this connection came, with its payload in `region`. */
export function handleSegment(
  c: ControlBlock,
  segment: Segment,
  region: Located,
  now: number,
): void {
  c.now = now;
  if (c.state === 'ESTABLISHED' && handlePredicted(c, segment, region, now)) return;
  switch (c.state) {
    case 'CLOSED':
      return;
    case 'SYN_SENT':
      handleSynSent(c, segment, region, now);
      return;
    case 'SYN_RECEIVED':
      handleSynReceived(c, segment, region, now);
      return;
    default:
      handleSynchronized(c, segment, region, now);
  }
}

/**
 * Header prediction: takes the segment that is expected while nothing is wrong, which is the next data, or
 * an acknowledgment of ours, or both. Everything else is left to the rules.
 */
function handlePredicted(c: ControlBlock, segment: Segment, region: Located, now: number): boolean {
  const { sequence, acknowledgment } = segment;
  const { sndUna, board } = c;
  if (
    (segment.flags & (ACK | SYN | FIN | RST)) !== ACK ||
    sequence !== c.receive.next ||
    segment.sackCount !== 0 ||
    c.phase !== 'open' ||
    board.sackedBytes + board.lostBytes + c.duplicates + c.trialSize !== 0 ||
    c.isPersisting ||
    c.isTailProbed
  ) {
    return false;
  }
  const length = segment.payloadEnd - segment.payloadStart;
  const acked = (acknowledgment - sndUna) | 0;
  if (acked < 0 || ((acknowledgment - c.sndNxt) | 0) > 0) return false;
  if (length === 0 ? acked === 0 : length > c.window.size) return false;
  if (c.usesTimestamps) {
    const { timestamp } = segment;
    if (!segment.hasTimestamp || ((timestamp - c.tsRecent) | 0) < 0) return false;
    if (sequence === c.lastAckSent) {
      c.tsRecent = timestamp;
      c.tsRecentAt = now;
    }
  }
  c.heardAt = now;
  // Nothing that is newer can have been seen.
  const window = segment.window << c.sndScale;
  c.sndWl1 = sequence;
  c.sndWl2 = acknowledgment;
  c.sndEdge = (acknowledgment + window) >>> 0;
  if (window > c.mostWindow) c.mostWindow = window;
  if (acked > 0) acknowledgeInOrder(c, acknowledgment, now);
  if (length > 0) receiveText(c, segment, region, sequence, now);
  if (c.isFinKnown) receiveFin(c, now);
  return true;
}

/** RFC 9293 section 3.10.7.3. */
function handleSynSent(c: ControlBlock, segment: Segment, region: Located, now: number): void {
  const { flags, acknowledgment } = segment;
  const hasAck = (flags & ACK) !== 0;
  if (hasAck && (acknowledgment !== c.sndNxt || c.sndNxt === c.sndUna)) {
    if ((flags & RST) === 0) reject(c, acknowledgment);
    return;
  }
  if ((flags & RST) !== 0) {
    if (hasAck) close(c, 'refused');
    return;
  }
  if ((flags & SYN) === 0) return;
  negotiate(c, segment.sequence, segment, now);
  noteTimestamp(c, segment, now);
  if (!hasAck) {
    // Both sides opened at the same time (section 3.5, figure 8).
    c.state = 'SYN_RECEIVED';
    c.needs |= NEEDS_SYN;
    return;
  }
  establish(c, segment, segment.window, now);
  c.needs |= NEEDS_ACK;
  takeText(c, segment, region, (segment.sequence + 1) >>> 0, now);
}

function handleSynReceived(c: ControlBlock, segment: Segment, region: Located, now: number): void {
  const { flags, sequence, acknowledgment } = segment;
  const hasAck = (flags & ACK) !== 0;
  // Perhaps not the one that waits to be sent, but a cookie of the same number.
  const isOurSyn = hasAck && acknowledgment === (c.parameters.initialSequence + 1) >>> 0;
  if ((flags & SYN) !== 0 && sequence === (c.receive.next - 1) >>> 0) {
    if ((flags & RST) !== 0) return;
    if (isOurSyn) {
      // The peer's answer, when both sides opened at the same time.
      establish(c, segment, segment.window, now);
      c.needs |= NEEDS_ACK;
    } else if (!hasAck && c.needs === 0) {
      c.needs |= NEEDS_SYN;
    }
    return;
  }
  if (!isInOrder(c, segment, region, now)) return;
  if ((flags & SYN) !== 0) {
    challenge(c, now);
    return;
  }
  if (!hasAck) return;
  if (!isOurSyn) {
    reject(c, acknowledgment);
    return;
  }
  updateTimestamp(c, segment, now);
  establish(c, segment, segment.window << c.sndScale, now);
  takeText(c, segment, region, sequence, now);
}

/** RFC 9293 section 3.10.7.4, in the order in which it is written there. */
function handleSynchronized(c: ControlBlock, segment: Segment, region: Located, now: number): void {
  const { flags } = segment;
  if ((flags & SYN) !== 0) {
    // Wherever it is (RFC 5961 section 4.2).
    challenge(c, now);
    return;
  }
  if (!isInOrder(c, segment, region, now) || (flags & ACK) === 0) return;
  if (c.state === 'TIME_WAIT' || !acknowledge(c, segment, now)) return;
  updateTimestamp(c, segment, now);
  if (c.isFinSent && c.sndUna === c.sndNxt && onFinAcknowledged(c, now)) return;
  takeText(c, segment, region, segment.sequence, now);
}

/**
 * Whether the segment has something to do with our window: PAWS (RFC 7323 section 5.3), the sequence
 * number and resets (RFC 9293 section 3.10.7.4, first to third; RFC 5961 section 3.2). If not, it was
 * dealt with.
 */
function isInOrder(c: ControlBlock, segment: Segment, region: Located, now: number): boolean {
  const { flags, sequence } = segment;
  const isReset = (flags & RST) !== 0;
  if (isReset) {
    if (sequence === c.receive.next) onReset(c);
    else if (isInWindow(c, sequence, 0)) challenge(c, now);
    return false;
  }
  if (c.usesTimestamps) {
    // RFC 7323 section 3.2: without one it is no segment of this connection.
    if (!segment.hasTimestamp) return false;
    const isOld = ((segment.timestamp - c.tsRecent) | 0) < 0;
    if (isOld && now - c.tsRecentAt < TIMESTAMPS_OUTDATED_MS) {
      answer(c, now);
      return false;
    }
  }
  const fin = (flags & FIN) !== 0 ? 1 : 0;
  if (!isInWindow(c, sequence, segment.payloadEnd - segment.payloadStart + fin)) {
    answerUnacceptable(c, segment, region, now);
    return false;
  }
  c.heardAt = now;
  return true;
}

/** TS.Recent is that of a segment at the left edge of the window (RFC 7323 section 4.3). */
function updateTimestamp(c: ControlBlock, segment: Segment, now: number): void {
  if (c.usesTimestamps && ((segment.sequence - c.lastAckSent) | 0) <= 0) {
    c.tsRecent = segment.timestamp;
    c.tsRecentAt = now;
  }
}

/**
 * Whether any of the segment is in the window. More is let through than RFC 9293 says, as everybody does:
 * acknowledgments without data that were overtaken, and those of a peer that filled the whole window.
 */
function isInWindow(c: ControlBlock, sequence: number, length: number): boolean {
  const { next } = c.receive;
  const ahead = (sequence - next) | 0;
  if (ahead > c.window.size) return false;
  if (length === 0) return ahead >= 0 || ((sequence - c.lastAckSent) | 0) >= 0;
  return ahead + length > 0;
}

/**
 * The peer learns what we expect. Data that came again is reported as a duplicate. What such a segment
 * acknowledges still counts: otherwise two sides whose segments crossed could wait for each other.
 */
function answerUnacceptable(c: ControlBlock, segment: Segment, region: Located, now: number): void {
  const { sequence, payloadStart, payloadEnd, flags } = segment;
  const length = payloadEnd - payloadStart;
  const isOld = ((sequence + length - c.receive.next) | 0) <= 0;
  if (length === 0 && (flags & FIN) === 0) {
    answer(c, now);
  } else {
    c.needs |= NEEDS_ACK;
    // A FIN that came again: the peer missed our acknowledgment.
    if (c.state === 'TIME_WAIT') startTimeWait(c, now);
    if (c.usesSacks && length > 0 && isOld) {
      c.receive.insert(region, payloadStart, payloadEnd, sequence);
      c.hasReport = true;
    }
  }
  const distance = (c.receive.next - sequence) | 0;
  if (!isOld || distance > c.window.size + LATE || !isSynchronized(c)) return;
  if ((flags & (SYN | ACK)) === ACK) acknowledgeOld(c, segment, now);
}

/** The FIN may be among what is acknowledged. */
function acknowledgeOld(c: ControlBlock, segment: Segment, now: number): void {
  if (!acknowledge(c, segment, now)) return;
  if (c.isFinSent && c.sndUna === c.sndNxt) onFinAcknowledged(c, now);
}

/** Payload and FIN of a segment that is in the window. */
function takeText(
  c: ControlBlock,
  segment: Segment,
  region: Located,
  sequence: number,
  now: number,
): void {
  // What comes after the peer's FIN is nonsense (section 3.10.7.4, seventh).
  if (c.isFinReceived) return;
  const length = segment.payloadEnd - segment.payloadStart;
  if ((segment.flags & FIN) !== 0) noteFin(c, sequence, (sequence + length) >>> 0);
  if (length > 0) receiveText(c, segment, region, sequence, now);
  receiveFin(c, now);
}

/** Answers whether nothing is left to do with the segment. */
function onFinAcknowledged(c: ControlBlock, now: number): boolean {
  switch (c.state) {
    case 'FIN_WAIT_1':
      c.state = 'FIN_WAIT_2';
      armIdle(c);
      return false;
    case 'CLOSING':
      startTimeWait(c, now);
      return true;
    case 'LAST_ACK':
      close(c, 'finished');
      return true;
    default:
      return false;
  }
}

function onReset(c: ControlBlock): void {
  // RFC 1337: a reset does not end TIME-WAIT early.
  if (c.state === 'TIME_WAIT') return;
  close(c, c.state === 'SYN_RECEIVED' && c.isActive ? 'refused' : 'reset');
}

/** An acknowledgment of what was never sent, before there is a connection. */
function reject(c: ControlBlock, acknowledgment: number): void {
  c.resetSequence = acknowledgment;
  c.needs |= NEEDS_REJECTION;
}

/** RFC 7323 section 5.5: after 24 days of silence the peer's clock may have gone round. */
const TIMESTAMPS_OUTDATED_MS = 24 * 24 * 3_600_000;
/** How far back segments are still looked at, when the window is small. */
const LATE = 0xffff;
