import type { CipherGCM, DecipherGCM } from 'node:crypto';
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { AeadAlgorithm } from '@atoll/primitives/aead';
import { ccmName } from '@atoll/primitives/ccm';
import { checkLength, checkMessage } from '@atoll/primitives/check';
import type { AesCcm } from '@atoll/primitives/native/aes-ccm';
import { recordRuns } from './records.ts';

export const aesCcm: AesCcm = (keyLength, tagLength) =>
  aead(ccmName(keyLength, tagLength), `aes-${8 * keyLength}-ccm`, keyLength, tagLength);

/** `cipher` is what OpenSSL calls it. */
export function aead(
  name: string,
  cipher: string,
  keyLength: number,
  tagLength: number,
): AeadAlgorithm {
  // The types know a class for each mode; what is used here they have in common.
  const mode = cipher as 'aes-128-gcm';
  const options = { authTagLength: tagLength };
  return {
    name,
    keyLength,
    nonceLength: NONCE,
    tagLength,
    withKey(given) {
      checkLength(given, keyLength, 'the key');
      const key = Uint8Array.from(given);
      return {
        seal(nonce, associated, bytes, start, end, tagStart) {
          checkLength(nonce, NONCE, 'the nonce');
          checkMessage(bytes, start, end, tagStart, tagLength);
          const sealing: CipherGCM = createCipheriv(mode, key, nonce, options);
          sealing.setAAD(associated, { plaintextLength: end - start });
          bytes.set(sealing.update(bytes.subarray(start, end)), start);
          sealing.final();
          bytes.set(sealing.getAuthTag(), tagStart);
        },
        open(nonce, associated, bytes, start, end, tagStart) {
          checkLength(nonce, NONCE, 'the nonce');
          checkMessage(bytes, start, end, tagStart, tagLength);
          const opening: DecipherGCM = createDecipheriv(mode, key, nonce, options);
          opening.setAuthTag(bytes.subarray(tagStart, tagStart + tagLength));
          opening.setAAD(associated, { plaintextLength: end - start });
          try {
            const plaintext = opening.update(bytes.subarray(start, end));
            opening.final();
            bytes.set(plaintext, start);
            return true;
          } catch {
            bytes.fill(0, start, end);
            return false;
          }
        },
        ...(tagLength === 16 && !cipher.endsWith('ccm') && { runs: recordRuns(mode, key) }),
        wipe: () => void key.fill(0),
      };
    },
  };
}

const NONCE = 12;
