import type { FastPaths } from '@atoll/device/fast';
import type { AeadAlgorithm } from '../aead.ts';
import { wrapAead } from './aead.ts';

export function nativeChacha20Poly1305(fast: FastPaths): AeadAlgorithm {
  return fast.native('chacha20-poly1305', ({ start, seal, open, openRun, sealRun }) => {
    start();
    const lengths = { keyLength: 32, nonceLength: 12, tagLength: 16 };
    const algorithm = { name: 'AEAD_CHACHA20_POLY1305', ...lengths };
    return wrapAead(algorithm, (key) => key.slice(), seal, open, { openRun, sealRun });
  });
}
