/** The encodings of RFC 4648 that DNS text uses. */

/** Base 64 with padding (RFC 4648 section 4). */
export function toBase64(octets: Uint8Array): string {
  const text = encode(octets, BASE64, 6);
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}

/** The octets of base 64; `undefined` when it is anything else, or has bits that no octet needs. */
export function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  return decode(text.replace(/={1,2}$/, ''), BASE64, 6);
}

/** Base 32 with the extended hex alphabet, lower case, no padding (RFC 4648 section 7, RFC 5155 section 3.3). */
export function toBase32Hex(octets: Uint8Array): string {
  return encode(octets, BASE32_HEX, 5);
}

/** The octets of base 32 with the extended hex alphabet in either letter case; `undefined` otherwise. */
export function fromBase32Hex(text: string): Uint8Array | undefined {
  return decode(text.toLowerCase(), BASE32_HEX, 5);
}

function encode(octets: Uint8Array, alphabet: string, bits: number): string {
  let text = '';
  let held = 0;
  let value = 0;
  for (const octet of octets) {
    value = ((value << 8) | octet) & 0xffff;
    for (held += 8; held >= bits; ) {
      held -= bits;
      text += alphabet[(value >>> held) & ((1 << bits) - 1)];
    }
  }
  if (held > 0) text += alphabet[(value << (bits - held)) & ((1 << bits) - 1)];
  return text;
}

function decode(text: string, alphabet: string, bits: number): Uint8Array | undefined {
  const octets = new Uint8Array(Math.floor((text.length * bits) / 8));
  let held = 0;
  let value = 0;
  let at = 0;
  for (let index = 0; index < text.length; index++) {
    const digit = alphabet.indexOf(text[index]);
    if (digit < 0) return undefined;
    value = ((value << bits) | digit) & 0xffff;
    held += bits;
    if (held >= 8) {
      held -= 8;
      octets[at++] = value >>> held;
    }
  }
  // The last character is there for at least one bit of an octet, and its other bits are zero.
  const spare = value & ((1 << held) - 1);
  return held < bits && spare === 0 ? octets : undefined;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BASE32_HEX = '0123456789abcdefghijklmnopqrstuv';
