import type { FastPaths } from '@atoll/device/fast';
import { checkLength } from './check.ts';
import type { Kem } from './kem.ts';

/**
 * ML-KEM-768 in `assembly/`, for images, whose interpreter takes tens of milliseconds for the reference. No
 * branch, address or division there depends on a secret.
 */
export function fastMlKem768(fast: FastPaths): Kem {
  const { size, setup, generate, encapsulate, decapsulate } = fast.load('primitives');
  const { bytes, address } = fast.allocate(size());
  const take = ({ start, length }: Field) => bytes.slice(start, start + length);
  const wiped = <T>(result: T): T => {
    bytes.fill(0);
    return result;
  };
  return {
    name: 'MLKEM768',
    publicLength: PUBLIC_KEY.length,
    privateLength: PRIVATE_KEY.length,
    ciphertextLength: CIPHERTEXT.length,
    sharedLength: SHARED.length,
    generate(entropy) {
      setup(address);
      entropy.fill(bytes.subarray(RANDOM.start, RANDOM.start + 64));
      generate(address);
      return wiped({ privateKey: take(PRIVATE_KEY), publicKey: take(PUBLIC_KEY) });
    },
    encapsulate(publicKey, entropy) {
      if (publicKey.length !== PUBLIC_KEY.length) return undefined;
      setup(address);
      bytes.set(publicKey, PUBLIC_KEY.start);
      entropy.fill(bytes.subarray(RANDOM.start, RANDOM.start + 32));
      const isKey = encapsulate(address) !== 0;
      const result = { ciphertext: take(CIPHERTEXT), shared: take(SHARED) };
      return wiped(isKey ? result : undefined);
    },
    decapsulate(privateKey, ciphertext) {
      checkLength(privateKey, PRIVATE_KEY.length, 'the private key');
      if (ciphertext.length !== CIPHERTEXT.length) return undefined;
      setup(address);
      bytes.set(privateKey, PRIVATE_KEY.start);
      bytes.set(ciphertext, CIPHERTEXT.start);
      decapsulate(address);
      return wiped(take(SHARED));
    },
  };
}

interface Field {
  readonly start: number;
  readonly length: number;
}

/** The start of the region, as `assembly/index.ts` has it. */
const PUBLIC_KEY: Field = { start: 0, length: 1184 };
const PRIVATE_KEY: Field = { start: 1184, length: 2400 };
const CIPHERTEXT: Field = { start: 3584, length: 1088 };
const SHARED: Field = { start: 4672, length: 32 };
/** 64 bytes make keys, 32 a ciphertext. */
const RANDOM: Field = { start: 4704, length: 64 };
