import { x25519 as noble } from '@noble/curves/ed25519.js';
import type { Agreement } from '../agreement.ts';
import { checkLength } from '../check.ts';

/** X25519 (RFC 7748). */
export const x25519: Agreement = {
  name: 'x25519',
  privateLength: 32,
  publicLength: 32,
  sharedLength: 32,
  generate(entropy) {
    const privateKey = new Uint8Array(32);
    entropy.fill(privateKey);
    return { privateKey, publicKey: noble.getPublicKey(privateKey) };
  },
  publicKey(privateKey) {
    checkLength(privateKey, 32, 'the private key');
    return noble.getPublicKey(privateKey);
  },
  agree(privateKey, peer) {
    checkLength(privateKey, 32, 'the private key');
    if (peer.length !== 32) return undefined;
    try {
      return noble.getSharedSecret(privateKey, peer);
    } catch {
      // A point of small order: the secret would be all zeros.
      return undefined;
    }
  },
};
