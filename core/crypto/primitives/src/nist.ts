import type { Entropy } from '@atoll/device/system';
import type { Agreement } from './agreement.ts';
import type { EcdsaCurve } from './ecdsa.ts';

/** A curve of SP 800-186: for agreement and for signatures, with keys of one form. */
export interface NistCurve extends Agreement, EcdsaCurve {}

/**
 * A private key, uniform from 1 to the order - 1 (FIPS 186-5, A.2.2): what `isScalar` finds not to lie
 * there is drawn again. For the orders of these curves that happens less than once in 2^32 times.
 */
export function generateScalar(
  orderBits: number,
  isScalar: (bytes: Uint8Array) => boolean,
  entropy: Entropy,
): Uint8Array {
  const scalar = new Uint8Array(Math.ceil(orderBits / 8));
  const unused = 8 * scalar.length - orderBits;
  for (;;) {
    entropy.fill(scalar);
    scalar[0] &= 0xff >> unused;
    if (isScalar(scalar)) return scalar;
  }
}
