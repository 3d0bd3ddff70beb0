/**
 * Sequence numbers count bytes modulo 2^32, so they can only be compared while they are less than 2^31
 * apart (RFC 9293 section 3.4). They are unsigned numbers of 32 bits.
 */

/** The number `count` behind `sequence`, or before it when `count` is negative. */
export function add(sequence: number, count: number): number {
  return (sequence + count) >>> 0;
}

/** How far `to` is behind `from`; negative when it is before it. */
export function distance(from: number, to: number): number {
  return (to - from) | 0;
}

export function isBefore(sequence: number, other: number): boolean {
  return ((sequence - other) | 0) < 0;
}

export function isAtMost(sequence: number, other: number): boolean {
  return ((sequence - other) | 0) <= 0;
}
