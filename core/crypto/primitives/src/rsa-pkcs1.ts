import { equalBytes } from './equal.ts';
import type { HashAlgorithm } from './hash.ts';
import type { Rsa, RsaPrivateKey, RsaPublicKey } from './rsa.ts';
import { raiseChecked } from './rsa.ts';
import type { SignatureScheme } from './signature.ts';

/** RSASSA-PKCS1-v1_5 (RFC 8017, 8.2). */
export function rsaPkcs1(
  rsa: Rsa,
  hash: HashAlgorithm,
): SignatureScheme<RsaPublicKey, RsaPrivateKey> {
  const prefix = DIGEST_INFO[hash.name];
  if (prefix === undefined) throw new RangeError(`PKCS #1 has no identifier for ${hash.name}`);
  return {
    name: `rsa_pkcs1_${hash.name.toLowerCase().replace('-', '')}`,
    sign(key, message, entropy) {
      const encoded = encode(prefix, hash.digest(message), key.modulus.length);
      if (encoded === undefined) throw new RangeError('the RSA key is too short for this hash');
      return raiseChecked(rsa, key, encoded, entropy);
    },
    verify(key, message, signature) {
      if (signature.length !== key.modulus.length) return false;
      // What the signature holds is compared with what it must be, never parsed.
      const expected = encode(prefix, hash.digest(message), signature.length);
      const actual = expected && rsa.raise(key, signature);
      return expected !== undefined && actual !== undefined && equalBytes(expected, actual);
    },
  };
}

/** EMSA-PKCS1-v1_5 (RFC 8017, 9.2): `00 01 ff .. ff 00 DigestInfo`, `length` bytes. */
function encode(
  prefix: readonly number[],
  digest: Uint8Array,
  length: number,
): Uint8Array | undefined {
  const start = length - prefix.length - digest.length;
  if (start < 11) return undefined;
  const encoded = new Uint8Array(length).fill(0xff);
  encoded.set([0x00, 0x01]);
  encoded[start - 1] = 0;
  encoded.set(prefix, start);
  encoded.set(digest, start + prefix.length);
  return encoded;
}

/** What stands before the digest in the DER of DigestInfo (RFC 8017, 9.2, note 1). */
const DIGEST_INFO: Readonly<Record<string, readonly number[]>> = {
  'SHA-1': [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 20],
  'SHA-256': sha2(0x31, 0x01, 32),
  'SHA-384': sha2(0x41, 0x02, 48),
  'SHA-512': sha2(0x51, 0x03, 64),
};

/** The members of SHA-2 differ in the last arc of their object identifier, 2.16.840.1.101.3.4.2. */
function sha2(total: number, arc: number, digest: number): readonly number[] {
  const identifier = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, arc];
  return [0x30, total, 0x30, 0x0d, ...identifier, 0x05, 0x00, 0x04, digest];
}
