import type { FastPaths } from '@atoll/device/fast';
import type { HashAlgorithm } from '../hash.ts';
import { wrapHash } from './hash.ts';

export function nativeSha384(fast: FastPaths): HashAlgorithm {
  return fast.native('sha384', (module) => wrapHash(module, 'SHA-384', 48, 128));
}
