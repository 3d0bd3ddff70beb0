import { sign, verify } from 'node:crypto';
import { checkLength } from '@atoll/primitives/check';
import type { Ed25519 } from '@atoll/primitives/signature';
import { okpPrivateKey, okpPublicKey, okpRawPublicKey } from './key.ts';

export const ed25519: Ed25519 = {
  name: 'ed25519',
  publicKey(privateKey) {
    checkLength(privateKey, 32, 'the private key');
    return okpRawPublicKey(okpPrivateKey('Ed25519', privateKey));
  },
  sign(privateKey, message) {
    checkLength(privateKey, 32, 'the private key');
    return Uint8Array.from(sign(null, message, okpPrivateKey('Ed25519', privateKey)));
  },
  verify(publicKey, message, signature) {
    if (publicKey.length !== 32 || signature.length !== 64) return false;
    return verify(null, message, okpPublicKey('Ed25519', publicKey), signature);
  },
};
