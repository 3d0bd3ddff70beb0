/**
 * Whether two secrets are the same, in a time that depends on their lengths only. The tags of
 * messages are compared inside of an AEAD and need this not.
 */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  const { length } = left;
  if (length !== right.length) return false;
  // An interpreter takes as long for a word as for a byte.
  const one = new DataView(left.buffer, left.byteOffset, length);
  const other = new DataView(right.buffer, right.byteOffset, length);
  let difference = 0;
  let at = 0;
  for (; at + 4 <= length; at += 4) difference |= one.getInt32(at) ^ other.getInt32(at);
  for (; at < length; at++) difference |= left[at] ^ right[at];
  return difference === 0;
}
