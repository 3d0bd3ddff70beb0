import type { RsaPrivateKey } from '@atoll/primitives/rsa';
import { generateRsaKey, joinRsaKeys } from '@atoll/primitives/rsa-generate';
import type { Random } from '@atoll/sim/random';

/** Keys of a usual size, of an odd one, and with primes of different lengths, the longer one first or last. */
export function rsaKeys(random: Random): RsaPrivateKey[] {
  const [usual, odd] = [generateRsaKey(1024, random), generateRsaKey(1552, random)];
  return [usual, odd, joinRsaKeys(usual, odd), joinRsaKeys(odd, usual)];
}
