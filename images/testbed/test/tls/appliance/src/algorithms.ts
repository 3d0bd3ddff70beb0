import type { FastPaths } from '@atoll/device/fast';
import { fastMlKem768 } from '@atoll/primitives/fast';
import { agreementKem, hybridKem } from '@atoll/primitives/kem';
import { nativeAesCcm } from '@atoll/primitives/native/aes-ccm';
import { nativeAes128Gcm, nativeAes256Gcm } from '@atoll/primitives/native/aes-gcm';
import { nativeChacha20Poly1305 } from '@atoll/primitives/native/chacha20-poly1305';
import { nativeEd25519 } from '@atoll/primitives/native/ed25519';
import { nativeP256 } from '@atoll/primitives/native/p256';
import { nativeP384 } from '@atoll/primitives/native/p384';
import { nativeP521 } from '@atoll/primitives/native/p521';
import { nativeRsa } from '@atoll/primitives/native/rsa';
import { nativeSha256 } from '@atoll/primitives/native/sha256';
import { nativeSha384 } from '@atoll/primitives/native/sha384';
import { nativeSha512 } from '@atoll/primitives/native/sha512';
import { nativeX25519 } from '@atoll/primitives/native/x25519';
import { group } from '@atoll/tls/group';
import { cipherSuite } from '@atoll/tls/suite';
import {
  ecdsaSignature,
  ed25519Signature,
  rsaPssSignature,
  rsaSignature,
} from '@atoll/x509/signature';

/** All that TLS may be made of, native. */
export function algorithms(fast: FastPaths) {
  const [sha256, sha384, sha512] = [nativeSha256(fast), nativeSha384(fast), nativeSha512(fast)];
  const [p256, p384, p521] = [nativeP256(fast), nativeP384(fast), nativeP521(fast)];
  const x25519 = agreementKem(nativeX25519(fast));
  const rsa = nativeRsa(fast);
  return {
    ticketCipher: nativeAes256Gcm(fast),
    suites: [
      cipherSuite(nativeAes128Gcm(fast), sha256),
      cipherSuite(nativeAes256Gcm(fast), sha384),
      cipherSuite(nativeChacha20Poly1305(fast), sha256),
      cipherSuite(nativeAesCcm(fast)(16, 16), sha256),
    ],
    groups: [
      group(x25519),
      group(hybridKem('X25519MLKEM768', fastMlKem768(fast), x25519)),
      ...[p256, p384, p521].map((curve) => group(agreementKem(curve))),
    ],
    signatures: [
      ecdsaSignature(p256, sha256),
      ecdsaSignature(p384, sha384),
      ecdsaSignature(p521, sha512),
      ed25519Signature(nativeEd25519(fast)),
      rsaPssSignature(rsa, sha256),
      rsaSignature(rsa, sha256),
    ],
  };
}
