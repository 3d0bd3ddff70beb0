import type { Entropy } from '@atoll/device/system';
import { generateRsaKey } from '@atoll/primitives/rsa-generate';
import type { PrivateKey } from '@atoll/x509/private-key';
import { emitPublicKey } from '@atoll/x509/public-key';
import type { CertificateSignature } from '@atoll/x509/signature';
import {
  ecdsaSignature,
  ed25519Signature,
  rsaPssSignature,
  rsaSignature,
} from '@atoll/x509/signature';
import type { Algorithms } from './algorithms.ts';

/** What `--key` takes. */
export const KEY_KINDS = ['p256', 'ed25519', 'rsa'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

export interface KeyPair {
  readonly privateKey: PrivateKey;
  /** A SubjectPublicKeyInfo in DER. */
  readonly publicKey: Uint8Array;
}

/** How keys of one kind are made, and how they sign. */
export interface KeyScheme {
  generate(entropy: Entropy): KeyPair;
  /** Of certificates and handshakes; certificates are signed with the first. */
  readonly signatures: readonly [CertificateSignature, ...CertificateSignature[]];
}

export function keyScheme(kind: KeyKind, algorithms: Algorithms): KeyScheme {
  switch (kind) {
    case 'p256':
      return p256Scheme(algorithms);
    case 'ed25519':
      return ed25519Scheme(algorithms);
    case 'rsa':
      return rsaScheme(algorithms);
  }
}

function p256Scheme({ p256, sha256 }: Algorithms): KeyScheme {
  return {
    generate(entropy) {
      const { privateKey: scalar, publicKey: point } = p256.generate(entropy);
      return {
        privateKey: { kind: 'ec', curve: p256.name, scalar },
        publicKey: emitPublicKey({ kind: 'ec', curve: p256.name, point }),
      };
    },
    signatures: [ecdsaSignature(p256, sha256)],
  };
}

function ed25519Scheme({ ed25519 }: Algorithms): KeyScheme {
  return {
    generate(entropy) {
      const seed = new Uint8Array(32);
      entropy.fill(seed);
      const key = ed25519.publicKey(seed);
      return {
        privateKey: { kind: 'ed25519', seed },
        publicKey: emitPublicKey({ kind: 'ed25519', key }),
      };
    },
    signatures: [ed25519Signature(ed25519)],
  };
}

/** Handshakes are signed with PSS (RFC 8446, 4.2.3), certificates with PKCS #1 v1.5, which everybody reads. */
function rsaScheme({ rsa, sha256 }: Algorithms): KeyScheme {
  return {
    generate(entropy) {
      const key = generateRsaKey(RSA_BITS, entropy);
      const { modulus, exponent } = key;
      return {
        privateKey: { kind: 'rsa', ...key },
        publicKey: emitPublicKey({ kind: 'rsa', modulus, exponent }),
      };
    },
    signatures: [rsaSignature(rsa, sha256), rsaPssSignature(rsa, sha256)],
  };
}

const RSA_BITS = 2048;
