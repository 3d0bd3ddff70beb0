/** The UTF-8 bytes of `text`; a lone surrogate becomes U+FFFD, as in the WHATWG Encoding Standard. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  let at = 0;
  for (const character of text) {
    let code = character.codePointAt(0) ?? 0;
    if (code >= 0xd800 && code <= 0xdfff) code = REPLACEMENT;
    if (code < 0x80) {
      bytes[at++] = code;
    } else if (code < 0x800) {
      bytes[at++] = 0xc0 | (code >> 6);
      bytes[at++] = 0x80 | (code & 0x3f);
    } else if (code < 0x10000) {
      bytes[at++] = 0xe0 | (code >> 12);
      bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
      bytes[at++] = 0x80 | (code & 0x3f);
    } else {
      bytes[at++] = 0xf0 | (code >> 18);
      bytes[at++] = 0x80 | ((code >> 12) & 0x3f);
      bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
      bytes[at++] = 0x80 | (code & 0x3f);
    }
  }
  return bytes.slice(0, at);
}

/**
 * The text of UTF-8 `bytes`. Each maximal ill-formed part becomes one U+FFFD, as in the WHATWG
 * Encoding Standard: overlong forms, surrogates and values above U+10FFFF never decode.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at++];
    if (first < 0x80) {
      text += String.fromCharCode(first);
      continue;
    }
    const shape = sequenceShape(first);
    if (shape === undefined) {
      text += REPLACEMENT_TEXT;
      continue;
    }
    let { code, low, high } = shape;
    let missing = shape.following;
    while (missing > 0 && at < bytes.length && bytes[at] >= low && bytes[at] <= high) {
      code = (code << 6) | (bytes[at++] & 0x3f);
      low = 0x80;
      high = 0xbf;
      missing--;
    }
    text += missing > 0 ? REPLACEMENT_TEXT : String.fromCodePoint(code);
  }
  return text;
}

/** The bits of a lead byte, how many bytes follow it, and the range that the first of them must lie in. */
function sequenceShape(
  first: number,
): { code: number; following: number; low: number; high: number } | undefined {
  if (first >= 0xc2 && first <= 0xdf)
    return { code: first & 0x1f, following: 1, low: 0x80, high: 0xbf };
  if (first >= 0xe0 && first <= 0xef) {
    const low = first === 0xe0 ? 0xa0 : 0x80;
    const high = first === 0xed ? 0x9f : 0xbf;
    return { code: first & 0x0f, following: 2, low, high };
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const low = first === 0xf0 ? 0x90 : 0x80;
    const high = first === 0xf4 ? 0x8f : 0xbf;
    return { code: first & 0x07, following: 3, low, high };
  }
  return undefined;
}

const REPLACEMENT = 0xfffd;
const REPLACEMENT_TEXT = '\ufffd';
