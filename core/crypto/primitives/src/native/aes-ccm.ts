import type { FastPaths } from '@atoll/device/fast';
import type { AeadAlgorithm } from '../aead.ts';
import { ccmName } from '../ccm.ts';
import { wrapAead } from './aead.ts';

/** AES-CCM with nonces of 12 bytes. */
export type AesCcm = (keyLength: 16 | 32, tagLength: 16 | 8) => AeadAlgorithm;

export function nativeAesCcm(fast: FastPaths): AesCcm {
  return fast.native('aes-ccm', ({ stateLength, expand, seal, open }): AesCcm => {
    const length = Number(stateLength());
    const expanded = (key: Uint8Array) => {
      const state = new Uint8Array(length);
      expand(state, key);
      return state;
    };
    return (keyLength, tagLength) =>
      wrapAead(
        { name: ccmName(keyLength, tagLength), keyLength, nonceLength: 12, tagLength },
        expanded,
        (...message) => seal(...message, tagLength),
        (...message) => open(...message, tagLength),
      );
  });
}
