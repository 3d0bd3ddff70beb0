import { sha256, sha384 } from '@atoll/primitives/reference/sha2';
import { expect, it } from 'vitest';
import { exporter12, masterSecret, prf } from '../../src/tls12/prf.ts';
import { hex } from '../hex.ts';

/** The vectors that the TLS working group's list has for P_SHA256 and P_SHA384. */
it.each([
  [
    sha256,
    '9bbe436ba940f017b17652849a71db35',
    'a0ba9f936cda311827a6f796ffd5198c',
    'e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a' +
      '6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab' +
      '4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701' +
      '87347b66',
  ],
  [
    sha384,
    'b80b733d6ceefcdc71566ea48e5567df',
    'cd665cf6a8447dd6ff8b27555edb7465',
    '7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cd' +
      'e9ca0faa60be9fe34f82b1233c9146a0e534cb400fed2700884f9dc236f80edd' +
      '8bfa961144c9e8d792eca722a7b32fc3d416d473ebc2c5fd4abfdad05d918425' +
      '9b5bf8cd4d90fa0d31e2dec479e4f1a26066f2eea9a69236a3e52655c9e9aee6' +
      '91c8f3a26854308d5eaa3be85e0990703d73e56f',
  ],
])('the PRF with $name is that of everybody', (hash, secret, seed, output) => {
  const expected = hex(output);
  for (const length of [expected.length, 33, 1]) {
    expect(prf(hash, hex(secret), 'test label', [hex(seed)], length)).toEqual(
      expected.slice(0, length),
    );
  }
});

it('the extended master secret is what OpenSSL makes', () => {
  const shared = hex('9bbe436ba940f017b17652849a71db35');
  const master = masterSecret(sha256, shared, sha256.digest(new Uint8Array(0)));
  expect(master).toEqual(
    hex(
      '968118e28dac30e22dc348196a7d9f2f366bf47805b2430e' +
        '3ed36b113e0e73b62d6b3253d3f7fcef38cae6b0e5622714',
    ),
  );
});

it('an exporter tells no context from an empty one, and keeps to labels of others', () => {
  const randoms = { client: new Uint8Array(32).fill(1), server: new Uint8Array(32).fill(2) };
  const master = new Uint8Array(48).fill(3);
  const made = exporter12(sha256, master, randoms);
  const { client, server } = randoms;
  expect(made.export('EXPORTER-a', undefined, 20)).toEqual(
    prf(sha256, master, 'EXPORTER-a', [client, server], 20),
  );
  const context = Uint8Array.of(0, 2, 7, 8);
  expect(made.export('EXPORTER-a', Uint8Array.of(7, 8), 20)).toEqual(
    prf(sha256, master, 'EXPORTER-a', [client, server, context], 20),
  );
  const empty = made.export('EXPORTER-a', new Uint8Array(0), 20);
  expect(empty).not.toEqual(made.export('EXPORTER-a', undefined, 20));
  expect(() => made.export('key expansion', undefined, 20)).toThrow('label');
  expect(() => made.export('EXPORTER-a', new Uint8Array(0x10000), 20)).toThrow(RangeError);
});
