import { INFINITE_LIFETIME } from '../option.ts';

/** When a lifetime of `seconds` that begins at `now` ends, in monotonic milliseconds. */
export function endOf(seconds: number, now: number): number {
  return seconds === INFINITE_LIFETIME ? Number.POSITIVE_INFINITY : now + seconds * 1000;
}

/**
 * Until when an address is valid that was valid until `known`, when a router says `told`: without
 * authentication it cannot make it end in less than two hours (RFC 4862 section 5.5.3 (e)).
 */
export function renewedEnd(known: number, told: number, now: number): number {
  if (told - now > TWO_HOURS_MS || told > known) return told;
  return known - now <= TWO_HOURS_MS ? known : now + TWO_HOURS_MS;
}

const TWO_HOURS_MS = 7_200_000;
