import { derOfRaw, rawOfDer } from './ecdsa-der.ts';
import type { HashAlgorithm } from './hash.ts';
import type { SignatureScheme } from './signature.ts';

/**
 * ECDSA (FIPS 186-5, 6) over a NIST curve. Private keys are big-endian scalars, public keys
 * uncompressed points, `04 || x || y`; signatures are `r || s`, big-endian.
 */
export interface EcdsaCurve {
  /** As TLS calls the curve: `secp256r1`. */
  readonly name: string;
  /** Bytes of a scalar, and of a coordinate. */
  readonly scalarLength: number;
  /** Bytes of a digest of the hash that goes with the curve: 32, 48, 64. */
  readonly digestLength: number;
  /** Signs with the hash that goes with the curve; another one and a bad key throw. */
  sign(privateKey: Uint8Array, hash: HashAlgorithm, message: Uint8Array): Uint8Array;
  /** Any hash of SHA-2 will do: digests that are too long are cut. */
  verify(
    publicKey: Uint8Array,
    hash: HashAlgorithm,
    message: Uint8Array,
    signature: Uint8Array,
  ): boolean;
}

/** ECDSA with `hash`; `der` (X.509, TLS) or `raw` (JOSE) is the form of signatures. */
export function ecdsa(
  curve: EcdsaCurve,
  hash: HashAlgorithm,
  form: 'der' | 'raw' = 'der',
): SignatureScheme<Uint8Array, Uint8Array> {
  return {
    name: `ecdsa_${curve.name}_${hash.name.toLowerCase().replace('-', '')}`,
    sign(privateKey, message) {
      const raw = curve.sign(privateKey, hash, message);
      return form === 'raw' ? raw : derOfRaw(raw);
    },
    verify(publicKey, message, signature) {
      const raw = form === 'raw' ? signature : rawOfDer(signature, curve.scalarLength);
      if (raw === undefined || raw.length !== 2 * curve.scalarLength) return false;
      return curve.verify(publicKey, hash, message, raw);
    },
  };
}
