/**
 * What packed memory is made of: tokens, each a byte or a number of bytes that are already there. A token is one
 * symbol or two, with a prefix code for each of six alphabets: memory has words of four bytes, so there is one for each
 * place in a word, and distances are not the same for short and for long matches.
 */

/** Symbols of the first kind are bytes, and from 256 on codes of lengths. */
export const LITERALS = 4;

/** Those of the second kind: {@link ZEROS}, the three recent distances, newest first, and codes of others. */
export const DISTANCES = 2;

export const ZEROS = 0;
export const RECENT = 1;

/** How many distances are remembered, and what they are at first. */
export const FIRST_RECENT = [4, 8, 16] as const;

const FIRST_LENGTH = 256;
const FIRST_DISTANCE = 4;

/** The shortest match. */
export const SHORTEST = 2;

/**
 * How lengths and distances are written: a code for the highest three bits, and the bits below as they are. Numbers
 * below 8 are their own codes.
 */
function codeOf(value: number): number {
  const extra = extraBits(value);
  return extra === 0 ? value : 4 + 4 * extra + ((value >> extra) & 3);
}

function extraBits(value: number): number {
  return value < 8 ? 0 : 29 - Math.clz32(value);
}

/** Codes of numbers below 2^24. */
const CODES = 4 + 4 * 22;

export const LITERAL_SYMBOLS = FIRST_LENGTH + CODES;
export const DISTANCE_SYMBOLS = FIRST_DISTANCE + 4 * CODES;

export function lengthSymbol(length: number): number {
  return FIRST_LENGTH + codeOf(length - SHORTEST);
}

/** How many of the lowest bits of `length - SHORTEST` follow. */
export function lengthExtra(length: number): number {
  return extraBits(length - SHORTEST);
}

/** The two lowest bits of a distance are in the symbol, since most distances are multiples of four. */
export function distanceSymbol(distance: number): number {
  return FIRST_DISTANCE + 4 * codeOf(distance >> 2) + (distance & 3);
}

/** How many of the lowest bits of `distance >> 2` follow. */
export function distanceExtra(distance: number): number {
  return extraBits(distance >> 2);
}

/** Which alphabet of distances goes with a length. */
export function distanceAlphabet(length: number): number {
  return length < 4 ? 0 : 1;
}
