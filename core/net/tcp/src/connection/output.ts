import { ACK, FIN, PSH, RST } from '../packet.ts';
import type { SentRange } from '../recovery/scoreboard.ts';
import { closeWhenSent } from './close.ts';
import { transmitSyn } from './handshake.ts';
import { isTrialDue, startTrial } from './mtu.ts';
import { mayLeave, pace, pacedBurst } from './pacing.ts';
import type { ControlBlock } from './state.ts';
import {
  isSynchronized,
  NEEDS_ACK,
  NEEDS_LITTLE,
  NEEDS_PROBE,
  NEEDS_REJECTION,
  NEEDS_RESEND,
  NEEDS_RESET,
  NEEDS_SYN,
  NEEDS_TAIL,
  NEVER,
  pipe,
  timestampAt,
} from './state.ts';
import { armProbe, armRetransmit, mayProbe, startPersisting } from './timer.ts';
import type { Transmission } from './transmission.ts';

/**
 * The next segment to send, most urgent first: resets and SYNs, what was lost, new data, probes, and an
 * acknowledgment when no other segment carried it. See `Connection.pollTransmit`.
 */
export function pollTransmit(
  c: ControlBlock,
  now: number,
  mostPayload: number,
): Transmission | undefined {
  c.now = now;
  if ((c.needs & BEFORE_DATA) !== 0) return transmitControl(c, now);
  if (c.state === 'ESTABLISHED' || isSynchronized(c)) {
    if (c.board.lostBytes > 0) {
      const lost = transmitLost(c, now, mostPayload);
      if (lost !== undefined) return lost;
    }
    if (!c.isFinSent && (c.send.end !== c.sndNxt || c.isFinQueued)) {
      const fresh = transmitNew(c, now, mostPayload);
      if (fresh !== undefined) return fresh;
    }
    if ((c.needs & PROBES) !== 0) return transmitProbe(c, now);
  }
  return (c.needs & NEEDS_ACK) === 0 ? undefined : transmitEmpty(c, now, acceptableSequence(c));
}

/** Whether `pollTransmit` has nothing, without a look at windows. */
export function hasNothingToSend(c: ControlBlock): boolean {
  return (
    c.needs === 0 &&
    c.board.lostBytes === 0 &&
    (c.isFinSent || (c.send.end === c.sndNxt && !c.isFinQueued))
  );
}

/** What was not sent yet, data or the FIN, as far as the windows and Nagle's algorithm let it. */
function transmitNew(c: ControlBlock, now: number, mostPayload: number): Transmission | undefined {
  const { sndNxt } = c;
  const waiting = (c.send.end - sndNxt) | 0;
  const usable = (c.sndEdge - sndNxt) | 0;
  if (usable <= 0) {
    startPersisting(c, now);
    return undefined;
  }
  if (waiting === 0) return transmitRange(c, now, 0, c.mss);
  if (c.board.count >= MOST_SENT) return undefined;
  let inFlight = 0;
  if (sndNxt === c.sndUna) onRestart(c, now);
  else {
    if (c.isPaced && !mayLeave(c, now)) return undefined;
    inFlight = pipe(c);
  }
  if (c.raiseAt <= now && isTrialDue(c, waiting, usable, c.congestion.window - inFlight)) {
    return transmitTrial(c, now);
  }
  const mss = segmentSize(c);
  let most = mss;
  if (mostPayload > mss) most = burst(c, mss, c.isPaced ? pacedBurst(c, mostPayload) : mostPayload);
  let length = waiting;
  if (length > usable) length = usable;
  if (length > most) length = most;
  const room = c.congestion.window - inFlight;
  if (length > room) {
    if (room >= mss) length = room - (room % mss);
    else if (inFlight <= 0) length = Math.min(length, mss);
    else {
      c.limitedPoint = sndNxt;
      return undefined;
    }
  }
  if (length % mss !== 0 && !maySendSmall(c, length, waiting, mss)) {
    if (length < mss) {
      if (length < waiting) startPersisting(c, now);
      return undefined;
    }
    length -= length % mss;
  }
  return transmitRange(c, now, length, mss);
}

/**
 * Whether `length` of `waiting` bytes may be sent though they do not fill whole segments: the sender's side
 * of silly window avoidance (RFC 9293 section 3.8.6.2.1) and Nagle's algorithm.
 */
function maySendSmall(c: ControlBlock, length: number, waiting: number, mss: number): boolean {
  if ((c.needs & NEEDS_LITTLE) !== 0) return true;
  if (length < waiting) return length < mss && length * 2 >= c.mostWindow;
  const isEager = c.noDelay || c.isFinQueued || !c.features.nagle;
  if (isEager && c.board.count < MOST_SMALL) return true;
  return ((c.smallEnd - c.sndUna) | 0) <= 0;
}

/** What a device or a GSO loop may cut: not so much that the path gets half a window in one burst. */
function burst(c: ControlBlock, mss: number, mostPayload: number): number {
  const most = Math.min(c.congestion.window >>> 1, mostPayload);
  return most < mss ? mss : most - (most % mss);
}

/** Nothing was on its way. */
function onRestart(c: ControlBlock, now: number): void {
  const idle = now - Math.max(c.lastSentAt, c.progressAt);
  if (idle > 0) c.congestion.onIdle(idle, c.roundTrip.rto);
}

/** Sends the next `length` bytes, with the FIN if they are the last ones. */
function transmitRange(c: ControlBlock, now: number, length: number, mss: number): Transmission {
  const { sndNxt } = c;
  let end = (sndNxt + length) >>> 0;
  let flags = ACK;
  if (end === c.send.end) {
    flags = length === 0 ? ACK : ACK | PSH;
    if (c.isFinQueued && ((c.sndEdge - end) | 0) > 0) {
      flags |= FIN;
      end = (end + 1) >>> 0;
      onFinSent(c);
    }
  }
  if (sndNxt === c.sndUna) c.progressAt = now;
  if (c.isPaced) pace(c, length, now);
  c.board.add(sndNxt, end, now);
  c.sndNxt = end;
  c.lastSentAt = now;
  if (length % mss !== 0) c.smallEnd = end;
  if (c.phase === 'recovery') c.prr.onSent(length);
  if (c.retransmitAt === NEVER) c.retransmitAt = now + c.roundTrip.rto;
  armProbe(c, now);
  c.needs &= ~NEEDS_LITTLE;
  return fill(c, now, flags, sndNxt, length, mss);
}

function onFinSent(c: ControlBlock): void {
  c.isFinSent = true;
  c.state = c.state === 'CLOSE_WAIT' ? 'LAST_ACK' : 'FIN_WAIT_1';
}

/** One segment that is larger than those that are known to arrive. */
function transmitTrial(c: ControlBlock, now: number): Transmission {
  const size = startTrial(c);
  return transmitRange(c, now, size, size);
}

/** The first of what was lost, as far as the windows let it. */
function transmitLost(c: ControlBlock, now: number, mostPayload: number): Transmission | undefined {
  const range = c.board.firstLost;
  if (range === undefined) return undefined;
  const { start, end } = range;
  const usable = (c.sndEdge - start) | 0;
  // The peer took its window back: the timer probes for it.
  if (usable <= 0) return undefined;
  const mss = segmentSize(c);
  const isForced = (c.needs & NEEDS_RESEND) !== 0;
  const most = mostPayload > mss && !isForced ? burst(c, mss, mostPayload) : mss;
  const dataEnd = ((c.send.end - end) | 0) < 0 ? c.send.end : end;
  let length = Math.min((dataEnd - start) | 0, usable, most);
  const inFlight = pipe(c);
  const room = c.congestion.window - inFlight;
  if (length > room && !isForced) {
    if (room >= mss) length = room - (room % mss);
    else if (inFlight <= 0) length = Math.min(length, mss);
    else {
      c.limitedPoint = c.sndNxt;
      return undefined;
    }
  }
  c.needs &= ~NEEDS_RESEND;
  if (start === c.sndUna) armRetransmit(c, now);
  return transmitAgain(c, now, range, length, mss);
}

/** Sends the first `length` bytes of `range` again, with the FIN if it follows and is part of it. */
function transmitAgain(
  c: ControlBlock,
  now: number,
  range: SentRange,
  length: number,
  mss: number,
): Transmission {
  const { start } = range;
  const end = (start + length) >>> 0;
  const hasFin = end === c.send.end && range.end !== end;
  const count = hasFin ? length + 1 : length;
  c.board.resend(range, count, now);
  c.lastSentAt = now;
  if (c.canUndo) {
    if (c.undoSentAt < 0) c.undoSentAt = now;
    c.undoBytes += count;
  }
  if (c.phase === 'recovery') c.prr.onSent(length);
  if (c.retransmitAt === NEVER) armRetransmit(c, now);
  const flags = end === c.send.end && length > 0 ? ACK | PSH : ACK;
  const again = fill(c, now, hasFin ? flags | FIN : flags, start, length, mss);
  again.isAgain = true;
  return again;
}

/** A tail loss probe (RFC 8985 section 7.3), or one for the window or for a peer that is silent. */
function transmitProbe(c: ControlBlock, now: number): Transmission | undefined {
  if ((c.needs & NEEDS_PROBE) !== 0) {
    c.needs &= ~NEEDS_PROBE;
    return transmitEmpty(c, now, (c.sndUna - 1) >>> 0);
  }
  c.needs &= ~NEEDS_TAIL;
  const { board } = c;
  if (!mayProbe(c)) return undefined;
  const mss = segmentSize(c);
  const fresh = Math.min((c.send.end - c.sndNxt) | 0, (c.sndEdge - c.sndNxt) | 0, mss);
  const range = fresh > 0 ? undefined : board.tail(mss);
  // The peer took its window back.
  if (range !== undefined && ((range.end - c.sndEdge) | 0) > 0) return undefined;
  c.isTailProbed = true;
  c.isTailResent = fresh <= 0;
  armRetransmit(c, now);
  let probe: Transmission;
  if (range === undefined) {
    probe = transmitRange(c, now, fresh, mss);
  } else {
    const end = ((c.send.end - range.end) | 0) < 0 ? c.send.end : range.end;
    probe = transmitAgain(c, now, range, Math.min((end - range.start) | 0, mss), mss);
  }
  c.tailEnd = c.sndNxt;
  c.probeAt = NEVER;
  return probe;
}

/** A segment without data. */
function transmitEmpty(c: ControlBlock, now: number, sequence: number): Transmission {
  return fill(c, now, ACK, sequence, 0, c.mss);
}

/**
 * SND.NXT, unless the peer took back the window that it would be in, and not only because it cannot tell
 * the bytes of its window apart (RFC 7323 section 2.4).
 */
function acceptableSequence({ sndNxt, sndEdge, sndUna, sndScale }: ControlBlock): number {
  if (((sndNxt - sndEdge) | 0) < 1 << sndScale) return sndNxt;
  return ((sndEdge - sndUna) | 0) < 0 ? sndUna : sndEdge;
}

/** What goes before all data. */
function transmitControl(c: ControlBlock, now: number): Transmission | undefined {
  if ((c.needs & NEEDS_RESET) !== 0) {
    const reset = fill(c, now, RST | ACK, acceptableSequence(c), 0, c.mss);
    c.needs = 0;
    closeWhenSent(c);
    return reset;
  }
  if ((c.needs & NEEDS_REJECTION) !== 0) {
    c.needs &= ~NEEDS_REJECTION;
    const { needs, ackAt } = c;
    const rejection = fill(c, now, RST, c.resetSequence, 0, c.mss);
    c.needs = needs;
    c.ackAt = ackAt;
    rejection.hasTimestamp = false;
    rejection.sackCount = 0;
    rejection.acknowledgment = 0;
    rejection.window = 0;
    return rejection;
  }
  return transmitSyn(c, now);
}

/** Payload of a full segment, with room for what is reported. */
function segmentSize({ mss, hasReport }: ControlBlock): number {
  return hasReport ? mss - REPORT_LENGTH : mss;
}

/** Fills in the header, which acknowledges everything that came. */
function fill(
  c: ControlBlock,
  now: number,
  flags: number,
  sequence: number,
  length: number,
  mss: number,
): Transmission {
  const { transmission, receive, parameters } = c;
  const { next } = receive;
  transmission.sourcePort = parameters.localPort;
  transmission.destinationPort = parameters.remotePort;
  transmission.flags = flags;
  transmission.sequence = sequence;
  transmission.acknowledgment = next;
  transmission.window = c.window.announce();
  transmission.payloadSequence = sequence;
  transmission.payloadLength = length;
  transmission.segmentSize = length > mss ? mss : 0;
  transmission.buffer = c.send;
  transmission.isAgain = false;
  transmission.hasTimestamp = c.usesTimestamps;
  if (c.usesTimestamps) {
    transmission.timestamp = timestampAt(c, now);
    transmission.timestampEcho = c.tsRecent;
  }
  if (c.hasReport) report(c, transmission);
  else transmission.sackCount = 0;
  c.lastAckSent = next;
  c.ackAt = NEVER;
  c.needs &= ~NEEDS_ACK;
  return transmission;
}

function report(c: ControlBlock, transmission: Transmission): void {
  const most = c.usesTimestamps ? 3 : 4;
  transmission.sackCount = c.usesSacks ? c.receive.sacks(transmission.sacks, most) : 0;
  c.hasReport = c.receive.gaps > 0;
}

const BEFORE_DATA = NEEDS_RESET | NEEDS_REJECTION | NEEDS_SYN;
const PROBES = NEEDS_PROBE | NEEDS_TAIL;
/** What selective acknowledgments can take of the options, and so of a segment. */
const REPORT_LENGTH = 36;
/** Segments that were sent apart: each is remembered, and has to be worth it. */
const MOST_SENT = 2048;
const MOST_SMALL = 256;
