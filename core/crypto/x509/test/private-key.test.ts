import { element, integer, nullValue, octetString, oid, sequence } from '@atoll/asn1/writer';
import { aes128Cbc, aes256Cbc } from '@atoll/primitives/reference/aes-cbc';
import { rsa } from '@atoll/primitives/reference/rsa';
import { sha1 } from '@atoll/primitives/reference/sha1';
import { sha256, sha384, sha512 } from '@atoll/primitives/reference/sha2';
import { generateRsaKey } from '@atoll/primitives/rsa-generate';
import { describe, expect, it } from 'vitest';
import type { PrivateKey } from '../src/private-key.ts';
import {
  decryptPrivateKey,
  emitPrivateKey,
  findPrivateKey,
  parsePrivateKey,
} from '../src/private-key.ts';
import { rsaPssSignature, rsaSignature } from '../src/signature.ts';
import { ENTROPY } from './kit.ts';

const PASSWORD = {
  text: 'secret',
  hashes: [sha1, sha256, sha384, sha512],
  ciphers: [aes128Cbc, aes256Cbc],
};
const EC = oid('1.2.840.10045.2.1');
const P256 = oid('1.2.840.10045.3.1.7');

const reason = (bytes: Uint8Array) => {
  const result = parsePrivateKey(bytes);
  return result.ok
    ? result.value.kind
    : `${result.error.blame}: ${result.error.reason.replace(/, at.*/, '')}`;
};
const pkcs8 = (algorithm: Uint8Array, key: Uint8Array) =>
  sequence(integer(0), algorithm, octetString(key));

describe('private keys', () => {
  const rsaKey: PrivateKey = { kind: 'rsa', ...generateRsaKey(1024, ENTROPY) };
  const keys: readonly PrivateKey[] = [
    rsaKey,
    { kind: 'ec', curve: 'secp256r1', scalar: new Uint8Array(32).fill(1) },
    { kind: 'ec', curve: 'secp521r1', scalar: new Uint8Array(66).fill(1) },
    { kind: 'ed25519', seed: new Uint8Array(32).fill(2) },
  ];

  it('are read as they were written', () => {
    for (const key of keys) {
      expect(parsePrivateKey(emitPrivateKey(key))).toEqual({ ok: true, value: key });
    }
  });

  it('sign in both ways of RSA', () => {
    const message = Uint8Array.of(1, 2, 3);
    for (const scheme of [rsaSignature(rsa, sha256), rsaPssSignature(rsa, sha256)]) {
      const signature = scheme.sign(rsaKey, message, ENTROPY);
      expect(scheme.verify(rsaKey, message, signature)).toBe(true);
      expect(scheme.verify(rsaKey, Uint8Array.of(1), signature)).toBe(false);
      expect(() => scheme.sign(keys[1], message, ENTROPY)).toThrow('another kind');
    }
  });

  it('have scalars below the order of their curve', () => {
    const key = (scalar: Uint8Array) =>
      reason(pkcs8(sequence(EC, P256), sequence(integer(1), octetString(scalar))));
    expect(key(new Uint8Array(32).fill(1))).toBe('ec');
    expect(key(new Uint8Array(32))).toBe('config: private key: not a private key of secp256r1');
    expect(key(new Uint8Array(32).fill(0xff))).toContain('not a private key');
    expect(key(new Uint8Array(31).fill(1))).toContain('not a private key');
  });

  it('are refused when they are of another kind', () => {
    expect(reason(pkcs8(sequence(oid('1.3.101.113')), octetString(new Uint8Array(57))))).toBe(
      'config: private key: keys of algorithm 1.3.101.113 are not supported',
    );
    const scalar = sequence(integer(1), octetString(new Uint8Array(32).fill(1)));
    expect(reason(pkcs8(sequence(EC, oid('1.3.132.0.10')), scalar))).toContain(
      'curve 1.3.132.0.10',
    );
    expect(reason(pkcs8(sequence(EC), scalar))).toContain('curve  is not supported');
    const two = sequence(
      integer(1),
      octetString(new Uint8Array(32).fill(1)),
      element(0xa0, oid('1.3.132.0.34')),
    );
    expect(reason(pkcs8(sequence(EC, P256), two))).toContain('two different curves');
    expect(
      reason(pkcs8(sequence(oid('1.2.840.113549.1.1.1'), nullValue()), sequence(integer(1)))),
    ).toContain('more than two primes');
    expect(findPrivateKey([{ label: 'CERTIFICATE', bytes: new Uint8Array(0) }])).toMatchObject({
      error: { blame: 'config', reason: 'no private key, but CERTIFICATE' },
    });
  });

  it('that are encrypted in another way say in which', () => {
    const encrypted = (algorithm: Uint8Array) => {
      const result = decryptPrivateKey(
        sequence(algorithm, octetString(new Uint8Array(16))),
        PASSWORD,
      );
      return result.ok ? 'fine' : result.error.reason;
    };
    const pbes2 = (...parts: Uint8Array[]) =>
      sequence(oid('1.2.840.113549.1.5.13'), sequence(...parts));
    const pbkdf2 = (iterations: number, prf = '1.2.840.113549.2.9') =>
      sequence(
        oid('1.2.840.113549.1.5.12'),
        sequence(
          octetString(new Uint8Array(8)),
          integer(iterations),
          sequence(oid(prf), nullValue()),
        ),
      );
    const aes = sequence(oid('2.16.840.1.101.3.4.1.42'), octetString(new Uint8Array(16)));
    expect(encrypted(sequence(oid('1.2.840.113549.1.12.1.3'), nullValue()))).toContain(
      'RC2, RC4 or 3DES',
    );
    expect(encrypted(pbes2(pbkdf2(1), aes))).toContain('the password is wrong');
    expect(encrypted(pbes2(pbkdf2(0), aes))).toContain('no iterations');
    expect(encrypted(pbes2(pbkdf2(1_000_001), aes))).toContain('INTEGER above 1000000');
    expect(encrypted(pbes2(pbkdf2(1, '1.2.840.113549.2.12'), aes))).toContain(
      'algorithm 1.2.840.113549.2.12',
    );
    const des = sequence(oid('1.2.840.113549.3.7'), octetString(new Uint8Array(8)));
    expect(encrypted(pbes2(pbkdf2(1), des))).toContain('algorithm 1.2.840.113549.3.7');
    const short = sequence(oid('2.16.840.1.101.3.4.1.42'), octetString(new Uint8Array(8)));
    expect(encrypted(pbes2(pbkdf2(1), short))).toContain('does not fit its cipher');
    const scrypt = sequence(oid('1.3.6.1.4.1.11591.4.11'), nullValue());
    expect(encrypted(pbes2(scrypt, aes))).toContain('key derivation 1.3.6.1.4.1.11591.4.11');
  });
});
