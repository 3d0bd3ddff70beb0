import { Random } from '@atoll/sim/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes } from '../src/equal.ts';
import { hkdfExpand } from '../src/hkdf.ts';
import { HmacDrbg, RESEED_INTERVAL, SMALLEST_SEED } from '../src/hmac-drbg.ts';
import { agreementKem, hybridKem } from '../src/kem.ts';
import { pbkdf2 } from '../src/pbkdf2.ts';
import { mlKem768 } from '../src/reference/ml-kem.ts';
import { p256 } from '../src/reference/nist.ts';
import { sha256 } from '../src/reference/sha2.ts';
import { x25519 } from '../src/reference/x25519.ts';

const entropy = new Random(56);

describe('equalBytes', () => {
  it('is true for the same bytes alone', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (left, right) => {
        expect(equalBytes(left, left.slice())).toBe(true);
        expect(equalBytes(left, right)).toBe(left.join() === right.join());
      }),
    );
  });

  it('sees every byte, wherever the arrays start', () => {
    for (let length = 1; length < 12; length++) {
      for (let place = 0; place < length; place++) {
        const bytes = entropy.bytes(length);
        const other = Uint8Array.of(0, ...bytes).subarray(1);
        expect(equalBytes(bytes, other)).toBe(true);
        other[place] ^= 0x80;
        expect(equalBytes(bytes, other)).toBe(false);
      }
    }
  });
});

describe('KEMs', () => {
  const hybrid = hybridKem('X25519MLKEM768', mlKem768, agreementKem(x25519));

  it.each([mlKem768, agreementKem(x25519), agreementKem(p256), hybrid])('agree: $name', (kem) => {
    const { privateKey, publicKey } = kem.generate(entropy);
    const sent = kem.encapsulate(publicKey, entropy);
    if (sent === undefined) throw new Error('no ciphertext');
    expect(kem.decapsulate(privateKey, sent.ciphertext)).toEqual(sent.shared);
    expect([publicKey.length, privateKey.length]).toEqual([kem.publicLength, kem.privateLength]);
    expect(sent.ciphertext).toHaveLength(kem.ciphertextLength);
    expect(sent.shared).toHaveLength(kem.sharedLength);
    for (const length of [0, kem.ciphertextLength - 1, kem.ciphertextLength + 1]) {
      expect(kem.decapsulate(privateKey, new Uint8Array(length))).toBe(undefined);
    }
    for (const length of [0, kem.publicLength - 1, kem.publicLength + 1]) {
      expect(kem.encapsulate(new Uint8Array(length), entropy)).toBe(undefined);
    }
  });

  it('have the sizes of draft-ietf-tls-ecdhe-mlkem, ML-KEM first', () => {
    expect([hybrid.publicLength, hybrid.ciphertextLength, hybrid.sharedLength]).toEqual([
      1216, 1120, 64,
    ]);
    const { privateKey, publicKey } = hybrid.generate(entropy);
    expect(publicKey.slice(1184)).toEqual(x25519.publicKey(privateKey.slice(2400)));
  });

  it('refuse an all-zero X25519 share in the hybrid', () => {
    const { publicKey } = hybrid.generate(entropy);
    expect(hybrid.encapsulate(publicKey.fill(0, 1184), entropy)).toBe(undefined);
  });
});

describe('HmacDrbg', () => {
  it('answers nothing before it was seeded', () => {
    const drbg = new HmacDrbg(sha256);
    expect(() => drbg.fill(new Uint8Array(1))).toThrow('not seeded');
    expect(() => drbg.seed(new Uint8Array(SMALLEST_SEED - 1))).toThrow('48 bytes');
    drbg.seed(new Uint8Array(SMALLEST_SEED));
    drbg.fill(new Uint8Array(1));
  });

  it('gives the same for the same seed, and another for any other', () => {
    const outputs = [1, 1, 2].map((byte) => {
      const drbg = new HmacDrbg(sha256);
      drbg.seed(new Uint8Array(SMALLEST_SEED).fill(byte));
      const bytes = new Uint8Array(100_000);
      drbg.fill(bytes);
      return bytes;
    });
    expect(outputs[0]).toEqual(outputs[1]);
    expect(outputs[0]).not.toEqual(outputs[2]);
  });

  it('takes a seed from its source at the start and after every interval', () => {
    let seeds = 0;
    const drbg = new HmacDrbg(sha256, { fill: (bytes) => void bytes.fill(++seeds) });
    drbg.fill(new Uint8Array(1));
    expect(seeds).toBe(1);
    drbg.fill(new Uint8Array(RESEED_INTERVAL));
    drbg.fill(new Uint8Array(1));
    expect(seeds).toBe(2);
  });
});

describe('key derivation', () => {
  it('refuses what the standards do not allow', () => {
    expect(() => hkdfExpand(sha256, new Uint8Array(32), new Uint8Array(), 255 * 32 + 1)).toThrow();
    expect(() => pbkdf2(sha256, new Uint8Array(), new Uint8Array(), 0, 1)).toThrow('iteration');
  });
});
