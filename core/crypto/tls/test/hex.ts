import { fromHex } from '@atoll/bytes/hex';

/** The bytes of hexadecimal text; throws when it is none. */
export function hex(text: string): Uint8Array {
  const bytes = fromHex(text);
  if (bytes === undefined) throw new Error('not hexadecimal');
  return bytes;
}
