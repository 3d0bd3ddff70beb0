import type { FastPaths } from '@atoll/device/fast';
import type { NistCurve } from '../nist.ts';
import { wrapCurve } from './curve.ts';

export function nativeP256(fast: FastPaths): NistCurve {
  return fast.native('p256', (module) => {
    module.start();
    return wrapCurve(module, 'secp256r1', 256, 32);
  });
}
