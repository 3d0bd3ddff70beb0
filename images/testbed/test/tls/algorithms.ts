import { agreementKem } from '@atoll/primitives/kem';
import { aesCcm } from '@atoll/primitives/reference/aes-ccm';
import { aes128Gcm, aes256Gcm } from '@atoll/primitives/reference/aes-gcm';
import { chacha20Poly1305 } from '@atoll/primitives/reference/chacha20-poly1305';
import { ed25519 } from '@atoll/primitives/reference/ed25519';
import { p256, p384 } from '@atoll/primitives/reference/nist';
import { rsa } from '@atoll/primitives/reference/rsa';
import { sha256, sha384 } from '@atoll/primitives/reference/sha2';
import { x25519 } from '@atoll/primitives/reference/x25519';
import { group } from '@atoll/tls/group';
import { cipherSuite } from '@atoll/tls/suite';
import {
  ecdsaSignature,
  ed25519Signature,
  rsaPssSignature,
  rsaSignature,
} from '@atoll/x509/signature';

export const SUITES = [
  cipherSuite(aes128Gcm, sha256),
  cipherSuite(aes256Gcm, sha384),
  cipherSuite(chacha20Poly1305, sha256),
  cipherSuite(aesCcm(16, 16), sha256),
];

/** X25519MLKEM768 is missing: OpenSSL knows it since 3.5. */
export const GROUPS = [
  group(agreementKem(x25519)),
  group(agreementKem(p256)),
  group(agreementKem(p384)),
];

export const SIGNATURES = [
  ecdsaSignature(p256, sha256),
  ecdsaSignature(p384, sha384),
  ed25519Signature(ed25519),
  rsaPssSignature(rsa, sha256),
  rsaSignature(rsa, sha256),
];
