import { Random } from '@atoll/sim/random';
import { beforeAll, describe, expect, it } from 'vitest';
import { rsa } from '../src/reference/rsa.ts';
import { sha1 } from '../src/reference/sha1.ts';
import { sha256, sha384, sha512 } from '../src/reference/sha2.ts';
import type { RsaPrivateKey } from '../src/rsa.ts';
import { bitLength } from '../src/rsa.ts';
import { generateRsaKey } from '../src/rsa-generate.ts';
import { rsaPkcs1 } from '../src/rsa-pkcs1.ts';
import { rsaPss } from '../src/rsa-pss.ts';

describe('RSA', () => {
  const entropy = new Random(8017);
  let key: RsaPrivateKey;
  beforeAll(() => {
    key = generateRsaKey(1024, entropy);
  });

  const schemes = [sha1, sha256, sha384, sha512].flatMap((hash) => [
    rsaPkcs1(rsa, hash),
    rsaPss(rsa, hash, 20),
    rsaPss(rsa, hash, 0),
  ]);

  it('makes keys of the length asked for', () => {
    expect(bitLength(key.modulus)).toBe(1024);
    expect(() => generateRsaKey(512, entropy)).toThrow('512 bits');
  });

  it('verifies what it signed, and nothing else', () => {
    for (const scheme of schemes) {
      const message = entropy.bytes(entropy.below(100));
      const signature = scheme.sign(key, message, entropy);
      expect(scheme.verify(key, message, signature)).toBe(true);
      expect(scheme.verify(key, Uint8Array.of(...message, 0), signature)).toBe(false);
      for (let i = 0; i < 20; i++) {
        const damaged = signature.slice();
        damaged[entropy.below(damaged.length)] ^= 1 << entropy.below(8);
        expect(scheme.verify(key, message, damaged)).toBe(false);
      }
      expect(scheme.verify(key, message, signature.subarray(1))).toBe(false);
      expect(scheme.verify(key, message, key.modulus)).toBe(false);
    }
  });

  it('accepts PSS with the salt that was agreed on only', () => {
    const message = entropy.bytes(10);
    const signature = rsaPss(rsa, sha256, 20).sign(key, message, entropy);
    expect(rsaPss(rsa, sha256, 32).verify(key, message, signature)).toBe(false);
    expect(rsaPss(rsa, sha384, 20).verify(key, message, signature)).toBe(false);
  });

  it('draws another salt each time, and needs none for PKCS #1', () => {
    const message = entropy.bytes(10);
    const twice = (scheme: (typeof schemes)[number]) =>
      [0, 1].map(() => scheme.sign(key, message, entropy).join());
    expect(new Set(twice(rsaPss(rsa, sha256))).size).toBe(2);
    expect(new Set(twice(rsaPkcs1(rsa, sha256))).size).toBe(1);
  });

  it('gives no signature when a part of the key is wrong, which would tell the factors', () => {
    for (const part of ['exponent1', 'exponent2', 'coefficient'] as const) {
      const damaged = key[part].slice();
      damaged[damaged.length - 1] ^= 2;
      const faulty = { ...key, [part]: damaged };
      expect(() => rsaPkcs1(rsa, sha256).sign(faulty, entropy.bytes(3), entropy)).toThrow(
        'do not belong together',
      );
    }
  });

  it('refuses keys that are too short, too long, even, or without an exponent', () => {
    const message = entropy.bytes(3);
    const scheme = rsaPkcs1(rsa, sha256);
    const signature = scheme.sign(key, message, entropy);
    for (const modulus of [key.modulus.subarray(1), new Uint8Array(513).fill(255)]) {
      const other = { modulus, exponent: key.exponent };
      expect(scheme.verify(other, message, new Uint8Array(modulus.length))).toBe(false);
    }
    for (const exponent of [[], [0], [1], [2], [1, 0, 0, 0, 1]]) {
      const other = { modulus: key.modulus, exponent: Uint8Array.from(exponent) };
      expect(scheme.verify(other, message, signature)).toBe(false);
    }
  });

  it('does not encode a digest that the key has no room for', () => {
    expect(() => rsaPss(rsa, sha512, 64).sign(key, new Uint8Array(1), entropy)).toThrow(
      'too short',
    );
  });
});
