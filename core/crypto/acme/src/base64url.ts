import { decodeBase64, encodeBase64 } from '@atoll/bytes/base64';

/** Base64 for URLs, without padding (RFC 4648, 5, as RFC 7515, 2 has it). */
export function encodeBase64Url(bytes: Uint8Array): string {
  return encodeBase64(bytes).replace(/=+$/, '').replace(/\+/g, '-').replace(/\//g, '_');
}

/** `undefined` for other characters, padding, and bits behind the end that are not zero. */
export function decodeBase64Url(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return undefined;
  const padded = text.padEnd(Math.ceil(text.length / 4) * 4, '=');
  return decodeBase64(padded.replace(/-/g, '+').replace(/_/g, '/'));
}
