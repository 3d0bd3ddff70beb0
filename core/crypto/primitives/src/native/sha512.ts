import type { FastPaths } from '@atoll/device/fast';
import type { HashAlgorithm } from '../hash.ts';
import { wrapHash } from './hash.ts';

export function nativeSha512(fast: FastPaths): HashAlgorithm {
  return fast.native('sha512', (module) => wrapHash(module, 'SHA-512', 64, 128));
}
