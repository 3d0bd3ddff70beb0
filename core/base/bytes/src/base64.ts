/** What ECMAScript 2026 has, and the engine of images, but not every Node.js. */
interface NativeBase64 {
  fromBase64(text: string, options: { lastChunkHandling: 'strict' }): Uint8Array;
  readonly prototype: { toBase64(this: Uint8Array): string };
}

const native = 'fromBase64' in Uint8Array ? (Uint8Array as unknown as NativeBase64) : undefined;

/** Base64 with padding (RFC 4648, 4). */
export function encodeBase64(bytes: Uint8Array): string {
  return native === undefined ? plainEncodeBase64(bytes) : native.prototype.toBase64.call(bytes);
}

/** `undefined` for other characters, missing padding, and bits behind the end that are not zero. */
export function decodeBase64(text: string): Uint8Array | undefined {
  // The native one would pass over white space.
  if (native === undefined || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return plainDecodeBase64(text);
  try {
    return native.fromBase64(text, { lastChunkHandling: 'strict' });
  } catch {
    return undefined;
  }
}

/** The same in TypeScript. */
export function plainEncodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const group = (bytes[at] << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const digits = [18, 12, 6, 0].map((shift) => DIGITS[(group >> shift) & 63]).join('');
    text += digits.slice(0, bytes.length - at + 1).padEnd(4, '=');
  }
  return text;
}

/** The same in TypeScript. */
export function plainDecodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3);
  for (let at = 0, to = 0; at < text.length; at += 4, to += 3) {
    let group = 0;
    for (let i = at; i < at + 4; i++) {
      const digit = i < text.length - padding ? digitOf(text.charCodeAt(i)) : 0;
      if (digit === NO_DIGIT) return undefined;
      group = (group << 6) | digit;
    }
    bytes[to] = group >> 16;
    bytes[to + 1] = group >> 8;
    bytes[to + 2] = group;
  }
  const end = bytes.length - padding;
  return bytes.subarray(end).every((byte) => byte === 0) ? bytes.subarray(0, end) : undefined;
}

function digitOf(code: number): number {
  return VALUES[code] ?? NO_DIGIT;
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const NO_DIGIT = 64;
const VALUES = new Uint8Array(128).fill(NO_DIGIT);
for (let value = 0; value < NO_DIGIT; value++) VALUES[DIGITS.charCodeAt(value)] = value;
