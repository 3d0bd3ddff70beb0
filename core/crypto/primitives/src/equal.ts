/**
 * Whether two secrets are the same, in a time that depends on their lengths only. The tags of
 * messages are compared inside of an AEAD and need this not.
 */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  const [one, other] = [viewOf(left), viewOf(right)];
  const words = left.length & ~3;
  let difference = 0;
  for (let at = 0; at < words; at += 4) difference |= one.getInt32(at) ^ other.getInt32(at);
  for (let at = words; at < left.length; at++) difference |= left[at] ^ right[at];
  return difference === 0;
}

/** An interpreter takes as long for a word as for a byte. */
function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
