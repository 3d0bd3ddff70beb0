import { aesCcm } from '@atoll/primitives/reference/aes-ccm';
import { aes128Gcm, aes256Gcm } from '@atoll/primitives/reference/aes-gcm';
import { chacha20Poly1305 } from '@atoll/primitives/reference/chacha20-poly1305';
import { ed25519 } from '@atoll/primitives/reference/ed25519';
import { mlKem768 } from '@atoll/primitives/reference/ml-kem';
import { p256, p384, p521 } from '@atoll/primitives/reference/nist';
import { rsa } from '@atoll/primitives/reference/rsa';
import { sha1 } from '@atoll/primitives/reference/sha1';
import { sha256, sha384, sha512 } from '@atoll/primitives/reference/sha2';
import { x25519 } from '@atoll/primitives/reference/x25519';
import type { Provider } from './provider.ts';

/** Everything of the reference. */
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
