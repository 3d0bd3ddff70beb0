import { LOST, SENT } from '../recovery/scoreboard.ts';
import type { ControlBlock } from './state.ts';
import { NEVER } from './state.ts';

/** Takes over what was learned about the size of segments. */
export function updateMss(c: ControlBlock): void {
  const mss = Math.max(SMALLEST_MSS, Math.min(c.peerMss, c.pathMss, c.limitMss));
  c.mss = payloadOf(c, mss);
  c.congestion.mss = c.mss;
}

/**
 * The path takes segments of `mss` bytes now. When that is less than before, what was too big is sent
 * again at once, and it says nothing about congestion (RFC 1191 section 6.5, RFC 8201 section 5.4).
 */
export function onPathChange(c: ControlBlock, mss: number): void {
  const before = c.mss;
  c.pathMss = Math.max(mss, SMALLEST_MSS);
  updateMss(c);
  if (c.mss >= before) return;
  if (c.trialSize !== 0) c.trialSize = 0;
  const { board } = c;
  for (let range = board.first; range !== undefined; range = range.next) {
    if (range.state === SENT && ((range.end - range.start) | 0) > c.mss)
      range = board.markLost(range);
  }
}

/**
 * Long segments were lost again and again. Perhaps the path takes only smaller ones and does not
 * say so (RFC 4821 section 7.7): tries with small ones, and with larger ones again later.
 */
export function onSegmentsTimeout(c: ControlBlock, now: number): void {
  failTrial(c, now);
  if (c.timeouts < TIMEOUTS_OF_BLACK_HOLE) return;
  const { first } = c.board;
  if (first === undefined) return;
  const size = Math.min((first.end - first.start) | 0, c.mss) + optionsOf(c);
  const smaller = size > REASONABLE ? REASONABLE : SAFE;
  if (size <= SAFE) return;
  c.limitMss = smaller;
  c.raiseDelay = FIRST_RAISE_MS;
  c.raiseAt = now + c.raiseDelay;
  updateMss(c);
}

/** Whether a larger segment can be tried now: there is enough to send, and nothing is wrong otherwise. */
export function isTrialDue(
  c: ControlBlock,
  waiting: number,
  usable: number,
  room: number,
): boolean {
  const size = nextSize(c);
  if (size === 0) {
    c.raiseAt = NEVER;
    return false;
  }
  const payload = payloadOf(c, size);
  if (c.phase !== 'open' || c.hasReport || c.trialSize !== 0) return false;
  return waiting >= payload && usable >= payload && room >= payload;
}

/** The next segment is the larger one; answers its payload. */
export function startTrial(c: ControlBlock): number {
  c.trialSize = nextSize(c);
  const payload = payloadOf(c, c.trialSize);
  c.trialStart = c.sndNxt;
  c.trialEnd = (c.sndNxt + payload) >>> 0;
  c.raiseAt = NEVER;
  return payload;
}

/**
 * Looks what became of the larger segment. Answers whether it is all that was lost, which is no sign of
 * congestion then (RFC 4821 section 7.4).
 */
export function judgeTrial(c: ControlBlock, now: number): boolean {
  const { board, trialStart, trialEnd } = c;
  if (((c.sndUna - trialEnd) | 0) >= 0 || board.isSacked(trialStart, trialEnd)) {
    c.limitMss = c.trialSize;
    c.trialSize = 0;
    c.raiseDelay = FIRST_RAISE_MS;
    c.raiseAt = now;
    updateMss(c);
    return false;
  }
  let range = board.first;
  while (range !== undefined && ((range.end - trialStart) | 0) <= 0) range = range.next;
  if (range?.state !== LOST) return false;
  failTrial(c, now);
  return board.lostBytes <= ((trialEnd - trialStart) | 0);
}

/** The larger segment was lost, or sent again as smaller ones. */
export function failTrial(c: ControlBlock, now: number): void {
  if (c.trialSize === 0) return;
  c.trialSize = 0;
  c.raiseDelay = Math.min(2 * c.raiseDelay, LONGEST_RAISE_MS);
  c.raiseAt = now + c.raiseDelay;
}

function nextSize(c: ControlBlock): number {
  const most = Math.min(c.peerMss, c.pathMss);
  if (c.limitMss >= most) return 0;
  return Math.min(most, SIZES.find((size) => size > c.limitMss) ?? most);
}

function payloadOf(c: ControlBlock, mss: number): number {
  return mss - optionsOf(c);
}

function optionsOf(c: ControlBlock): number {
  return c.usesTimestamps ? TIMESTAMPS_LENGTH : 0;
}

/** A segment with timestamps and selective acknowledgments has some room left for data. */
const SMALLEST_MSS = 88;
const TIMESTAMPS_LENGTH = 12;

/** What a black hole is tried with: what IPv6 promises, and what IPv4 does. */
const REASONABLE = 1220;
const SAFE = 516;
/** Segments in packets of 576, 1064, 1280, 1500, 4352 and 9000 bytes, with the headers of IPv6. */
const SIZES = [516, 1004, 1220, 1440, 4292, 8940];
const TIMEOUTS_OF_BLACK_HOLE = 2;
const FIRST_RAISE_MS = 30_000;
const LONGEST_RAISE_MS = 600_000;
