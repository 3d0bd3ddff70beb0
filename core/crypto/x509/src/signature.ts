import { integer, nullValue, oid, sequence, tagged } from '@atoll/asn1/writer';
import type { Entropy } from '@atoll/device/system';
import type { EcdsaCurve } from '@atoll/primitives/ecdsa';
import { ecdsa } from '@atoll/primitives/ecdsa';
import type { HashAlgorithm } from '@atoll/primitives/hash';
import type { Rsa } from '@atoll/primitives/rsa';
import { rsaPkcs1 } from '@atoll/primitives/rsa-pkcs1';
import { rsaPss } from '@atoll/primitives/rsa-pss';
import type { Ed25519 } from '@atoll/primitives/signature';
import { ED25519, HASHES, MGF1, RSASSA_PSS } from './oid.ts';
import type { PrivateKey } from './private-key.ts';
import type { PublicKeyValue } from './public-key.ts';

/**
 * One way to sign certificates: a scheme of primitives with the AlgorithmIdentifier that stands for it.
 * What is not in the list that a verifier is given does not verify, and is in no image.
 */
export interface CertificateSignature {
  /** `ecdsa_secp256r1_sha256`. */
  readonly name: string;
  /** In DER; the same for all curves. */
  readonly identifier: Uint8Array;
  /** Whether keys like this one sign in this way. */
  fits(key: { readonly kind: string; readonly curve?: string }): boolean;
  verify(key: PublicKeyValue, message: Uint8Array, signature: Uint8Array): boolean;
  /** A key that does not fit throws. */
  sign(key: PrivateKey, message: Uint8Array, entropy: Entropy): Uint8Array;
}

/** ecdsa-with-SHA2 (RFC 5758, 3.2). */
export function ecdsaSignature(curve: EcdsaCurve, hash: HashAlgorithm): CertificateSignature {
  const scheme = ecdsa(curve, hash);
  return {
    name: scheme.name,
    identifier: sequence(oid(HASHES[hash.name].ecdsa)),
    fits: (key) => key.kind === 'ec' && key.curve === curve.name,
    verify(key, message, signature) {
      if (key.kind !== 'ec' || key.curve !== curve.name) return false;
      return scheme.verify(key.point, message, signature);
    },
    sign(key, message, entropy) {
      if (key.kind !== 'ec' || key.curve !== curve.name) throw new RangeError(WRONG_KEY);
      return scheme.sign(key.scalar, message, entropy);
    },
  };
}

/** sha2WithRSAEncryption (RFC 4055, 5), with the NULL that belongs to it. */
export function rsaSignature(rsa: Rsa, hash: HashAlgorithm): CertificateSignature {
  return rsaScheme(rsaPkcs1(rsa, hash), sequence(oid(HASHES[hash.name].rsa), nullValue()));
}

/** id-RSASSA-PSS (RFC 4055, 3.1) by ordinary RSA keys: one hash throughout, a salt as long as its digest. */
export function rsaPssSignature(rsa: Rsa, hash: HashAlgorithm): CertificateSignature {
  const hashIdentifier = sequence(oid(HASHES[hash.name].hash), nullValue());
  const parameters = sequence(
    tagged(0, hashIdentifier),
    tagged(1, sequence(oid(MGF1), hashIdentifier)),
    tagged(2, integer(hash.digestLength)),
  );
  return rsaScheme(rsaPss(rsa, hash), sequence(oid(RSASSA_PSS), parameters));
}

function rsaScheme(
  scheme: ReturnType<typeof rsaPkcs1>,
  identifier: Uint8Array,
): CertificateSignature {
  return {
    name: scheme.name,
    identifier,
    fits: (key) => key.kind === 'rsa',
    verify: (key, message, signature) =>
      key.kind === 'rsa' && scheme.verify(key, message, signature),
    sign(key, message, entropy) {
      if (key.kind !== 'rsa') throw new RangeError(WRONG_KEY);
      return scheme.sign(key, message, entropy);
    },
  };
}

/** id-Ed25519 (RFC 8410, 3). */
export function ed25519Signature(scheme: Ed25519): CertificateSignature {
  return {
    name: scheme.name,
    identifier: sequence(oid(ED25519)),
    fits: (key) => key.kind === 'ed25519',
    verify: (key, message, signature) =>
      key.kind === 'ed25519' && scheme.verify(key.key, message, signature),
    sign(key, message, entropy) {
      if (key.kind !== 'ed25519') throw new RangeError(WRONG_KEY);
      return scheme.sign(key.seed, message, entropy);
    },
  };
}

const WRONG_KEY = 'a private key of another kind';
