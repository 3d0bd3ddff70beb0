import { es256 } from '@atoll/acme/key';
import type { FastPaths } from '@atoll/device/fast';
import { agreementKem } from '@atoll/primitives/kem';
import { nativeAes128Gcm } from '@atoll/primitives/native/aes-gcm';
import { nativeP256 } from '@atoll/primitives/native/p256';
import { nativeP384 } from '@atoll/primitives/native/p384';
import { nativeRsa } from '@atoll/primitives/native/rsa';
import { nativeSha256 } from '@atoll/primitives/native/sha256';
import { nativeSha384 } from '@atoll/primitives/native/sha384';
import { nativeX25519 } from '@atoll/primitives/native/x25519';
import { group } from '@atoll/tls/group';
import { cipherSuite } from '@atoll/tls/suite';
import { ecdsaSignature, rsaPssSignature, rsaSignature } from '@atoll/x509/signature';

/** What TLS and ACME are made of: what public authorities sign with, among it. */
export function algorithms(fast: FastPaths) {
  const [sha256, sha384] = [nativeSha256(fast), nativeSha384(fast)];
  const [p256, p384] = [nativeP256(fast), nativeP384(fast)];
  const rsa = nativeRsa(fast);
  const key = es256(p256, sha256);
  const signatures = [
    key.signature,
    ecdsaSignature(p384, sha384),
    rsaPssSignature(rsa, sha256),
    rsaSignature(rsa, sha256),
  ];
  return {
    suites: [cipherSuite(nativeAes128Gcm(fast), sha256)],
    groups: [group(agreementKem(nativeX25519(fast))), group(agreementKem(p256))],
    signatures,
    acme: { account: key, certificate: key, sha256, signatures },
  };
}
