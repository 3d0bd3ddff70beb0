import type { Located } from '@atoll/bytes/fast';
import { DROPPED, DUPLICATE, FILLED_GAP, IN_ORDER, OUT_OF_ORDER } from '../buffer/receive.ts';
import type { Segment } from '../packet.ts';
import { startTimeWait } from './close.ts';
import type { ControlBlock } from './state.ts';
import { NEEDS_ACK, NEVER, READABLE } from './state.ts';
import { armIdle } from './timer.ts';

/** Takes the payload of an acceptable segment, whose first byte has number `sequence`. */
export function receiveText(
  c: ControlBlock,
  segment: Segment,
  region: Located,
  sequence: number,
  now: number,
): void {
  const { receive } = c;
  const start = segment.payloadStart;
  const end = segment.payloadEnd;
  const length = end - start;
  if (c.isFinKnown && ((c.peerFin - sequence) | 0) < length) doubtFin(c);
  if (receive.lend(region, start, end, sequence)) {
    c.isLent = true;
    c.events |= READABLE;
    onInOrder(c, segment.segmentSize === 0 ? length : segment.segmentSize, now);
    return;
  }
  const became = receive.insert(region, start, end, sequence);
  if ((became & IN_ORDER) !== 0) {
    c.events |= READABLE;
    onInOrder(c, segment.segmentSize === 0 ? length : segment.segmentSize, now);
  }
  if ((became & SPECIAL) === 0) return;
  // RFC 5681 section 4.2: the sender waits for news of gaps.
  c.needs |= NEEDS_ACK;
  if (c.usesSacks) c.hasReport = true;
}

/**
 * Remembers that the peer's FIN has number `sequence`, in a segment that begins with `start`; it counts when
 * everything before it is here. Behind a gap it is easily guessed by an attacker, who could cut the stream
 * off with it: bytes behind it, or another FIN, make it forgotten, and the peer will send its own again.
 * When it is its turn (as RFC 5961 section 3.2 has it for resets) it counts, and nothing behind it does.
 */
export function noteFin(c: ControlBlock, start: number, sequence: number): void {
  const { receive } = c;
  if (((start - receive.next) | 0) <= 0) {
    if (receive.gaps > 0) receive.cut(sequence);
  } else if (receive.holdsFrom(sequence) || (c.isFinKnown && c.peerFin !== sequence)) {
    doubtFin(c);
    return;
  }
  c.isFinKnown = true;
  c.peerFin = sequence;
}

/** The peer contradicts itself, or is not alone: it learns what we have. */
function doubtFin(c: ControlBlock): void {
  c.isFinKnown = false;
  c.needs |= NEEDS_ACK;
}

/**
 * Takes the peer's FIN when it is its turn (RFC 9293 section 3.10.7.4, eighth). Data that is lent is not
 * yet sure to stay.
 */
export function receiveFin(c: ControlBlock, now: number): void {
  const { receive } = c;
  if (!c.isFinKnown || c.isFinReceived || c.isLent || ((receive.next - c.peerFin) | 0) < 0) return;
  receive.next = (receive.next + 1) >>> 0;
  c.isFinReceived = true;
  c.events |= READABLE;
  c.needs |= NEEDS_ACK;
  switch (c.state) {
    case 'ESTABLISHED':
      c.state = 'CLOSE_WAIT';
      armIdle(c);
      break;
    case 'FIN_WAIT_1':
      c.state = 'CLOSING';
      break;
    case 'FIN_WAIT_2':
      startTimeWait(c, now);
      break;
  }
}

/** Every second segment is acknowledged at once, and so are the first ones (RFC 5681 section 4.2). */
function onInOrder(c: ControlBlock, size: number, now: number): void {
  const { window } = c;
  if (size > window.mss) window.mss = Math.min(size, c.parameters.mss);
  if (c.quickAcks > 0) {
    c.quickAcks--;
    c.needs |= NEEDS_ACK;
  } else if (((c.receive.next - c.lastAckSent) | 0) >= 2 * window.mss || !c.features.delayedAck) {
    c.needs |= NEEDS_ACK;
  } else if (c.ackAt === NEVER) {
    c.ackAt = now + DELAYED_ACK_MS;
  }
}

const SPECIAL = OUT_OF_ORDER | DUPLICATE | DROPPED | FILLED_GAP;
const DELAYED_ACK_MS = 40;
