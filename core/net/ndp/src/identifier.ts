import type { Entropy } from '@atoll/device/system';
import { isReserved } from '@atoll/ipv6/interface-id';
import { randomBits } from './random.ts';

/**
 * Answers the lower 64 bits of our address with `prefix`, whose lower 64 bits are zero; another one for
 * each `counter` if it can, which goes up when an address turns out to be taken (DAD_Counter of RFC 7217).
 */
export type Identifier = (prefix: bigint, counter: number) => bigint;

/** An identifier that nobody can guess, for a temporary address (RFC 8981 section 3.3.1). */
export function randomIdentifier(entropy: Entropy): bigint {
  for (;;) {
    const identifier = randomBits(entropy, 64);
    if (!isReserved(identifier)) return identifier;
  }
}
