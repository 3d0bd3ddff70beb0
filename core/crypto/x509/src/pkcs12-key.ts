import type { HashAlgorithm } from '@atoll/primitives/hash';

/**
 * The key of the MAC of a PKCS #12 file (RFC 7292, appendix B.2, with the ID 3): as long as a digest. No
 * one should use this way to make keys for anything else.
 */
export function pkcs12MacKey(
  hash: HashAlgorithm,
  password: string,
  salt: Uint8Array,
  iterations: number,
): Uint8Array {
  const { blockLength } = hash;
  const diversifier = new Uint8Array(blockLength).fill(3);
  const input = [repeat(salt, blockLength), repeat(bmp(password), blockLength)];
  let key = hash.create().update(diversifier).update(input[0]).update(input[1]).digest();
  for (let i = 1; i < iterations; i++) key = hash.digest(key);
  return key;
}

/** `bytes`, again and again, to a whole number of blocks. */
function repeat(bytes: Uint8Array, blockLength: number): Uint8Array {
  const repeated = new Uint8Array(Math.ceil(bytes.length / blockLength) * blockLength);
  for (let at = 0; at < repeated.length; at++) repeated[at] = bytes[at % bytes.length];
  return repeated;
}

/** UTF-16, big-endian, with a zero behind it. */
function bmp(text: string): Uint8Array {
  const bytes = new Uint8Array(2 * text.length + 2);
  for (let i = 0; i < text.length; i++) {
    bytes[2 * i] = text.charCodeAt(i) >> 8;
    bytes[2 * i + 1] = text.charCodeAt(i);
  }
  return bytes;
}
