/** What the engine of images has for Base64; together they are the shortest way between octets and text. */
interface NativeBase64 {
  atob(text: string): string;
  btoa(text: string): string;
  readonly Uint8Array: {
    fromBase64(text: string): Uint8Array;
    readonly prototype: { toBase64(this: Uint8Array): string };
  };
}

const native =
  'fromBase64' in Uint8Array && 'atob' in globalThis
    ? (globalThis as unknown as NativeBase64)
    : undefined;

/** One byte for each character of `text`, of which each is at most U+00FF: octets of protocols as text. */
export function encodeLatin1(text: string): Uint8Array {
  if (native !== undefined) return native.Uint8Array.fromBase64(native.btoa(text));
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** The opposite, for any bytes. */
export function decodeLatin1(bytes: Uint8Array): string {
  if (native !== undefined) return native.atob(native.Uint8Array.prototype.toBase64.call(bytes));
  if (bytes.length <= PIECE) return String.fromCharCode.apply(null, bytes as never);
  let text = '';
  // In pieces, since each byte is an argument of a call.
  for (let at = 0; at < bytes.length; at += PIECE) {
    text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  }
  return text;
}

const PIECE = 4096;
