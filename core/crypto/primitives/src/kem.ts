import type { Entropy } from '@atoll/device/system';
import type { Agreement, KeyPair } from './agreement.ts';

/**
 * A key encapsulation mechanism: the client sends a public key, the server answers a ciphertext, and
 * both have a secret. Every group of TLS 1.3 has this shape.
 */
export interface Kem {
  readonly name: string;
  readonly publicLength: number;
  readonly privateLength: number;
  readonly ciphertextLength: number;
  readonly sharedLength: number;
  generate(entropy: Entropy): KeyPair;
  /** `undefined` when `publicKey`, which comes from outside, is not one. */
  encapsulate(publicKey: Uint8Array, entropy: Entropy): Encapsulated | undefined;
  /**
   * The secret in `ciphertext`, which comes from outside; `undefined` when it cannot be one. ML-KEM
   * answers an unrelated secret to a forged ciphertext of the right length (FIPS 203, 6.3).
   */
  decapsulate(privateKey: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined;
}

export interface Encapsulated {
  readonly ciphertext: Uint8Array;
  readonly shared: Uint8Array;
}

/** Diffie-Hellman as a KEM: the ciphertext is the public key of a pair made for this one time. */
export function agreementKem(agreement: Agreement): Kem {
  return {
    name: agreement.name,
    publicLength: agreement.publicLength,
    privateLength: agreement.privateLength,
    ciphertextLength: agreement.publicLength,
    sharedLength: agreement.sharedLength,
    generate: (entropy) => agreement.generate(entropy),
    encapsulate(publicKey, entropy) {
      const own = agreement.generate(entropy);
      const shared = agreement.agree(own.privateKey, publicKey);
      own.privateKey.fill(0);
      return shared && { ciphertext: own.publicKey, shared };
    },
    decapsulate: (privateKey, ciphertext) => agreement.agree(privateKey, ciphertext),
  };
}

/**
 * Two KEMs side by side, secure while one of them is: keys, ciphertexts and secrets are those of `first`
 * and of `second`, one after the other. X25519MLKEM768 (draft-ietf-tls-ecdhe-mlkem, 4) has ML-KEM first.
 */
export function hybridKem(name: string, first: Kem, second: Kem): Kem {
  return {
    name,
    publicLength: first.publicLength + second.publicLength,
    privateLength: first.privateLength + second.privateLength,
    ciphertextLength: first.ciphertextLength + second.ciphertextLength,
    sharedLength: first.sharedLength + second.sharedLength,
    generate(entropy) {
      const [a, b] = [first.generate(entropy), second.generate(entropy)];
      return {
        privateKey: joinSecrets(a.privateKey, b.privateKey),
        publicKey: join(a.publicKey, b.publicKey),
      };
    },
    encapsulate(publicKey, entropy) {
      if (publicKey.length !== first.publicLength + second.publicLength) return undefined;
      const a = first.encapsulate(publicKey.subarray(0, first.publicLength), entropy);
      const b = second.encapsulate(publicKey.subarray(first.publicLength), entropy);
      if (a === undefined || b === undefined) return undefined;
      const ciphertext = join(a.ciphertext, b.ciphertext);
      return { ciphertext, shared: joinSecrets(a.shared, b.shared) };
    },
    decapsulate(privateKey, ciphertext) {
      if (ciphertext.length !== first.ciphertextLength + second.ciphertextLength) return undefined;
      const ours = privateKey.subarray(0, first.privateLength);
      const a = first.decapsulate(ours, ciphertext.subarray(0, first.ciphertextLength));
      const theirs = privateKey.subarray(first.privateLength);
      const b = second.decapsulate(theirs, ciphertext.subarray(first.ciphertextLength));
      return a && b && joinSecrets(a, b);
    },
  };
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

/** Like {@link join}, and wipes both. */
function joinSecrets(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = join(first, second);
  first.fill(0);
  second.fill(0);
  return joined;
}
