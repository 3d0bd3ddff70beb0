import { constants, privateEncrypt, publicEncrypt } from 'node:crypto';
import type { Rsa } from '@atoll/primitives/rsa';
import { isUsableKey } from '@atoll/primitives/rsa';
import { privateKey, publicKey, textOf } from './key.ts';

const padding = constants.RSA_NO_PADDING;

export const rsa: Rsa = {
  raise(key, message) {
    if (!isUsableKey(key) || message.length !== key.modulus.length) return undefined;
    const jwk = { kty: 'RSA', n: textOf(key.modulus), e: textOf(key.exponent) };
    try {
      return Uint8Array.from(publicEncrypt({ key: publicKey(jwk), padding }, message));
    } catch {
      return undefined;
    }
  },
  // OpenSSL blinds by itself.
  raisePrivate(key, message) {
    const jwk = {
      kty: 'RSA',
      n: textOf(key.modulus),
      e: textOf(key.exponent),
      d: textOf(key.privateExponent),
      p: textOf(key.prime1),
      q: textOf(key.prime2),
      dp: textOf(key.exponent1),
      dq: textOf(key.exponent2),
      qi: textOf(key.coefficient),
    };
    return Uint8Array.from(privateEncrypt({ key: privateKey(jwk), padding }, message));
  },
};
