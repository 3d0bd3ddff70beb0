import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import type { AeadAlgorithm } from '../aead.ts';
import { aeadOf } from './aead.ts';

export const chacha20Poly1305: AeadAlgorithm = /* @__PURE__ */ aeadOf(
  { name: 'AEAD_CHACHA20_POLY1305', keyLength: 32, nonceLength: 12, tagLength: 16 },
  chacha20poly1305,
);
