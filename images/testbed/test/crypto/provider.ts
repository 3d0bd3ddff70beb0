import type { AeadAlgorithm } from '@atoll/primitives/aead';
import type { Agreement } from '@atoll/primitives/agreement';
import type { HashAlgorithm } from '@atoll/primitives/hash';
import type { Kem } from '@atoll/primitives/kem';
import type { NistCurve } from '@atoll/primitives/nist';
import type { Rsa } from '@atoll/primitives/rsa';
import type { Ed25519 } from '@atoll/primitives/signature';

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
