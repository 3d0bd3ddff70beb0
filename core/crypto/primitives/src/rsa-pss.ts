import type { HashAlgorithm } from './hash.ts';
import type { Rsa, RsaPrivateKey, RsaPublicKey } from './rsa.ts';
import { bitLength, raiseChecked } from './rsa.ts';
import type { SignatureScheme } from './signature.ts';

/**
 * RSASSA-PSS (RFC 8017, 8.1) with MGF1 over the same hash. TLS 1.3 and X.509 in practice have
 * salts as long as the digest; verification accepts no other length than `saltLength`.
 */
export function rsaPss(
  rsa: Rsa,
  hash: HashAlgorithm,
  saltLength: number = hash.digestLength,
): SignatureScheme<RsaPublicKey, RsaPrivateKey> {
  return {
    name: `rsa_pss_rsae_${hash.name.toLowerCase().replace('-', '')}`,
    sign(key, message, entropy) {
      const salt = new Uint8Array(saltLength);
      entropy.fill(salt);
      const encoded = encode(hash, hash.digest(message), salt, key.modulus);
      if (encoded === undefined) throw new RangeError('the RSA key is too short for this hash');
      return raiseChecked(rsa, key, encoded, entropy);
    },
    verify(key, message, signature) {
      if (signature.length !== key.modulus.length) return false;
      const encoded = rsa.raise(key, signature);
      if (encoded === undefined) return false;
      return isConsistent(hash, hash.digest(message), encoded, bitLength(key.modulus), saltLength);
    },
  };
}

/** EMSA-PSS-ENCODE (RFC 8017, 9.1.1), with as many zeros in front as the modulus is longer. */
function encode(
  hash: HashAlgorithm,
  digest: Uint8Array,
  salt: Uint8Array,
  modulus: Uint8Array,
): Uint8Array | undefined {
  const encodedBits = bitLength(modulus) - 1;
  const encoded = new Uint8Array(modulus.length);
  const start = modulus.length - Math.ceil(encodedBits / 8);
  const hashStart = encoded.length - 1 - digest.length;
  const saltStart = hashStart - salt.length;
  if (saltStart - 1 < start) return undefined;
  encoded[saltStart - 1] = 1;
  encoded.set(salt, saltStart);
  const seed = hashOf(hash, digest, salt);
  mask(hash, seed, encoded, start, hashStart);
  encoded[start] &= topMask(encodedBits);
  encoded.set(seed, hashStart);
  encoded[encoded.length - 1] = TRAILER;
  return encoded;
}

/** EMSA-PSS-VERIFY (RFC 8017, 9.1.2). Everything here is public: times may differ. */
function isConsistent(
  hash: HashAlgorithm,
  digest: Uint8Array,
  encoded: Uint8Array,
  modulusBits: number,
  saltLength: number,
): boolean {
  const encodedBits = modulusBits - 1;
  const start = encoded.length - Math.ceil(encodedBits / 8);
  const hashStart = encoded.length - 1 - digest.length;
  const saltStart = hashStart - saltLength;
  if (saltStart - 1 < start || encoded[encoded.length - 1] !== TRAILER) return false;
  if ((start > 0 && encoded[0] !== 0) || (encoded[start] & ~topMask(encodedBits)) !== 0) {
    return false;
  }
  const seed = encoded.subarray(hashStart, hashStart + digest.length);
  const block = encoded.slice();
  mask(hash, seed, block, start, hashStart);
  block[start] &= topMask(encodedBits);
  for (let i = start; i < saltStart - 1; i++) if (block[i] !== 0) return false;
  if (block[saltStart - 1] !== 1) return false;
  const expected = hashOf(hash, digest, block.subarray(saltStart, hashStart));
  return expected.every((byte, index) => byte === seed[index]);
}

/** `Hash(00 00 00 00 00 00 00 00 || digest || salt)`. */
function hashOf(hash: HashAlgorithm, digest: Uint8Array, salt: Uint8Array): Uint8Array {
  return hash.create().update(new Uint8Array(8)).update(digest).update(salt).digest();
}

/** XORs MGF1 of `seed` (RFC 8017, B.2.1) onto `[start, end)` of `bytes`. */
function mask(
  hash: HashAlgorithm,
  seed: Uint8Array,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const counter = new Uint8Array(4);
  for (let at = start; at < end; at += hash.digestLength, counter[3]++) {
    const block = hash.create().update(seed).update(counter).digest();
    for (let i = 0; i < block.length && at + i < end; i++) bytes[at + i] ^= block[i];
  }
}

/** The bits of the first byte that belong to a number of `bits` bits. */
function topMask(bits: number): number {
  return 0xff >> (8 * Math.ceil(bits / 8) - bits);
}

const TRAILER = 0xbc;
