/**
 * Bits of fields that a request may have: without one of them, nobody needs to look for it.
 *
 * `conditions` are those of RFC 9110 section 13.1, `range` is Range, `codings` is Accept-Encoding.
 */
export const HINTS = { conditions: 1, range: 2, codings: 4 } as const;

/** Nobody looked yet. */
export const ALL_HINTS = 7;
