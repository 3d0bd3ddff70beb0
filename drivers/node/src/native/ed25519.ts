import { sign, verify } from 'node:crypto';
import { checkLength } from '@atoll/primitives/check';
import type { Ed25519 } from '@atoll/primitives/signature';
import { edwardsForm, privateKeyOf, publicKeyOf, rawPublicKey } from './key.ts';

const FORM = edwardsForm(0x70);

export const ed25519: Ed25519 = {
  name: 'ed25519',
  publicKey(privateKey) {
    checkLength(privateKey, 32, 'the private key');
    return rawPublicKey(privateKeyOf(FORM, privateKey), 32);
  },
  sign(privateKey, message) {
    checkLength(privateKey, 32, 'the private key');
    return Uint8Array.from(sign(null, message, privateKeyOf(FORM, privateKey)));
  },
  verify(publicKey, message, signature) {
    if (publicKey.length !== 32 || signature.length !== 64) return false;
    return verify(null, message, publicKeyOf(FORM, publicKey), signature);
  },
};
