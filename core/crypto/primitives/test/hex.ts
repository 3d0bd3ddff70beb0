import { fromHex } from '@atoll/bytes/hex';

export function hex(text: string): Uint8Array {
  const bytes = fromHex(text);
  if (bytes === undefined) throw new Error(`no hexadecimal: ${text}`);
  return bytes;
}

/** The characters of an ASCII text. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
