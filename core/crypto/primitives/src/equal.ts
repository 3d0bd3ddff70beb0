/**
 * Whether two secrets are the same, in a time that depends on their lengths only. The tags of
 * messages are compared inside of an AEAD and need this not.
 */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let i = 0; i < left.length; i++) difference |= left[i] ^ right[i];
  return difference === 0;
}
