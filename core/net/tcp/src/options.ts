import { u16, u32, writeU16, writeU32 } from '@atoll/bytes/field';

/** What the options of a segment say; one object serves for all segments. */
export interface SegmentOptions {
  /** The largest segment that the sender takes, without headers; 0 when there is no such option. */
  mss: number;
  /** How far the sender's windows are shifted, at most 14; -1 when there is no such option. */
  windowScale: number;
  sackPermitted: boolean;
  hasTimestamp: boolean;
  /** TSval and TSecr, 32 bits unsigned; only with `hasTimestamp`. */
  timestamp: number;
  timestampEcho: number;
  /** How many blocks there are in `sacks`, at most {@link MAX_SACKS}. */
  sackCount: number;
  /** For each block the first sequence number in it and the first behind it. */
  readonly sacks: Uint32Array;
}

export const MAX_SACKS = 4;

/**
 * Reads the options in `bytes` from `start` to `end` into `options`. Unknown options are skipped, and so
 * are those that are not of their length. One whose length cannot be ends them: what stood before it
 * counts (RFC 9293 section 3.1, MUST-6 and MUST-7). Of two of a kind the last counts. MSS, window scale
 * and SACK permitted mean something in a SYN only, and SACK only elsewhere.
 */
export function parseOptions(
  bytes: Uint8Array,
  start: number,
  end: number,
  isSyn: boolean,
  options: SegmentOptions,
): void {
  clearOptions(options);
  for (let at = start; at < end; ) {
    const kind = bytes[at];
    if (kind === END_OF_OPTIONS) return;
    if (kind === NO_OPERATION) {
      at++;
      continue;
    }
    const length = at + 1 < end ? bytes[at + 1] : 0;
    if (length < 2 || length > end - at) return;
    if (kind === TIMESTAMPS) parseTimestamps(bytes, at, length, options);
    else if (isSyn) parseSynOption(bytes, at, length, options);
    else if (kind === SACK) parseSacks(bytes, at, length, options);
    at += length;
  }
}

/** As in a segment without options. */
export function clearOptions(options: SegmentOptions): void {
  options.mss = 0;
  options.windowScale = -1;
  options.sackPermitted = false;
  options.hasTimestamp = false;
  options.timestamp = 0;
  options.timestampEcho = 0;
  options.sackCount = 0;
}

/** How many bytes the options take, a multiple of 4. */
export function optionsLength(options: Readonly<SegmentOptions>, isSyn: boolean): number {
  let length = options.hasTimestamp ? TIMESTAMPS_LENGTH + 2 : 0;
  if (isSyn) {
    if (options.mss !== 0) length += 4;
    if (options.windowScale >= 0) length += 4;
    if (options.sackPermitted) length += 4;
  } else if (options.sackCount !== 0) {
    length += 4 + 8 * options.sackCount;
  }
  return length;
}

/** Writes options to `start` of `bytes`, each aligned to 4 with no-operations in front of it. */
export function emitOptions(
  bytes: Uint8Array,
  start: number,
  options: Readonly<SegmentOptions>,
  isSyn: boolean,
): void {
  let at = start;
  if (isSyn) at = emitSynOptions(bytes, at, options);
  if (options.hasTimestamp) {
    // As RFC 7323 appendix A has it, so that receivers find it at a glance.
    writeU32(bytes, at, (PADDING << 16) | (TIMESTAMPS << 8) | TIMESTAMPS_LENGTH);
    writeU32(bytes, at + 4, options.timestamp);
    writeU32(bytes, at + 8, options.timestampEcho);
    at += 12;
  }
  const { sackCount, sacks } = options;
  if (isSyn || sackCount === 0) return;
  writeU32(bytes, at, (PADDING << 16) | (SACK << 8) | (2 + 8 * sackCount));
  for (let edge = 0; edge < 2 * sackCount; edge++) writeU32(bytes, at + 4 + 4 * edge, sacks[edge]);
}

function emitSynOptions(
  bytes: Uint8Array,
  start: number,
  { mss, windowScale, sackPermitted }: Readonly<SegmentOptions>,
): number {
  let at = start;
  if (mss !== 0) {
    writeU16(bytes, at, (MSS << 8) | MSS_LENGTH);
    writeU16(bytes, at + 2, mss);
    at += 4;
  }
  if (windowScale >= 0) {
    bytes[at] = NO_OPERATION;
    bytes[at + 1] = WINDOW_SCALE;
    bytes[at + 2] = WINDOW_SCALE_LENGTH;
    bytes[at + 3] = windowScale;
    at += 4;
  }
  if (sackPermitted) {
    writeU32(bytes, at, (PADDING << 16) | (SACK_PERMITTED << 8) | SACK_PERMITTED_LENGTH);
    at += 4;
  }
  return at;
}

function parseSynOption(
  bytes: Uint8Array,
  at: number,
  length: number,
  options: SegmentOptions,
): void {
  const kind = bytes[at];
  if (kind === MSS && length === MSS_LENGTH) {
    options.mss = u16(bytes, at + 2);
  } else if (kind === WINDOW_SCALE && length === WINDOW_SCALE_LENGTH) {
    // RFC 7323 section 2.3: more than 14 is an error of the peer, and means 14.
    options.windowScale = Math.min(bytes[at + 2], MAX_WINDOW_SCALE);
  } else if (kind === SACK_PERMITTED && length === SACK_PERMITTED_LENGTH) {
    options.sackPermitted = true;
  }
}

function parseTimestamps(
  bytes: Uint8Array,
  at: number,
  length: number,
  options: SegmentOptions,
): void {
  if (length !== TIMESTAMPS_LENGTH) return;
  options.hasTimestamp = true;
  options.timestamp = u32(bytes, at + 2);
  options.timestampEcho = u32(bytes, at + 6);
}

function parseSacks(bytes: Uint8Array, at: number, length: number, options: SegmentOptions): void {
  if (length < 10 || (length & 7) !== 2) return;
  // Forty bytes of options have no room for more than four blocks.
  const edges = (length - 2) >>> 2;
  for (let edge = 0; edge < edges; edge++) options.sacks[edge] = u32(bytes, at + 2 + 4 * edge);
  options.sackCount = edges >>> 1;
}

/** Kinds and lengths (RFC 9293 section 3.2, RFC 7323, RFC 2018). */
const END_OF_OPTIONS = 0;
const NO_OPERATION = 1;
const MSS = 2;
const MSS_LENGTH = 4;
const WINDOW_SCALE = 3;
const WINDOW_SCALE_LENGTH = 3;
const SACK_PERMITTED = 4;
const SACK_PERMITTED_LENGTH = 2;
const SACK = 5;
const TIMESTAMPS = 8;
const TIMESTAMPS_LENGTH = 10;

const MAX_WINDOW_SCALE = 14;

/** Two no-operations. */
const PADDING = 0x0101;
