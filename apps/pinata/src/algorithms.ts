import type { FastPaths } from '@atoll/device/fast';
import { agreementKem } from '@atoll/primitives/kem';
import { nativeAes128Gcm } from '@atoll/primitives/native/aes-gcm';
import { nativeChacha20Poly1305 } from '@atoll/primitives/native/chacha20-poly1305';
import { nativeEd25519 } from '@atoll/primitives/native/ed25519';
import { nativeP256 } from '@atoll/primitives/native/p256';
import { nativeRsa } from '@atoll/primitives/native/rsa';
import { nativeSha256 } from '@atoll/primitives/native/sha256';
import { group } from '@atoll/tls/group';
import { cipherSuite } from '@atoll/tls/suite';

/** All that this image can compute: one hash, two ciphers, one curve for key exchange, three kinds of keys. */
export type Algorithms = ReturnType<typeof algorithms>;

export function algorithms(fast: FastPaths) {
  const sha256 = nativeSha256(fast);
  const p256 = nativeP256(fast);
  const aead = nativeAes128Gcm(fast);
  const suites = [cipherSuite(aead, sha256), cipherSuite(nativeChacha20Poly1305(fast), sha256)];
  return {
    sha256,
    p256,
    ed25519: nativeEd25519(fast),
    rsa: nativeRsa(fast),
    aead,
    /** What every connection may be made of. */
    tls: { suites, groups: [group(agreementKem(p256))] },
  };
}
