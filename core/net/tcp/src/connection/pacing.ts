import { initialWindow } from '../congestion/control.ts';
import type { ControlBlock } from './state.ts';
import { NEVER } from './state.ts';

/**
 * Pacing: on a long path what the window allows leaves spread over a round trip. A window that opens at once,
 * or acknowledgments that come together, would make a burst of it, and overflow a queue on the path that is
 * shorter than the window.
 *
 * Data leaves at twice the rate that the window makes in a round trip in slow start, and else at 1.2 times.
 * What leaves when nothing is on its way is an initial window, which nobody paces (RFC 6928), and what was
 * lost is sent again as acknowledgments come (RFC 9937). Short paths are not paced at all: where a round trip
 * is a few milliseconds, timers are too coarse and bursts too small to matter. The shortest round trip counts: others may
 * be long because we have many connections to serve, and small bursts would make us slower still.
 */
export function updatePacing(c: ControlBlock): void {
  c.isPaced = c.features.pacing && c.roundTrip.minimum >= LONG_PATH_MS;
}

/** Whether new data may leave now; if not, the timer is set. Something is on its way. */
export function mayLeave(c: ControlBlock, now: number): boolean {
  if (c.pacedUntil <= now + GRAIN_MS || c.phase === 'recovery') return true;
  c.paceAt = c.pacedUntil - GRAIN_MS;
  return false;
}

/** How many of `most` bytes may leave at once: what the rate makes of {@link GRAIN_MS}. */
export function pacedBurst(c: ControlBlock, most: number): number {
  const burst = Math.max((GRAIN_MS * roundTripBytes(c)) / c.roundTrip.smoothed, c.unpaced);
  return burst < most ? Math.floor(burst) : most;
}

/** `length` bytes of new data leave now. */
export function pace(c: ControlBlock, length: number, now: number): void {
  c.paceAt = NEVER;
  if (c.sndNxt === c.sndUna) c.unpaced = initialWindow(c.mss);
  if (c.unpaced > 0) {
    c.unpaced -= length;
    return;
  }
  const start = Math.max(c.pacedUntil, now);
  c.pacedUntil = start + (length * c.roundTrip.smoothed) / roundTripBytes(c);
}

function roundTripBytes({ congestion }: ControlBlock): number {
  const { window, slowStartThreshold } = congestion;
  return window * (window < slowStartThreshold ? GAIN_IN_SLOW_START : GAIN);
}

const GAIN_IN_SLOW_START = 2;
const GAIN = 1.2;
const LONG_PATH_MS = 20;
/** What is due within that time leaves together. */
const GRAIN_MS = 1;
