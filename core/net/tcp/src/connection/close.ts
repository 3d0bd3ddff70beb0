import type { CloseReason } from '@atoll/device/socket';
import type { ControlBlock } from './state.ts';
import { CLOSED, NEEDS_RESET, NEVER } from './state.ts';

/** The connection is gone, and the application is told why. Only an end in peace waits for it to read. */
export function close(c: ControlBlock, reason: CloseReason): void {
  if (c.state === 'CLOSED') return;
  forget(c);
  c.state = 'CLOSED';
  c.needs = 0;
  finish(c, reason);
}

/** Everything was said: what is left is to answer a peer that missed the last acknowledgment. */
export function startTimeWait(c: ControlBlock, now: number): void {
  forget(c);
  c.state = 'TIME_WAIT';
  c.idleAt = now + TIME_WAIT_MS;
  finish(c, 'finished');
}

/** Tells the peer that the connection is gone; then it is, see {@link closeWhenSent}. */
export function reset(c: ControlBlock, reason: CloseReason): void {
  forget(c);
  c.state = 'CLOSED';
  c.closeReason = reason;
  c.needs = NEEDS_RESET;
}

/** The reset was sent. */
export function closeWhenSent(c: ControlBlock): void {
  c.events |= CLOSED;
}

/** The application consumed something, or there is nothing to consume. */
export function finishIfConsumed(c: ControlBlock): void {
  if (c.closeReason === 'finished' && c.receive.available === 0) c.events |= CLOSED;
}

function finish(c: ControlBlock, reason: CloseReason): void {
  if (c.closeReason !== undefined) return;
  c.closeReason = reason;
  if (reason === 'finished') finishIfConsumed(c);
  else c.events |= CLOSED;
}

/** Stops all timers, and drops what was not acknowledged. */
function forget(c: ControlBlock): void {
  c.send.release();
  c.board.clear(c.sndNxt);
  c.isFinQueued = false;
  c.isWriteBlocked = false;
  c.retransmitAt = NEVER;
  c.probeAt = NEVER;
  c.reorderAt = NEVER;
  c.ackAt = NEVER;
  c.idleAt = NEVER;
  c.roomAt = NEVER;
  c.paceAt = NEVER;
}

/** Twice the MSL, which everybody takes for half a minute. */
export const TIME_WAIT_MS = 60_000;
