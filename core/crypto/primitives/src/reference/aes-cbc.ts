import { cbc } from '@noble/ciphers/aes.js';
import type { CbcDecryption } from '../cbc.ts';
import { checkLength } from '../check.ts';

export const aes128Cbc: CbcDecryption = /* @__PURE__ */ aesCbc('AES-128-CBC', 16);
export const aes256Cbc: CbcDecryption = /* @__PURE__ */ aesCbc('AES-256-CBC', 32);

function aesCbc(name: string, keyLength: number): CbcDecryption {
  return {
    name,
    keyLength,
    decrypt(key, iv, ciphertext) {
      checkLength(key, keyLength, 'the key');
      checkLength(iv, 16, 'the initialization vector');
      if (ciphertext.length === 0 || ciphertext.length % 16 !== 0) return undefined;
      try {
        return cbc(key, iv).decrypt(ciphertext);
      } catch {
        return undefined;
      }
    },
  };
}
