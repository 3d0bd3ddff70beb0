import type { FastPaths } from '@atoll/device/fast';
import type { HashAlgorithm } from '../hash.ts';
import { wrapHash } from './hash.ts';

export function nativeSha256(fast: FastPaths): HashAlgorithm {
  return fast.native('sha256', (module) => wrapHash(module, 'SHA-256', 32, 64));
}
