import type { RsaPrivateKey } from '@atoll/primitives/rsa';
import { generateRsaKey } from '@atoll/primitives/rsa-generate';
import type { Random } from '@atoll/sim/random';

/** Keys of a usual size, of an odd one, and with primes of different lengths, the longer one first or last. */
export function rsaKeys(random: Random): RsaPrivateKey[] {
  const [usual, odd] = [generateRsaKey(1024, random), generateRsaKey(1552, random)];
  return [usual, odd, withPrimesOf(usual, odd), withPrimesOf(odd, usual)];
}

function withPrimesOf({ prime1 }: RsaPrivateKey, { prime2, exponent }: RsaPrivateKey) {
  const [p, q, e] = [prime1, prime2, exponent].map(toNumber);
  const privateExponent = invert(e, (p - 1n) * (q - 1n));
  return {
    modulus: toBytes(p * q),
    exponent,
    privateExponent: toBytes(privateExponent),
    prime1,
    prime2,
    exponent1: toBytes(privateExponent % (p - 1n)),
    exponent2: toBytes(privateExponent % (q - 1n)),
    coefficient: toBytes(invert(q % p, p)),
  };
}

/** Euclid's algorithm, for numbers without a common divisor. */
function invert(number: bigint, modulus: bigint): bigint {
  let [dividend, divisor] = [modulus, number];
  let [before, inverse] = [0n, 1n];
  while (divisor > 0n) {
    const quotient = dividend / divisor;
    [dividend, divisor] = [divisor, dividend - quotient * divisor];
    [before, inverse] = [inverse, before - quotient * inverse];
  }
  return ((before % modulus) + modulus) % modulus;
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

function toBytes(number: bigint): Uint8Array {
  const digits = number.toString(16);
  return Uint8Array.from(
    Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex'),
  );
}
