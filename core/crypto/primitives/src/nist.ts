import type { Entropy } from '@atoll/device/system';
import type { Agreement } from './agreement.ts';
import type { EcdsaCurve } from './ecdsa.ts';
import { toNumber } from './number.ts';

/** A curve of SP 800-186: for agreement and for signatures, with keys of one form. */
export interface NistCurve extends Agreement, EcdsaCurve {}

/**
 * A private key, uniform from 1 to `order - 1` (FIPS 186-5, A.2.2): what does not lie there is drawn
 * again. For the orders of these curves that happens less than once in 2^32 times.
 */
export function generateScalar(order: bigint, length: number, entropy: Entropy): Uint8Array {
  const scalar = new Uint8Array(length);
  const unused = 8 * length - order.toString(2).length;
  for (;;) {
    entropy.fill(scalar);
    scalar[0] &= 0xff >> unused;
    const value = toNumber(scalar);
    if (value > 0n && value < order) return scalar;
  }
}
