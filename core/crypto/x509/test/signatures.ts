import { ed25519 } from '@atoll/primitives/reference/ed25519';
import { p256, p384, p521 } from '@atoll/primitives/reference/nist';
import { rsa } from '@atoll/primitives/reference/rsa';
import { sha256, sha384, sha512 } from '@atoll/primitives/reference/sha2';
import type { CertificateSignature } from '../src/signature.ts';
import {
  ecdsaSignature,
  ed25519Signature,
  rsaPssSignature,
  rsaSignature,
} from '../src/signature.ts';

const HASHES = [sha256, sha384, sha512];

/** Every way to sign certificates that there is. */
export const SIGNATURES: readonly CertificateSignature[] = [
  ...HASHES.flatMap((hash) => [p256, p384, p521].map((curve) => ecdsaSignature(curve, hash))),
  ...HASHES.map((hash) => rsaSignature(rsa, hash)),
  ...HASHES.map((hash) => rsaPssSignature(rsa, hash)),
  ed25519Signature(ed25519),
];
