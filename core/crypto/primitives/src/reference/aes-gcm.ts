import { gcm } from '@noble/ciphers/aes.js';
import type { AeadAlgorithm } from '../aead.ts';
import { aeadOf } from './aead.ts';

export const aes128Gcm: AeadAlgorithm = /* @__PURE__ */ aesGcm(128);
export const aes256Gcm: AeadAlgorithm = /* @__PURE__ */ aesGcm(256);

function aesGcm(bits: 128 | 256): AeadAlgorithm {
  const algorithm = { name: `AEAD_AES_${bits}_GCM`, nonceLength: 12, tagLength: 16 };
  return aeadOf({ ...algorithm, keyLength: bits / 8 }, gcm);
}
