import type { Entropy } from '@atoll/device/system';
import { equalBytes } from './equal.ts';

/** Numbers are big-endian without zeros in front, as in RFC 8017. */
export interface RsaPublicKey {
  readonly modulus: Uint8Array;
  readonly exponent: Uint8Array;
}

/** RFC 8017, A.1.2, of two primes. */
export interface RsaPrivateKey extends RsaPublicKey {
  readonly privateExponent: Uint8Array;
  readonly prime1: Uint8Array;
  readonly prime2: Uint8Array;
  /** The private exponent modulo `prime1 - 1`. */
  readonly exponent1: Uint8Array;
  /** The private exponent modulo `prime2 - 1`. */
  readonly exponent2: Uint8Array;
  /** The inverse of `prime2` modulo `prime1`. */
  readonly coefficient: Uint8Array;
}

/** RSA itself, without padding: {@link rsaPkcs1} and {@link rsaPss} stand on it. */
export interface Rsa {
  /**
   * `message` (as long as the modulus) to the power of the public exponent. `undefined` when the
   * message is not below the modulus, or the key is not {@link isUsableKey}.
   */
  raise(key: RsaPublicKey, message: Uint8Array): Uint8Array | undefined;
  /**
   * `message` to the power of the private exponent, by the Chinese remainder theorem. Blinding, where the
   * arithmetic needs it, draws from `entropy`. A message or a key that do not fit throw.
   */
  raisePrivate(key: RsaPrivateKey, message: Uint8Array, entropy: Entropy): Uint8Array;
}

/** The sizes of a modulus in bits. Below, keys are broken; beyond, a verification takes too long. */
export const RSA_SMALLEST = 1024;
export const RSA_LARGEST = 4096;

/** Whether the numbers have sizes that every provider can work with: odd, and the exponent below 2^32. */
export function isUsableKey({ modulus, exponent }: RsaPublicKey): boolean {
  const bits = bitLength(modulus);
  return (
    bits >= RSA_SMALLEST &&
    bits <= RSA_LARGEST &&
    (modulus[modulus.length - 1] & 1) === 1 &&
    exponent.length >= 1 &&
    exponent.length <= 4 &&
    exponent[0] !== 0 &&
    (exponent[exponent.length - 1] & 1) === 1 &&
    !(exponent.length === 1 && exponent[0] === 1)
  );
}

/** The bits of a number without zeros in front; 0 for what has some. */
export function bitLength(number: Uint8Array): number {
  return number.length === 0 || number[0] === 0
    ? 0
    : 8 * number.length - Math.clz32(number[0]) + 24;
}

/**
 * {@link Rsa.raisePrivate}, and the proof that it went right: one fault of the processor during it
 * would give the factors away (Boneh, DeMillo and Lipton, 1997). Throws instead.
 */
export function raiseChecked(
  rsa: Rsa,
  key: RsaPrivateKey,
  message: Uint8Array,
  entropy: Entropy,
): Uint8Array {
  if (!isUsableKey(key)) throw new RangeError('an RSA key of this size cannot be used');
  const result = rsa.raisePrivate(key, message, entropy);
  const back = rsa.raise(key, result);
  if (back === undefined || !equalBytes(back, message)) {
    throw new Error('the parts of the RSA key do not belong together, or the processor failed');
  }
  return result;
}
