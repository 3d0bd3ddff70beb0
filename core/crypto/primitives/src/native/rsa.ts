import type { FastPaths } from '@atoll/device/fast';
import type { Rsa } from '../rsa.ts';
import { isUsableKey } from '../rsa.ts';

export function nativeRsa(fast: FastPaths): Rsa {
  return fast.native('rsa', (module): Rsa => {
    module.start();
    return {
      raise(key, message) {
        if (!isUsableKey(key) || message.length !== key.modulus.length) return undefined;
        const result = message.slice();
        return module.raise(key.modulus, key.exponent, result) ? result : undefined;
      },
      raisePrivate(key, message) {
        const { prime1, prime2, exponent1, exponent2, coefficient } = key;
        const result = message.slice();
        if (!module.raisePrivate(result, prime1, prime2, exponent1, exponent2, coefficient)) {
          throw new RangeError('these numbers are no RSA key');
        }
        return result;
      },
    };
  });
}
