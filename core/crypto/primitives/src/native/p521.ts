import type { FastPaths } from '@atoll/device/fast';
import type { NistCurve } from '../nist.ts';
import { wrapCurve } from './curve.ts';

export function nativeP521(fast: FastPaths): NistCurve {
  return fast.native('p521', (module) => wrapCurve(module, 'secp521r1', 521, 64));
}
