import type { AeadAlgorithm } from '../src/aead.ts';
import type { Agreement } from '../src/agreement.ts';
import type { HashAlgorithm } from '../src/hash.ts';
import type { Kem } from '../src/kem.ts';
import type { NistCurve } from '../src/nist.ts';
import { aesCcm } from '../src/reference/aes-ccm.ts';
import { aes128Gcm, aes256Gcm } from '../src/reference/aes-gcm.ts';
import { chacha20Poly1305 } from '../src/reference/chacha20-poly1305.ts';
import { ed25519 } from '../src/reference/ed25519.ts';
import { mlKem768 } from '../src/reference/ml-kem.ts';
import { p256, p384, p521 } from '../src/reference/nist.ts';
import { rsa } from '../src/reference/rsa.ts';
import { sha1 } from '../src/reference/sha1.ts';
import { sha256, sha384, sha512 } from '../src/reference/sha2.ts';
import { x25519 } from '../src/reference/x25519.ts';
import type { Rsa } from '../src/rsa.ts';
import type { Ed25519 } from '../src/signature.ts';

/** Everything that a provider has, for tests that go through all of it. Programs import what they need. */
export interface Provider {
  /** By name, as in Wycheproof: `SHA-256`. */
  readonly hashes: Readonly<Record<string, HashAlgorithm>>;
  /** By length of the key in bits. */
  readonly aesGcm: Readonly<Record<number, AeadAlgorithm>>;
  readonly aesCcm: (keyLength: 16 | 32, tagLength: 16 | 8) => AeadAlgorithm;
  readonly chacha20Poly1305: AeadAlgorithm;
  readonly x25519: Agreement;
  /** By name, as in TLS: `secp256r1`. */
  readonly curves: Readonly<Record<string, NistCurve>>;
  readonly ed25519: Ed25519;
  readonly rsa: Rsa;
  readonly mlKem768: Kem;
}

export const REFERENCE: Provider = {
  hashes: { 'SHA-1': sha1, 'SHA-256': sha256, 'SHA-384': sha384, 'SHA-512': sha512 },
  aesGcm: { 128: aes128Gcm, 256: aes256Gcm },
  aesCcm,
  chacha20Poly1305,
  x25519,
  curves: { secp256r1: p256, secp384r1: p384, secp521r1: p521 },
  ed25519,
  rsa,
  mlKem768,
};
