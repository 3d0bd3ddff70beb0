import { announcedWindowScale } from '../features.ts';
import type { SegmentOptions } from '../options.ts';
import type { Segment } from '../packet.ts';
import { ACK, SYN } from '../packet.ts';
import { updateMss } from './mtu.ts';
import { updatePacing } from './pacing.ts';
import type { ControlBlock } from './state.ts';
import { CONNECTED, NEEDS_ACK, NEEDS_SYN, NEVER, timestampAt } from './state.ts';
import { armIdle } from './timer.ts';
import type { Transmission } from './transmission.ts';

/** What the peer said in its SYN: a segment, or what a cookie remembers of one. */
export type Offer = Pick<SegmentOptions, 'mss' | 'windowScale' | 'sackPermitted' | 'hasTimestamp'>;

/** The peer's SYN has number `sequence` and offers `offer`; we make use of what we can both do. */
export function negotiate(c: ControlBlock, sequence: number, offer: Offer, now: number): void {
  const { features } = c;
  c.peerMss = offer.mss === 0 ? DEFAULT_MSS : offer.mss;
  c.usesSacks = features.sack && offer.sackPermitted;
  c.usesRack = c.usesSacks && features.rack;
  c.usesTimestamps = features.timestamps && offer.hasTimestamp;
  if (features.windowScaling && offer.windowScale >= 0) {
    c.sndScale = offer.windowScale;
    c.rcvScale = announcedWindowScale(features);
  }
  updateMss(c);
  c.congestion = features.congestion(c.mss);
  c.receive.reset((sequence + 1) >>> 0);
  c.window.reset(now);
  // The window of a SYN is not scaled, so this is what was or will be announced there.
  c.window.announce();
  c.lastAckSent = c.receive.next;
}

/** The first timestamp of the peer. */
export function noteTimestamp(c: ControlBlock, segment: Segment, now: number): void {
  if (!c.usesTimestamps || !segment.hasTimestamp) return;
  c.tsRecent = segment.timestamp;
  c.tsRecentAt = now;
}

/** Our SYN was acknowledged; `window` is what the peer lets us send, in bytes. */
export function establish(c: ControlBlock, segment: Segment, window: number, now: number): void {
  c.state = 'ESTABLISHED';
  c.sndUna = (c.parameters.initialSequence + 1) >>> 0;
  c.sndNxt = c.sndUna;
  c.sndEdge = (c.sndUna + window) >>> 0;
  c.sndWl1 = segment.sequence;
  c.sndWl2 = segment.acknowledgment;
  c.mostWindow = window;
  c.timedPoint = c.sndUna;
  c.limitedPoint = c.sndUna;
  c.smallEnd = c.sndUna;
  c.window.scale = Math.max(c.rcvScale, 0);
  c.retransmitAt = NEVER;
  c.progressAt = now;
  // A copy of the SYN that was to be sent is not needed any more.
  c.needs &= ~NEEDS_SYN;
  c.events |= CONNECTED;
  if (c.syns > 1) {
    // RFC 6298 section 5.7 and RFC 5681 section 3.1: so something was lost, or takes long.
    c.roundTrip.distrust();
    c.congestion.window = c.mss;
  }
  if (c.syns === 1 || (c.syns > 1 && isForLastSyn(c, segment))) {
    c.roundTrip.sample(now - c.lastSentAt, now);
    updatePacing(c);
  }
  armIdle(c);
}

/** Whether `segment` answers the last SYN of some, by its timestamp, and is not an answer that came again. */
function isForLastSyn(c: ControlBlock, segment: Segment): boolean {
  if (!c.usesTimestamps || c.now - c.lastSentAt >= ANSWERED_AGAIN_MS) return false;
  return segment.timestampEcho === timestampAt(c, c.lastSentAt);
}

/** Sends our SYN, which acknowledges the peer's if that came. */
export function transmitSyn(c: ControlBlock, now: number): Transmission {
  const { transmission, features } = c;
  const isAnswer = c.state === 'SYN_RECEIVED';
  const hasTimestamp = isAnswer ? c.usesTimestamps : features.timestamps;
  transmission.sourcePort = c.parameters.localPort;
  transmission.destinationPort = c.parameters.remotePort;
  transmission.flags = isAnswer ? SYN | ACK : SYN;
  transmission.sequence = c.parameters.initialSequence;
  transmission.acknowledgment = isAnswer ? c.receive.next : 0;
  transmission.window = isAnswer ? c.window.announce() : Math.min(c.receive.limit, 0xffff);
  transmission.mss = c.parameters.mss;
  transmission.windowScale = isAnswer ? c.rcvScale : announcedWindowScale(features);
  transmission.sackPermitted = isAnswer ? c.usesSacks : features.sack;
  transmission.hasTimestamp = hasTimestamp;
  transmission.timestamp = hasTimestamp ? timestampAt(c, now) : 0;
  transmission.timestampEcho = isAnswer && hasTimestamp ? c.tsRecent : 0;
  transmission.sackCount = 0;
  transmission.payloadLength = 0;
  transmission.segmentSize = 0;
  c.needs &= ~(NEEDS_SYN | NEEDS_ACK);
  c.syns++;
  c.sndNxt = (c.parameters.initialSequence + 1) >>> 0;
  c.lastSentAt = now;
  c.retransmitAt = now + c.roundTrip.rto;
  return transmission;
}

/** When peers send their SYN again at the earliest (RFC 6298 section 2.1). */
const ANSWERED_AGAIN_MS = 1000;
/** RFC 9293 section 3.7.1: that of IPv4, which is safe for IPv6 as well. */
const DEFAULT_MSS = 536;
