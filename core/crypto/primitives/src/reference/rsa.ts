import type { Entropy } from '@atoll/device/system';
import { invert, power, toBytes, toNumber } from '../number.ts';
import type { Rsa, RsaPrivateKey } from '../rsa.ts';
import { isUsableKey } from '../rsa.ts';

/**
 * RSA on BigInt. The time of such arithmetic depends on its operands, so that the private operation
 * works on a message that was multiplied with a random number (Kocher, 1996).
 */
export const rsa: Rsa = {
  raise(key, message) {
    if (!isUsableKey(key) || message.length !== key.modulus.length) return undefined;
    const modulus = toNumber(key.modulus);
    const base = toNumber(message);
    if (base >= modulus) return undefined;
    return toBytes(power(base, toNumber(key.exponent), modulus), key.modulus.length);
  },
  raisePrivate(key, message, entropy) {
    const modulus = toNumber(key.modulus);
    const base = toNumber(message);
    if (message.length !== key.modulus.length || base >= modulus) {
      throw new RangeError('the message does not fit the RSA key');
    }
    const { factor, inverse } = blinding(modulus, entropy);
    const blinded = (base * power(factor, toNumber(key.exponent), modulus)) % modulus;
    return toBytes((chinese(key, blinded) * inverse) % modulus, key.modulus.length);
  },
};

/** RSADP with two primes (RFC 8017, 5.1.2, 2b). */
function chinese(key: RsaPrivateKey, message: bigint): bigint {
  const p = toNumber(key.prime1);
  const q = toNumber(key.prime2);
  const m1 = power(message % p, toNumber(key.exponent1), p);
  const m2 = power(message % q, toNumber(key.exponent2), q);
  const difference = (((m1 - m2) % p) + p) % p;
  return m2 + q * ((difference * toNumber(key.coefficient)) % p);
}

/** A random number modulo `modulus` and its inverse. */
function blinding(modulus: bigint, entropy: Entropy): { factor: bigint; inverse: bigint } {
  const bytes = new Uint8Array(Math.ceil(modulus.toString(16).length / 2) + 8);
  for (;;) {
    entropy.fill(bytes);
    const factor = toNumber(bytes) % modulus;
    const inverse = invert(factor, modulus);
    if (inverse !== undefined) return { factor, inverse };
  }
}
