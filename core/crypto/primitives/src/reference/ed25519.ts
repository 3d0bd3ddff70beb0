import { ed25519 as noble } from '@noble/curves/ed25519.js';
import { checkLength } from '../check.ts';
import type { Ed25519 } from '../signature.ts';

/** Ed25519 (RFC 8032, 5.1), with the strict form of verification. */
export const ed25519: Ed25519 = {
  name: 'ed25519',
  publicKey(privateKey) {
    checkLength(privateKey, 32, 'the private key');
    return noble.getPublicKey(privateKey);
  },
  sign(privateKey, message) {
    checkLength(privateKey, 32, 'the private key');
    return noble.sign(message, privateKey);
  },
  verify(publicKey, message, signature) {
    if (publicKey.length !== 32 || signature.length !== 64) return false;
    return noble.verify(signature, message, publicKey, { zip215: false });
  },
};
