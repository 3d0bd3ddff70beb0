import type { FastPaths } from '@atoll/device/fast';
import { agreementKem } from '@atoll/primitives/kem';
import { nativeAes128Gcm } from '@atoll/primitives/native/aes-gcm';
import { nativeP256 } from '@atoll/primitives/native/p256';
import { nativeRsa } from '@atoll/primitives/native/rsa';
import { nativeSha256 } from '@atoll/primitives/native/sha256';
import { nativeX25519 } from '@atoll/primitives/native/x25519';
import { group } from '@atoll/tls/group';
import { cipherSuite } from '@atoll/tls/suite';
import { tls12Client } from '@atoll/tls/tls12/client';
import { ecdheSuite } from '@atoll/tls/tls12/suite';
import { ecdsaSignature, rsaPssSignature, rsaSignature } from '@atoll/x509/signature';
import type { TlsAlgorithms } from './tls.ts';

/** What collectors have: the suite that all must have, and certificates with keys of P-256 or RSA; native. */
export function collectorAlgorithms(fast: FastPaths): TlsAlgorithms {
  const sha256 = nativeSha256(fast);
  const aes128 = nativeAes128Gcm(fast);
  const p256 = nativeP256(fast);
  const rsa = nativeRsa(fast);
  return {
    suites: [cipherSuite(aes128, sha256)],
    groups: [group(agreementKem(nativeX25519(fast))), group(agreementKem(p256))],
    signatures: [
      ecdsaSignature(p256, sha256),
      rsaPssSignature(rsa, sha256),
      rsaSignature(rsa, sha256),
    ],
    tls12: tls12Client([ecdheSuite(aes128, sha256)]),
    sha256,
  };
}
