import type { FastPaths } from '@atoll/device/fast';
import type { NistCurve } from '../nist.ts';
import { wrapCurve } from './curve.ts';

export function nativeP384(fast: FastPaths): NistCurve {
  return fast.native('p384', (module) => wrapCurve(module, 'secp384r1', 384, 48));
}
