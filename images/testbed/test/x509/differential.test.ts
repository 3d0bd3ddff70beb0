import { integer, oid, sequence } from '@atoll/asn1/writer';
import { ed25519 } from '@atoll/primitives/reference/ed25519';
import { sha256 } from '@atoll/primitives/reference/sha2';
import { expect as must } from '@atoll/result/result';
import { Random } from '@atoll/sim/random';
import { lacks } from '@atoll/testbed/requirements';
import type { Certificate } from '@atoll/x509/certificate';
import { parseCertificate } from '@atoll/x509/certificate';
import { authorityExtensions, emitExtension, peerExtensions } from '@atoll/x509/emit-extension';
import type { GeneralName } from '@atoll/x509/general-name';
import { emitCertificate, keyIdentifier, newSerial } from '@atoll/x509/issue';
import { emitName } from '@atoll/x509/name';
import { emitPublicKey } from '@atoll/x509/public-key';
import { ed25519Signature } from '@atoll/x509/signature';
import { afterAll, describe, expect, it } from 'vitest';
import { verify } from './kit.ts';
import { OpenSsl } from './openssl.ts';

const HOUR = 3_600_000;
const CHAINS = Number(process.env.ATOLL_FUZZ ?? 60);
const SEED = Number(process.env.ATOLL_SEED ?? 1);
const random = new Random(SEED);
const now = Date.now();

const key = { kind: 'ed25519', seed: new Uint8Array(32).fill(1) } as const;
const signer = { key, signature: ed25519Signature(ed25519) };
const publicKey = emitPublicKey({ kind: 'ed25519', key: ed25519.publicKey(key.seed) });
const own = keyIdentifier(publicKey, sha256);
const keys = { own, issuer: own };

function issue(
  issuer: Uint8Array,
  subject: Uint8Array,
  extensions: readonly Uint8Array[],
): Certificate {
  const validity = { notBefore: now - HOUR, notAfter: now + HOUR };
  const contents = {
    serial: newSerial(random),
    issuer,
    subject,
    publicKey,
    ...validity,
    extensions,
  };
  return must(parseCertificate(emitCertificate(contents, signer, random)));
}

const some = <T>(values: readonly T[], most: number): T[] =>
  values.filter(() => random.chance(most / values.length));

/** Random chains that OpenSSL and we have to agree about. */
describe.skipIf(lacks('openssl'))(`chains as OpenSSL sees them (seed ${SEED})`, () => {
  const openssl = new OpenSsl();
  afterAll(() => openssl.remove());

  /** Our answer and that of OpenSSL. */
  function both(
    chain: readonly Certificate[],
    ...options: readonly string[]
  ): [boolean, boolean, string] {
    const [peer, ...authorities] = chain;
    const root = authorities[authorities.length - 1];
    const others = authorities.slice(0, -1);
    openssl.writePem('root.crt', 'CERTIFICATE', root.bytes);
    openssl.writePem('others.crt', 'CERTIFICATE', ...others.map(({ bytes }) => bytes));
    openssl.writePem('peer.crt', 'CERTIFICATE', peer.bytes);
    const untrusted = others.length > 0 ? ['-untrusted', 'others.crt'] : [];
    const theirs = openssl.try(
      'verify',
      '-CAfile',
      'root.crt',
      ...untrusted,
      ...options,
      'peer.crt',
    );
    const ours = verify(peer, others, [root], { names: undefined } as object);
    return [typeof ours === 'number', theirs.status === 0, `${ours}; ${theirs.text}`];
  }

  it(`with name constraints (${CHAINS} chains)`, () => {
    let passed = 0;
    for (let i = 0; i < CHAINS; i++) {
      const constraints = () => ({ permitted: some(BASES, 3), excluded: some(BASES, 1) });
      const rootName = emitName([['CN', 'root']]);
      const middleName = emitName([
        ['O', 'Atoll'],
        ['CN', 'middle'],
      ]);
      const subject = emitName(
        random.pick([
          [['CN', 'peer']],
          [
            ['O', 'ATOLL'],
            ['CN', 'peer'],
          ],
          [['O', 'Other']],
        ]),
      );
      const names = some(NAMES, 2);
      const chain = [
        issue(middleName, subject, peerExtensions(keys, { names, roles: ['server'] })),
        issue(
          rootName,
          middleName,
          authorityExtensions(keys, random.chance(0.5) ? constraints() : {}),
        ),
        issue(
          rootName,
          rootName,
          authorityExtensions(keys, random.chance(0.3) ? {} : constraints()),
        ),
      ];
      const [ours, theirs, reason] = both(chain);
      expect(ours, `chain ${i}: ${reason}`).toBe(theirs);
      if (ours) passed++;
    }
    expect(passed).toBeGreaterThan(CHAINS / 20);
    expect(passed).toBeLessThan(CHAINS * 0.95);
  });

  it(`with policies (${CHAINS} chains)`, () => {
    let passed = 0;
    for (let i = 0; i < CHAINS; i++) {
      const levels = 2 + random.below(3);
      const name = (level: number) => emitName([['CN', `level ${level}`]]);
      const chain = Array.from({ length: levels + 1 }, (_, level) => {
        const common =
          level === 0
            ? peerExtensions(keys, { names: [], roles: ['server'] })
            : authorityExtensions(keys);
        const issuer = name(Math.min(level + 1, levels));
        return issue(issuer, name(level), [...common, ...policyExtensions()]);
      });
      const [ours, theirs, reason] = both(chain, '-policy_check', '-policy', 'anyPolicy');
      expect(ours, `chain ${i}: ${reason}`).toBe(theirs);
      if (ours) passed++;
    }
    expect(passed).toBeGreaterThan(CHAINS / 20);
    expect(passed).toBeLessThan(CHAINS * 0.95);
  });
});

function policyExtensions(): Uint8Array[] {
  const extensions: Uint8Array[] = [];
  const policies = some(['1.2.3', '1.2.4', '2.5.29.32.0'], 1.7);
  if (policies.length > 0) {
    const value = sequence(...policies.map((id) => sequence(oid(id))));
    extensions.push(emitExtension('2.5.29.32', false, value));
  }
  if (random.chance(0.4)) {
    extensions.push(emitExtension('2.5.29.36', true, sequence(integer(random.below(3), 0x80))));
  }
  if (random.chance(0.3))
    extensions.push(emitExtension('2.5.29.54', true, integer(random.below(2))));
  return extensions;
}

const dns = (value: string): GeneralName => ({ kind: 'dns', value });
const email = (value: string): GeneralName => ({ kind: 'email', value });
const uri = (value: string): GeneralName => ({ kind: 'uri', value });
const ip = (...octets: number[]): GeneralName => ({ kind: 'ip', value: Uint8Array.from(octets) });
const directory = (...attributes: [string, string][]): GeneralName => {
  const subject = emitName(attributes);
  const { subject: value } = issue(subject, subject, authorityExtensions(keys));
  return { kind: 'directory', value };
};

const NAMES = [
  dns('example.com'),
  dns('A.Example.com'),
  dns('notexample.com'),
  email('who@example.com'),
  email('who@a.example.com'),
  uri('https://example.com/path'),
  uri('https://a.example.com:8443/'),
  ip(10, 1, 2, 3),
  ip(192, 0, 2, 1),
  ip(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
  directory(['O', 'Atoll'], ['CN', 'x']),
];
const BASES = [
  dns('example.com'),
  dns('a.example.com'),
  email('who@example.com'),
  email('example.com'),
  email('.example.com'),
  uri('example.com'),
  uri('.example.com'),
  ip(10, 0, 0, 0, 255, 0, 0, 0),
  ip(0x20, 1, ...new Array<number>(14).fill(0), 255, 255, ...new Array<number>(14).fill(0)),
  directory(['O', 'atoll']),
  directory(['O', 'Atoll'], ['CN', 'middle']),
];
