import {
  boolean,
  element,
  integer,
  namedBits,
  octetString,
  oid,
  sequence,
  tagged,
} from '@atoll/asn1/writer';
import { ed25519 } from '@atoll/primitives/reference/ed25519';
import { sha256 } from '@atoll/primitives/reference/sha2';
import { Random } from '@atoll/sim/random';
import { lacks } from '@atoll/testbed/requirements';
import type { Certificate } from '@atoll/x509/certificate';
import { parseCertificate } from '@atoll/x509/certificate';
import { emitExtension } from '@atoll/x509/emit-extension';
import { emitGeneralName, type GeneralName } from '@atoll/x509/general-name';
import { emitCertificate, keyIdentifier, newSerial } from '@atoll/x509/issue';
import { emitName } from '@atoll/x509/name';
import { privateProfile, strictProfile, webProfile } from '@atoll/x509/profile';
import { emitPublicKey } from '@atoll/x509/public-key';
import { ed25519Signature } from '@atoll/x509/signature';
import { afterAll, describe, expect, it } from 'vitest';
import { verify } from './kit.ts';
import { OpenSsl } from './openssl.ts';

/**
 * After Brubaker and others, "Using Frankencerts", 2014: certificates put together at random from parts that
 * are fine by themselves, and signed.
 */
const CHAINS = Number(process.env.ATOLL_FUZZ ?? 120);
const SEED = Number(process.env.ATOLL_SEED ?? 1);
const HOUR = 3_600_000;
const random = new Random(SEED);
const now = Date.now();

const key = { kind: 'ed25519', seed: new Uint8Array(32).fill(1) } as const;
const signer = { key, signature: ed25519Signature(ed25519) };
const publicKey = emitPublicKey({ kind: 'ed25519', key: ed25519.publicKey(key.seed) });
const own = keyIdentifier(publicKey, sha256);

describe.skipIf(lacks('openssl'))(`certificates out of any parts (seed ${SEED})`, () => {
  const openssl = new OpenSsl();
  afterAll(() => openssl.remove());

  it(`never pass here when OpenSSL refuses them (${CHAINS} chains)`, () => {
    let passed = 0;
    for (let i = 0; i < CHAINS; i++) {
      const [root, middle] = [emitName([['CN', 'root']]), emitName([['CN', 'middle']])];
      const parts = [
        issue(middle, emitName([['CN', 'peer']]), PEER_HABITS),
        issue(root, middle, AUTHORITY_HABITS),
        issue(root, root, AUTHORITY_HABITS),
      ];
      const [peer, other, trusted] = parts.filter((part) => part !== undefined);
      if (peer === undefined || other === undefined || trusted === undefined) continue;
      const results = [privateProfile, strictProfile, webProfile].map((profile) =>
        verify(peer, [other], [trusted], { profile }),
      );
      // What stricter profiles take, the others take too.
      if (results[1] === 3) expect(results[0]).toBe(3);
      if (results[0] !== 3) continue;
      passed++;
      openssl.writePem('root.crt', 'CERTIFICATE', trusted.bytes);
      openssl.writePem('middle.crt', 'CERTIFICATE', other.bytes);
      openssl.writePem('peer.crt', 'CERTIFICATE', peer.bytes);
      const check = ['-CAfile', 'root.crt', '-untrusted', 'middle.crt', '-purpose', 'sslserver'];
      const name = ['-verify_hostname', 'gateway.example.com'];
      const { status, text } = openssl.try('verify', ...check, ...name, 'peer.crt');
      expect(status, `chain ${i}: ${text}`).toBe(0);
    }
    expect(passed).toBeGreaterThan(CHAINS / 20);
  });
});

function issue(
  issuer: Uint8Array,
  subject: Uint8Array,
  habits: readonly string[],
): Certificate | undefined {
  // Mostly what belongs there, now and then anything, or nothing.
  const extensions = Object.entries(PARTS).flatMap(([id, values]) => {
    const isHabit = habits.includes(id);
    if (!random.chance(isHabit ? 0.95 : 0.08)) return [];
    const value = random.chance(0.85)
      ? values[habits === PEER_HABITS ? 0 : values.length - 1]
      : random.pick(values);
    // OpenSSL does not understand identifiers of keys that are critical; we do.
    const criticality = CRITICAL.includes(id) ? 0.9 : IDENTIFIERS.includes(id) ? 0 : 0.05;
    return [emitExtension(id, random.chance(criticality), value)];
  });
  const contents = {
    serial: newSerial(random),
    issuer,
    subject,
    notBefore: now - HOUR,
    notAfter: now + (random.chance(0.97) ? HOUR : -1000),
    publicKey,
    extensions,
  };
  const parsed = parseCertificate(emitCertificate(contents, signer, random));
  return parsed.ok ? parsed.value : undefined;
}

const names = (...all: GeneralName[]) => sequence(...all.map(emitGeneralName));
const subtree = (value: string) => sequence(emitGeneralName({ kind: 'dns', value }));
const purposes = (...ids: string[]) => sequence(...ids.map((id) => oid(id)));

/**
 * Values of each extension: the first is one for peers, the last one for authorities. Identifiers of keys are right: they
 * are hints for us, but reasons for OpenSSL, which also does not take any purpose for every purpose.
 */
const PARTS: Readonly<Record<string, readonly Uint8Array[]>> = {
  '2.5.29.14': [octetString(own)],
  '2.5.29.15': [
    namedBits([0]),
    namedBits([0, 2]),
    namedBits([6]),
    namedBits([0, 5]),
    namedBits([5, 6]),
  ],
  '2.5.29.17': [
    names({ kind: 'dns', value: 'gateway.example.com' }),
    names(
      { kind: 'dns', value: '*.example.com' },
      { kind: 'ip', value: Uint8Array.of(10, 0, 0, 1) },
    ),
    names({ kind: 'dns', value: 'example.com' }),
    names({ kind: 'email', value: 'who@example.com' }),
  ],
  '2.5.29.19': [sequence(), sequence(boolean(true), integer(0)), sequence(boolean(true))],
  '2.5.29.30': [
    sequence(tagged(1, subtree('example.com'))),
    sequence(tagged(0, subtree('example.org'))),
    sequence(tagged(0, subtree('example.com'))),
  ],
  '2.5.29.32': [sequence(sequence(oid('1.2.3'))), sequence(sequence(oid('2.5.29.32.0')))],
  '2.5.29.35': [sequence(element(0x80, own))],
  '2.5.29.37': [
    purposes('1.3.6.1.5.5.7.3.1'),
    purposes('1.3.6.1.5.5.7.3.2'),
    purposes('1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'),
  ],
  '1.2.3.4': [integer(1)],
};
const IDENTIFIERS = ['2.5.29.14', '2.5.29.35'];
const CRITICAL = ['2.5.29.15', '2.5.29.19', '2.5.29.30'];
const PEER_HABITS = ['2.5.29.14', '2.5.29.15', '2.5.29.17', '2.5.29.35', '2.5.29.37'];
const AUTHORITY_HABITS = ['2.5.29.14', '2.5.29.15', '2.5.29.19', '2.5.29.35'];
