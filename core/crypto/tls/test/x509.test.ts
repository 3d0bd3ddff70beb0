import { generateKeyPairSync, sign } from 'node:crypto';
import { ed25519 } from '@atoll/primitives/reference/ed25519';
import { p256, p384 } from '@atoll/primitives/reference/nist';
import { sha256 } from '@atoll/primitives/reference/sha2';
import { Random } from '@atoll/sim/random';
import type { Certificate } from '@atoll/x509/certificate';
import { parseCertificate } from '@atoll/x509/certificate';
import { authorityExtensions, peerExtensions } from '@atoll/x509/emit-extension';
import { emitCertificate, keyIdentifier, newSerial } from '@atoll/x509/issue';
import { emitName } from '@atoll/x509/name';
import { hostPeer } from '@atoll/x509/peer-name';
import { privateProfile } from '@atoll/x509/profile';
import { emitPublicKey, parsePublicKey } from '@atoll/x509/public-key';
import { ecdsaSignature, ed25519Signature } from '@atoll/x509/signature';
import { describe, expect, it } from 'vitest';
import { ALERT } from '../src/alert.ts';
import type { Credentials, Purpose } from '../src/credentials.ts';
import { TicketKeys } from '../src/server/ticket.ts';
import { x509PeerKey, x509Signers, x509Verifier } from '../src/x509.ts';
import { connectedOf, NOW, Pair, SUITES, sessionOf } from './kit.ts';

const SIGNATURE = ed25519Signature(ed25519);
const DAY = 86_400_000;

/** Somebody with a key of their own. */
function party(name: string) {
  const seed = sha256.digest(Uint8Array.from(name, (letter) => letter.charCodeAt(0)));
  const publicKey = emitPublicKey({ kind: 'ed25519', key: ed25519.publicKey(seed) });
  const identifier = keyIdentifier(publicKey, sha256);
  return { name: emitName([['CN', name]]), seed, publicKey, identifier };
}

type Party = ReturnType<typeof party>;

function issue(subject: Party, issuer: Party, extensions: Uint8Array[], until = NOW + DAY) {
  const entropy = new Random(1);
  const contents = {
    serial: newSerial(entropy),
    issuer: issuer.name,
    subject: subject.name,
    notBefore: NOW - DAY,
    notAfter: until,
    publicKey: subject.publicKey,
    extensions,
  };
  const key = { kind: 'ed25519', seed: issuer.seed } as const;
  return emitCertificate(contents, { key, signature: SIGNATURE }, entropy);
}

function root(owner: Party): Certificate {
  const keys = { own: owner.identifier, issuer: owner.identifier };
  const parsed = parseCertificate(issue(owner, owner, authorityExtensions(keys, {})));
  if (!parsed.ok) throw new Error(parsed.error.reason);
  return parsed.value;
}

const AUTHORITY = party('authority');
const VERIFIER = x509Verifier({
  profile: privateProfile,
  roots: [root(AUTHORITY)],
  signatures: [SIGNATURE],
});

function credentials(role: Purpose, name = 'host.example', issuer = AUTHORITY, until?: number) {
  const subject = party(`${role} ${name}`);
  const keys = { own: subject.identifier, issuer: issuer.identifier };
  const names = [hostPeer(name)];
  const certificate = issue(subject, issuer, peerExtensions(keys, { names, roles: [role] }), until);
  const signers = x509Signers({ kind: 'ed25519', seed: subject.seed }, [SIGNATURE]);
  return { chain: [certificate], signers } satisfies Credentials;
}

function meet(own: Credentials, target = { serverName: 'host.example' }): Pair {
  return new Pair({ verifier: VERIFIER }, { credentials: () => [own] }, target).run();
}

it('in TLS 1.2, a scheme of ECDSA stands for its hash with any curve', () => {
  // Ours sign with the hash that is as long as the curve.
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const message = Uint8Array.of(1, 2, 3);
  const signature = sign('sha256', message, pair.privateKey);
  const parsed = parsePublicKey(pair.publicKey.export({ type: 'spki', format: 'der' }));
  if (!parsed.ok) throw new Error(parsed.error.reason);
  const signatures = [SIGNATURE, ecdsaSignature(p256, sha256), ecdsaSignature(p384, sha256)];
  const key = x509PeerKey(parsed.value, signatures);
  const [p256Sha256, p384Sha384] = [0x0403, 0x0503];
  expect(key.verify(p256Sha256, message, signature, true)).toBe(true);
  expect(key.verify(p256Sha256, message, signature)).toBe(false);
  expect(key.verify(p384Sha384, message, signature, true)).toBe(false);
  expect(key.verify(p256Sha256, Uint8Array.of(1), signature, true)).toBe(false);
});

describe('with certificates of X.509', () => {
  it('both ends know each other', () => {
    const me = credentials('client', 'me.example');
    const clients = { verifier: VERIFIER, required: true };
    const server = { clients, credentials: () => [credentials('server')] };
    const target = { serverName: 'host.example' };
    const pair = new Pair({ verifier: VERIFIER, credentials: me }, server, target).run();
    expect(connectedOf(pair.server).peerChain).toEqual(me.chain);
    expect(connectedOf(pair.client).peerChain).toEqual(credentials('server').chain);
  });

  it('a ticket ends when a certificate does', () => {
    const tickets = new TicketKeys(SUITES.aes128.aead);
    const me = credentials('client', 'me.example', AUTHORITY, NOW + 20_000);
    const clients = { verifier: VERIFIER, required: true };
    const server = { tickets, clients, credentials: () => [credentials('server')] };
    const target = { serverName: 'host.example' };
    const pair = new Pair({ verifier: VERIFIER, credentials: me }, server, target).run();
    expect(sessionOf(pair.client)?.expires).toBe(NOW + 20_000);
    const mortal = credentials('server', undefined, undefined, NOW + 30_000);
    const other = new Pair(
      { verifier: VERIFIER },
      { tickets, credentials: () => [mortal] },
      target,
    );
    expect(sessionOf(other.run().client)?.expires).toBe(NOW + 30_000);
  });

  it('what is no certificate does no harm where none is needed', () => {
    const { chain, signers } = credentials('server');
    expect(connectedOf(meet({ chain: [...chain, Uint8Array.of(1)], signers }).client)).toBeTruthy();
  });

  it.each([
    ['another name', credentials('server', 'other.example'), ALERT.BAD_CERTIFICATE],
    ['another role', credentials('client'), ALERT.UNSUPPORTED_CERTIFICATE],
    [
      'an authority that nobody trusts',
      credentials('server', undefined, party('x')),
      ALERT.UNKNOWN_CA,
    ],
    [
      'a time that is over',
      credentials('server', undefined, undefined, NOW - 1000),
      ALERT.CERTIFICATE_EXPIRED,
    ],
    [
      'nothing at all',
      { ...credentials('server'), chain: [Uint8Array.of(0x30, 0)] },
      ALERT.BAD_CERTIFICATE,
    ],
    [
      'another key',
      { ...credentials('server'), signers: credentials('server', 'x.example').signers },
      ALERT.DECRYPT_ERROR,
    ],
  ])('one for %s is refused', (_, own, alert) => {
    const pair = meet(own);
    expect(pair.client.failure).toMatchObject({ blame: 'peer', alert });
    expect(pair.server.failure).toMatchObject({ blame: 'alert', alert });
  });

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:DB8:0:0::1'],
  ])('one for %s is one for %s', (name, serverName) => {
    const own = credentials('server', name);
    const pair = meet(own, { serverName });
    expect(connectedOf(pair.client).peerChain).toEqual(own.chain);
    // Addresses are not sent (RFC 6066, 3).
    expect(connectedOf(pair.server).serverName).toBe(undefined);
    const [hello] = pair.server.events;
    expect(hello).toMatchObject({ line: expect.not.stringContaining('serverName') });
  });

  it.each([
    ['192.0.2.1', '192.0.2.2'],
    ['192.0.2.1', '192.0.2.257'],
    ['192.0.2.1', '::ffff:192.0.2.1'],
    ['2001:db8::1', '2001:db8::2'],
    ['host.example', '192.0.2.1'],
  ])('one for %s is not one for %s', (name, serverName) => {
    const pair = meet(credentials('server', name), { serverName });
    expect(pair.client.failure).toMatchObject({ blame: 'peer', alert: ALERT.BAD_CERTIFICATE });
  });

  it('a server that nobody named is not verified', () => {
    const pair = new Pair(
      { verifier: VERIFIER },
      { credentials: () => [credentials('server')] },
      {},
    );
    expect(pair.run().client.failure).toMatchObject({ blame: 'config' });
  });
});
