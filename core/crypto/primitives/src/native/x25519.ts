import type { FastPaths } from '@atoll/device/fast';
import type { Agreement } from '../agreement.ts';

export function nativeX25519(fast: FastPaths): Agreement {
  return fast.native('x25519', (module): Agreement => {
    module.start();
    const publicKeyOf = (privateKey: Uint8Array) => {
      const publicKey = new Uint8Array(32);
      module.publicKey(privateKey, publicKey);
      return publicKey;
    };
    return {
      name: 'x25519',
      privateLength: 32,
      publicLength: 32,
      sharedLength: 32,
      generate(entropy) {
        const privateKey = new Uint8Array(32);
        entropy.fill(privateKey);
        return { privateKey, publicKey: publicKeyOf(privateKey) };
      },
      publicKey: publicKeyOf,
      agree(privateKey, peer) {
        if (peer.length !== 32) return undefined;
        const shared = new Uint8Array(32);
        return module.agree(privateKey, peer, shared) ? shared : undefined;
      },
    };
  });
}
