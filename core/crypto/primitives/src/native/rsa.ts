import type { FastPaths } from '@atoll/device/fast';
import type { Rsa } from '../rsa.ts';
import { bitLength, isUsableKey } from '../rsa.ts';

export function nativeRsa(fast: FastPaths): Rsa {
  return fast.native('rsa', (module): Rsa => {
    return {
      raise(key, message) {
        if (!isUsableKey(key) || message.length !== key.modulus.length) return undefined;
        const result = message.slice();
        return module.raise(key.modulus, key.exponent, result) ? result : undefined;
      },
      raisePrivate(key, message) {
        const { modulus, prime1, prime2, exponent1, exponent2, coefficient } = key;
        const result = message.slice();
        const bits = bitLength(modulus);
        const isRaised = module.raisePrivate(
          result,
          bits,
          prime1,
          prime2,
          exponent1,
          exponent2,
          coefficient,
        );
        if (!isRaised) throw new RangeError('these numbers are no RSA key');
        return result;
      },
    };
  });
}
