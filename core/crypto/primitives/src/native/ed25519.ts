import type { FastPaths } from '@atoll/device/fast';
import type { Ed25519 } from '../signature.ts';

export function nativeEd25519(fast: FastPaths): Ed25519 {
  return fast.native('ed25519', (module): Ed25519 => {
    return {
      name: 'ed25519',
      publicKey(privateKey) {
        const publicKey = new Uint8Array(32);
        module.publicKey(privateKey, publicKey);
        return publicKey;
      },
      sign(privateKey, message) {
        const signature = new Uint8Array(64);
        module.sign(privateKey, message, signature);
        return signature;
      },
      verify(publicKey, message, signature) {
        if (publicKey.length !== 32 || signature.length !== 64) return false;
        return Boolean(module.verify(publicKey, message, signature));
      },
    };
  });
}
