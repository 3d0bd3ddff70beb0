import type { KeyObject } from 'node:crypto';
import {
  constants,
  createPrivateKey,
  createPublicKey,
  privateEncrypt,
  publicEncrypt,
} from 'node:crypto';
import type { Rsa, RsaPrivateKey, RsaPublicKey } from '@atoll/primitives/rsa';
import { isUsableKey } from '@atoll/primitives/rsa';

const padding = constants.RSA_NO_PADDING;

export const rsa: Rsa = {
  raise(key, message) {
    if (!isUsableKey(key) || message.length !== key.modulus.length) return undefined;
    try {
      return Uint8Array.from(publicEncrypt({ key: publicKey(key), padding }, message));
    } catch {
      return undefined;
    }
  },
  // OpenSSL blinds by itself.
  raisePrivate(key, message) {
    return Uint8Array.from(privateEncrypt({ key: privateKey(key), padding }, message));
  },
};

function publicKey({ modulus, exponent }: RsaPublicKey): KeyObject {
  const key = { kty: 'RSA', n: text(modulus), e: text(exponent) };
  return createPublicKey({ key, format: 'jwk' });
}

function privateKey(key: RsaPrivateKey): KeyObject {
  const { modulus, exponent, privateExponent, prime1, prime2, exponent1, exponent2 } = key;
  const jwk = {
    kty: 'RSA',
    n: text(modulus),
    e: text(exponent),
    d: text(privateExponent),
    p: text(prime1),
    q: text(prime2),
    dp: text(exponent1),
    dq: text(exponent2),
    qi: text(key.coefficient),
  };
  return createPrivateKey({ key: jwk, format: 'jwk' });
}

function text(number: Uint8Array): string {
  return Buffer.from(number).toString('base64url');
}
