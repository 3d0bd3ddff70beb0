import { ml_kem768 as noble } from '@noble/post-quantum/ml-kem.js';
import { checkLength } from '../check.ts';
import type { Kem } from '../kem.ts';

/** ML-KEM-768 (FIPS 203). */
export const mlKem768: Kem = {
  name: 'MLKEM768',
  publicLength: 1184,
  privateLength: 2400,
  ciphertextLength: 1088,
  sharedLength: 32,
  generate(entropy) {
    const seed = new Uint8Array(64);
    entropy.fill(seed);
    const { secretKey, publicKey } = noble.keygen(seed);
    seed.fill(0);
    return { privateKey: secretKey, publicKey };
  },
  encapsulate(publicKey, entropy) {
    if (publicKey.length !== 1184) return undefined;
    const message = new Uint8Array(32);
    entropy.fill(message);
    try {
      const { cipherText, sharedSecret } = noble.encapsulate(publicKey, message);
      return { ciphertext: cipherText, shared: sharedSecret };
    } catch {
      // FIPS 203, 7.2: a coefficient is not reduced.
      return undefined;
    } finally {
      message.fill(0);
    }
  },
  decapsulate(privateKey, ciphertext) {
    checkLength(privateKey, 2400, 'the private key');
    if (ciphertext.length !== 1088) return undefined;
    return noble.decapsulate(ciphertext, privateKey);
  },
};
