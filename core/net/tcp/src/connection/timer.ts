import { close } from './close.ts';
import { onSegmentsTimeout } from './mtu.ts';
import { detectLosses, onRetransmitTimeout } from './recover.ts';
import type { ControlBlock } from './state.ts';
import {
  NEEDS_ACK,
  NEEDS_LITTLE,
  NEEDS_PROBE,
  NEEDS_SYN,
  NEEDS_TAIL,
  NEVER,
  WRITABLE,
} from './state.ts';

/**
 * The timers of a connection; each is when it expires, and infinite while it does not run.
 *
 * - `retransmitAt`: nothing new was acknowledged for a retransmission timeout (RFC 6298). When nothing is on
 *   its way or the window is closed it asks for the window instead (RFC 9293 section 3.8.6.1), and in the
 *   handshake it sends the SYN again.
 * - `probeAt`: the tail of what is on its way is probed (RFC 8985 section 7).
 * - `reorderAt`: what was only late may be held for lost by now (RFC 8985 section 6).
 * - `ackAt`: an acknowledgment waited for data for long enough.
 * - `idleAt`: keepalive, and the end of TIME-WAIT.
 * - `roomAt`: when `write` found no memory, to look for some.
 * - `paceAt`: new data may leave.
 */
export function nextTimeout(c: ControlBlock): number {
  let next = c.retransmitAt;
  if (c.probeAt < next) next = c.probeAt;
  if (c.ackAt < next) next = c.ackAt;
  if (c.reorderAt < next) next = c.reorderAt;
  if (c.idleAt < next) next = c.idleAt;
  if (c.roomAt < next) next = c.roomAt;
  if (c.paceAt < next) next = c.paceAt;
  return next;
}

export function handleTimeout(c: ControlBlock, now: number): void {
  c.now = now;
  if (c.paceAt <= now) c.paceAt = NEVER;
  if (c.ackAt <= now) {
    c.ackAt = NEVER;
    c.needs |= NEEDS_ACK;
  }
  if (c.reorderAt <= now) {
    c.reorderAt = NEVER;
    detectLosses(c, now);
  }
  if (c.probeAt <= now) {
    c.probeAt = NEVER;
    // The probe goes instead of a timeout that is due as well, and starts its timer again.
    if (mayProbe(c)) c.needs |= NEEDS_TAIL;
    else if (c.retransmitAt <= now) onTimeout(c, now);
  } else if (c.retransmitAt <= now) {
    onTimeout(c, now);
  }
  if (c.roomAt <= now) onRoomTimeout(c, now);
  if (c.idleAt <= now) onIdleTimeout(c, now);
}

/** Something is on its way and nothing else would tell of its loss (RFC 8985 section 7.2). */
export function mayProbe(c: ControlBlock): boolean {
  return (
    c.usesRack &&
    c.phase === 'open' &&
    !c.isTailProbed &&
    c.sndNxt !== c.sndUna &&
    c.board.sackedBytes === 0 &&
    c.board.lostBytes === 0
  );
}

/** PTO of RFC 8985 section 7.2, when a probe makes sense. */
export function armProbe(c: ControlBlock, now: number): void {
  if (!mayProbe(c)) {
    c.probeAt = NEVER;
    return;
  }
  const { roundTrip } = c;
  let timeout = INITIAL_PROBE_MS;
  if (roundTrip.isKnown) {
    timeout = 2 * roundTrip.smoothed;
    // A single segment may be acknowledged late.
    if (((c.sndNxt - c.sndUna) | 0) <= c.mss) timeout += LATEST_ACK_MS;
    else if (timeout < SHORTEST_PROBE_MS) timeout = SHORTEST_PROBE_MS;
  }
  c.probeAt = now + timeout;
  if (c.retransmitAt < c.probeAt) c.probeAt = c.retransmitAt;
}

/** Something is sent again: waits for it, but not longer than the application wants to. */
export function armRetransmit(c: ControlBlock, now: number): void {
  if (c.isImpatient && c.phase === 'recovery' && c.retransmitAt !== NEVER) return;
  c.retransmitAt = Math.min(now + c.roundTrip.rto, c.progressAt + c.userTimeoutMs);
}

/** Data or a FIN waits for the peer's window, and nothing is on its way that would bring news of it. */
export function startPersisting(c: ControlBlock, now: number): void {
  if (c.sndNxt !== c.sndUna || c.retransmitAt !== NEVER) return;
  c.isPersisting = true;
  c.progressAt = now;
  c.probes = 0;
  c.retransmitAt = now + c.roundTrip.rto;
}

/** The window is open again. What was on its way when it closed may have to be sent once more. */
export function stopPersisting(c: ControlBlock, now: number): void {
  c.isPersisting = false;
  c.probes = 0;
  c.retransmitAt = NEVER;
  restartTimers(c, now);
}

/**
 * The timers when something was acknowledged. Without selective acknowledgments a recovery repairs one
 * segment in a round trip. Only the first of them starts the timer again, so that a recovery which takes
 * long ends in slow start, which is faster (RFC 6582 section 3.2 step 3, section 4: "impatient").
 */
export function restartTimers(c: ControlBlock, now: number): void {
  if (c.phase !== 'recovery' || c.usesSacks) c.isImpatient = false;
  else if (c.isImpatient) return;
  else c.isImpatient = true;
  if (c.sndNxt === c.sndUna) {
    c.retransmitAt = NEVER;
    c.probeAt = NEVER;
    return;
  }
  c.retransmitAt = now + c.roundTrip.rto;
  armProbe(c, now);
}

/** Starts, restarts or stops keepalive, after the application or the state changed what is wanted. */
export function armIdle(c: ControlBlock): void {
  const interval = keepAliveInterval(c);
  c.idleAt = interval === 0 ? NEVER : Math.max(c.heardAt, c.now) + interval;
}

function onTimeout(c: ControlBlock, now: number): void {
  if (c.state === 'SYN_SENT' || c.state === 'SYN_RECEIVED') onSynTimeout(c);
  else if (now - c.progressAt >= c.userTimeoutMs) giveUp(c);
  else if (c.sndNxt === c.sndUna || ((c.sndEdge - c.sndUna) | 0) <= 0) onPersistTimeout(c, now);
  else {
    onSegmentsTimeout(c, now);
    onRetransmitTimeout(c, now);
    armRetransmit(c, now);
  }
}

function onSynTimeout(c: ControlBlock): void {
  c.retransmitAt = NEVER;
  if (c.syns > SYN_RETRIES) {
    giveUp(c);
    return;
  }
  c.roundTrip.backOff();
  c.needs |= NEEDS_SYN;
}

/**
 * Asks for the window, as long as the peer answers (RFC 9293 section 3.8.6.1). A window that is open, but
 * too small for a segment worth sending, is filled after all.
 */
function onPersistTimeout(c: ControlBlock, now: number): void {
  const isOpen = ((c.sndEdge - c.sndNxt) | 0) > 0;
  c.isPersisting = !isOpen;
  c.needs |= isOpen ? NEEDS_LITTLE : NEEDS_PROBE;
  c.probes++;
  const interval = c.roundTrip.rto * 2 ** Math.min(c.probes, MOST_DOUBLINGS);
  // What fills a small window starts the timer anew.
  c.retransmitAt = isOpen
    ? NEVER
    : Math.min(now + Math.min(interval, LONGEST_PERSIST_MS), c.progressAt + c.userTimeoutMs);
}

function onRoomTimeout(c: ControlBlock, now: number): void {
  c.roomAt = NEVER;
  if (!c.isWriteBlocked) return;
  if (c.send.room > 0) {
    c.isWriteBlocked = false;
    c.events |= WRITABLE;
  } else {
    c.roomAt = now + ROOM_MS;
  }
}

/** Looks for memory from time to time when no acknowledgment will give some back. */
export function startLookingForRoom(c: ControlBlock): void {
  if (c.roomAt === NEVER) c.roomAt = c.now + ROOM_MS;
}

function onIdleTimeout(c: ControlBlock, now: number): void {
  c.idleAt = NEVER;
  if (c.state === 'TIME_WAIT') {
    close(c, 'finished');
    return;
  }
  const interval = keepAliveInterval(c);
  if (interval === 0) return;
  const due = c.heardAt + interval;
  if (due > now) {
    c.probes = 0;
    c.idleAt = due;
    return;
  }
  // What is on its way has a timer of its own.
  if (c.sndNxt === c.sndUna && c.retransmitAt === NEVER) {
    if (c.probes >= KEEP_ALIVE_PROBES) {
      giveUp(c);
      return;
    }
    c.probes++;
    c.needs |= NEEDS_PROBE;
  }
  c.idleAt = now + Math.min(interval, KEEP_ALIVE_INTERVAL_MS);
}

/**
 * After how much silence the peer is probed. A peer that has our FIN and never sends its own could be gone
 * for long, and nothing else would tell.
 */
function keepAliveInterval(c: ControlBlock): number {
  switch (c.state) {
    case 'ESTABLISHED':
    case 'CLOSE_WAIT':
      return c.keepAliveMs;
    case 'FIN_WAIT_2':
      return c.keepAliveMs === 0 ? HALF_CLOSED_MS : c.keepAliveMs;
    default:
      return 0;
  }
}

function giveUp(c: ControlBlock): void {
  close(c, c.unreachableAt >= c.heardAt ? 'unreachable' : 'timeout');
}

const INITIAL_PROBE_MS = 1000;
/** WCDelAckT of RFC 8985. */
const LATEST_ACK_MS = 200;
const SHORTEST_PROBE_MS = 10;
/** With the first timeout of a second, 183 seconds in all: RFC 9293 section 3.8.3 asks for three minutes. */
const SYN_RETRIES = 7;
const LONGEST_PERSIST_MS = 60_000;
const MOST_DOUBLINGS = 10;
const KEEP_ALIVE_PROBES = 9;
const KEEP_ALIVE_INTERVAL_MS = 75_000;
const HALF_CLOSED_MS = 60_000;
const ROOM_MS = 100;
