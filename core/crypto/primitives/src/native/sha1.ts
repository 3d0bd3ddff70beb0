import type { FastPaths } from '@atoll/device/fast';
import type { HashAlgorithm } from '../hash.ts';
import { wrapHash } from './hash.ts';

export function nativeSha1(fast: FastPaths): HashAlgorithm {
  return fast.native('sha1', (module) => wrapHash(module, 'SHA-1', 20, 64));
}
