import type { Entropy } from '@atoll/device/system';
import { invert, power, toBytes, toNumber } from './number.ts';
import type { RsaPrivateKey } from './rsa.ts';
import { RSA_LARGEST, RSA_SMALLEST } from './rsa.ts';

/**
 * A new RSA key with the public exponent 65537 and two probable primes (FIPS 186-5, A.1.3). For tools
 * and tests: BigInt tells by its time about its operands, so no server should do this while others can measure it.
 */
export function generateRsaKey(bits: number, entropy: Entropy): RsaPrivateKey {
  if (bits % 16 !== 0 || bits < RSA_SMALLEST || bits > RSA_LARGEST) {
    throw new RangeError(`an RSA key cannot have ${bits} bits`);
  }
  const half = bits / 2;
  const p = prime(half, entropy);
  let q = prime(half, entropy);
  while (absolute(p - q) >> BigInt(half - 100) === 0n) q = prime(half, entropy);
  // Both primes have their two highest bits, so that the product has all its bits.
  return keyOf(p, q);
}

/** The key with the primes of two that {@link generateRsaKey} made: such as no generator makes, for tests. */
export function joinRsaKeys({ prime1 }: RsaPrivateKey, { prime2 }: RsaPrivateKey): RsaPrivateKey {
  return keyOf(toNumber(prime1), toNumber(prime2));
}

function keyOf(p: bigint, q: bigint): RsaPrivateKey {
  const exponent = invert(EXPONENT, leastCommonMultiple(p - 1n, q - 1n));
  const coefficient = invert(q, p);
  if (exponent === undefined || coefficient === undefined) throw new Error('not prime');
  const bytes = (number: bigint) => toBytes(number, Math.ceil(number.toString(16).length / 2));
  return {
    modulus: bytes(p * q),
    exponent: bytes(EXPONENT),
    privateExponent: bytes(exponent),
    prime1: bytes(p),
    prime2: bytes(q),
    exponent1: bytes(exponent % (p - 1n)),
    exponent2: bytes(exponent % (q - 1n)),
    coefficient: bytes(coefficient),
  };
}

const EXPONENT = 65_537n;

/** Enough for an error below 2^-100 at 512 bits and more (FIPS 186-5, table B.1, and beyond). */
const ROUNDS = 10;

/** A probable prime of `bits` bits, the two highest set, that `EXPONENT` has an inverse for. */
function prime(bits: number, entropy: Entropy): bigint {
  const bytes = new Uint8Array(bits / 8);
  for (;;) {
    entropy.fill(bytes);
    bytes[0] |= 0xc0;
    bytes[bytes.length - 1] |= 1;
    const candidate = toNumber(bytes);
    if (SMALL_PRIMES.some((small) => candidate % small === 0n)) continue;
    if (candidate % EXPONENT === 1n || !isProbablePrime(candidate, bits, entropy)) continue;
    bytes.fill(0);
    return candidate;
  }
}

/** Miller and Rabin's test (FIPS 186-5, B.3.1) of an odd number. */
function isProbablePrime(candidate: bigint, bits: number, entropy: Entropy): boolean {
  let odd = candidate - 1n;
  let twos = 0;
  for (; (odd & 1n) === 0n; odd >>= 1n) twos++;
  const bytes = new Uint8Array(bits / 8 + 8);
  for (let round = 0; round < ROUNDS; round++) {
    entropy.fill(bytes);
    const base = 2n + (toNumber(bytes) % (candidate - 3n));
    let value = power(base, odd, candidate);
    if (value === 1n) continue;
    for (let i = 1; i < twos && value !== candidate - 1n; i++) value = (value * value) % candidate;
    if (value !== candidate - 1n) return false;
  }
  return true;
}

function leastCommonMultiple(a: bigint, b: bigint): bigint {
  let [divisor, rest] = [a, b];
  while (rest > 0n) [divisor, rest] = [rest, divisor % rest];
  return (a / divisor) * b;
}

function absolute(number: bigint): bigint {
  return number < 0n ? -number : number;
}

const SMALL_PRIMES = [3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n, 41n, 43n, 47n, 53n];
