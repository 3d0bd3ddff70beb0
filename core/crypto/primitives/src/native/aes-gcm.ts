import type { FastPaths } from '@atoll/device/fast';
import type { AeadAlgorithm } from '../aead.ts';
import { wrapAead } from './aead.ts';

export function nativeAes128Gcm(fast: FastPaths): AeadAlgorithm {
  return aesGcm(fast)[128];
}

export function nativeAes256Gcm(fast: FastPaths): AeadAlgorithm {
  return aesGcm(fast)[256];
}

function aesGcm(fast: FastPaths): Record<128 | 256, AeadAlgorithm> {
  return fast.native('aes-gcm', ({ stateLength, expand, seal, open, openRun, sealRun }) => {
    const length = Number(stateLength());
    const withBits = (bits: 128 | 256) => {
      const algorithm = { name: `AEAD_AES_${bits}_GCM`, nonceLength: 12, tagLength: 16 };
      const expanded = (key: Uint8Array) => {
        const state = new Uint8Array(length);
        expand(state, key);
        return state;
      };
      return wrapAead({ ...algorithm, keyLength: bits / 8 }, expanded, seal, open, {
        openRun,
        sealRun,
      });
    };
    return { 128: withBits(128), 256: withBits(256) };
  });
}
