import type { FastPaths } from '@atoll/device/fast';
import { agreementKem } from '@atoll/primitives/kem';
import { nativeAes128Gcm } from '@atoll/primitives/native/aes-gcm';
import { nativeP256 } from '@atoll/primitives/native/p256';
import { nativeRsa } from '@atoll/primitives/native/rsa';
import { nativeSha256 } from '@atoll/primitives/native/sha256';
import { group } from '@atoll/tls/group';
import { cipherSuite } from '@atoll/tls/suite';

/** All that this image can compute: one hash, one cipher, one curve for key exchange, two kinds of keys. */
export type Algorithms = ReturnType<typeof algorithms>;

export function algorithms(fast: FastPaths) {
  const sha256 = nativeSha256(fast);
  const p256 = nativeP256(fast);
  const aead = nativeAes128Gcm(fast);
  return {
    sha256,
    p256,
    aead,
    rsa: () => nativeRsa(fast),
    /** What every connection may be made of. */
    tls: { suites: [cipherSuite(aead, sha256)], groups: [group(agreementKem(p256))] },
  };
}
