import type { Entropy } from '@atoll/device/system';
import { ecdsa } from '@atoll/primitives/ecdsa';
import type { HashAlgorithm } from '@atoll/primitives/hash';
import type { NistCurve } from '@atoll/primitives/nist';
import type { Ed25519 } from '@atoll/primitives/signature';
import type { PrivateKey } from '@atoll/x509/private-key';
import { emitPublicKey } from '@atoll/x509/public-key';
import type { CertificateSignature } from '@atoll/x509/signature';
import { ecdsaSignature, ed25519Signature } from '@atoll/x509/signature';
import { encodeBase64Url } from './base64url.ts';

/** One kind of key, for accounts and for certificates. Methods throw for keys of another kind. */
export interface KeyAlgorithm {
  /** As JOSE calls it (RFC 7518, 3.1; RFC 8037, 3.1). */
  readonly alg: 'ES256' | 'EdDSA';
  /** How it signs certificates and requests for them. */
  readonly signature: CertificateSignature;
  generate(entropy: Entropy): PrivateKey;
  /** The SubjectPublicKeyInfo of `key`, in DER. */
  publicKey(key: PrivateKey): Uint8Array;
  /** The public key as a JWK with its members in the order of RFC 7638, so that it can be hashed as it is. */
  jwk(key: PrivateKey): string;
  /** The signature in the form of JWS. */
  sign(key: PrivateKey, message: Uint8Array, entropy: Entropy): Uint8Array;
}

/** ECDSA on P-256: what every authority takes. */
export function es256(p256: NistCurve, sha256: HashAlgorithm): KeyAlgorithm {
  const signature = ecdsaSignature(p256, sha256);
  const jose = ecdsa(p256, sha256, 'raw');
  const scalarOf = (key: PrivateKey) => {
    if (key.kind !== 'ec' || !signature.fits(key)) throw new RangeError(WRONG_KEY);
    return key.scalar;
  };
  return {
    alg: 'ES256',
    signature,
    generate: (entropy) => ({
      kind: 'ec',
      curve: p256.name,
      scalar: p256.generate(entropy).privateKey,
    }),
    publicKey(key) {
      const point = p256.publicKey(scalarOf(key));
      return emitPublicKey({ kind: 'ec', curve: p256.name, point });
    },
    jwk(key) {
      const point = p256.publicKey(scalarOf(key));
      const [x, y] = [point.subarray(1, 33), point.subarray(33)].map(encodeBase64Url);
      return JSON.stringify({ crv: 'P-256', kty: 'EC', x, y });
    },
    sign: (key, message, entropy) => jose.sign(scalarOf(key), message, entropy),
  };
}

/** Ed25519, for authorities that take it. */
export function eddsa(ed25519: Ed25519): KeyAlgorithm {
  const seedOf = (key: PrivateKey) => {
    if (key.kind !== 'ed25519') throw new RangeError(WRONG_KEY);
    return key.seed;
  };
  return {
    alg: 'EdDSA',
    signature: ed25519Signature(ed25519),
    generate(entropy) {
      const seed = new Uint8Array(32);
      entropy.fill(seed);
      return { kind: 'ed25519', seed };
    },
    publicKey: (key) => emitPublicKey({ kind: 'ed25519', key: ed25519.publicKey(seedOf(key)) }),
    jwk(key) {
      const x = encodeBase64Url(ed25519.publicKey(seedOf(key)));
      return JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x });
    },
    sign: (key, message, entropy) => ed25519.sign(seedOf(key), message, entropy),
  };
}

const WRONG_KEY = 'a private key of another kind';
