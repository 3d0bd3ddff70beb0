import type { FastPaths } from '@atoll/device/fast';
import { nativeAesCcm } from '@atoll/primitives/native/aes-ccm';
import { nativeAes128Gcm, nativeAes256Gcm } from '@atoll/primitives/native/aes-gcm';
import { nativeChacha20Poly1305 } from '@atoll/primitives/native/chacha20-poly1305';
import { nativeEd25519 } from '@atoll/primitives/native/ed25519';
import { nativeP256 } from '@atoll/primitives/native/p256';
import { nativeP384 } from '@atoll/primitives/native/p384';
import { nativeP521 } from '@atoll/primitives/native/p521';
import { nativeRsa } from '@atoll/primitives/native/rsa';
import { nativeSha1 } from '@atoll/primitives/native/sha1';
import { nativeSha256 } from '@atoll/primitives/native/sha256';
import { nativeSha384 } from '@atoll/primitives/native/sha384';
import { nativeSha512 } from '@atoll/primitives/native/sha512';
import { nativeX25519 } from '@atoll/primitives/native/x25519';
import type { Provider } from './provider.ts';

/** Everything that is native: libraries in an image, node:crypto on Node.js. */
export function nativeProvider(fast: FastPaths): Omit<Provider, 'mlKem768'> {
  return {
    hashes: {
      'SHA-1': nativeSha1(fast),
      'SHA-256': nativeSha256(fast),
      'SHA-384': nativeSha384(fast),
      'SHA-512': nativeSha512(fast),
    },
    aesGcm: { 128: nativeAes128Gcm(fast), 256: nativeAes256Gcm(fast) },
    aesCcm: nativeAesCcm(fast),
    chacha20Poly1305: nativeChacha20Poly1305(fast),
    x25519: nativeX25519(fast),
    curves: {
      secp256r1: nativeP256(fast),
      secp384r1: nativeP384(fast),
      secp521r1: nativeP521(fast),
    },
    ed25519: nativeEd25519(fast),
    rsa: nativeRsa(fast),
  };
}
