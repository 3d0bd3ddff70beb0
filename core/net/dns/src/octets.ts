/** Octets as strings, one character (code 0 to 255) an octet, and back. */

export function octetString(octets: Uint8Array): string {
  // A typed array is array-like enough for apply; the type of apply only knows number[].
  const codes = octets as unknown as number[];
  if (octets.length <= CHUNK) return String.fromCharCode.apply(undefined, codes);
  let text = '';
  for (let at = 0; at < octets.length; at += CHUNK) {
    text += octetString(octets.subarray(at, at + CHUNK));
  }
  return text;
}

export function stringOctets(text: string): Uint8Array {
  const octets = new Uint8Array(text.length);
  for (let at = 0; at < octets.length; at++) octets[at] = text.charCodeAt(at);
  return octets;
}

/**
 * A copy of `octets` from `start` to `end`. Not `slice`, since Node.js hands out a kind of Uint8Array
 * whose slices share their memory.
 */
export function copyOctets(octets: Uint8Array, start = 0, end = octets.length): Uint8Array {
  const copy = new Uint8Array(end - start);
  if (end - start > SHORT) copy.set(octets.subarray(start, end));
  else for (let at = start; at < end; at++) copy[at - start] = octets[at];
  return copy;
}

/** Arguments travel on the engine's stack, so there is a bound to how many one call takes. */
const CHUNK = 256;
/** Up to so many octets a loop is faster than a view. */
const SHORT = 16;
