import type { Aead, AeadAlgorithm } from '../aead.ts';
import { checkLength, checkMessage } from '../check.ts';

/** How a library sees one message: the tag follows the ciphertext. */
export interface OneMessage {
  encrypt(plaintext: Uint8Array): Uint8Array;
  /** Throws when the tag is wrong. */
  decrypt(ciphertext: Uint8Array): Uint8Array;
}

/** An AEAD out of a function that makes the cipher for one message. */
export function aeadOf(
  algorithm: Omit<AeadAlgorithm, 'withKey'>,
  cipher: (key: Uint8Array, nonce: Uint8Array, associated: Uint8Array) => OneMessage,
): AeadAlgorithm {
  const { keyLength, nonceLength, tagLength } = algorithm;
  return {
    ...algorithm,
    withKey(given): Aead {
      checkLength(given, keyLength, 'the key');
      const key = given.slice();
      return {
        seal(nonce, associated, bytes, start, end, tagStart) {
          checkLength(nonce, nonceLength, 'the nonce');
          checkMessage(bytes, start, end, tagStart, tagLength);
          const sealed = cipher(key, nonce, associated).encrypt(bytes.slice(start, end));
          bytes.set(sealed.subarray(0, end - start), start);
          bytes.set(sealed.subarray(end - start), tagStart);
        },
        open(nonce, associated, bytes, start, end, tagStart) {
          checkLength(nonce, nonceLength, 'the nonce');
          checkMessage(bytes, start, end, tagStart, tagLength);
          const sealed = new Uint8Array(end - start + tagLength);
          sealed.set(bytes.subarray(start, end));
          sealed.set(bytes.subarray(tagStart, tagStart + tagLength), end - start);
          try {
            bytes.set(cipher(key, nonce, associated).decrypt(sealed), start);
            return true;
          } catch {
            bytes.fill(0, start, end);
            return false;
          }
        },
        wipe: () => void key.fill(0),
      };
    },
  };
}
