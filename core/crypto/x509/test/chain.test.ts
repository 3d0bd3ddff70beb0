import { integer, oid, sequence } from '@atoll/asn1/writer';
import { ed25519 } from '@atoll/primitives/reference/ed25519';
import { describe, expect, it } from 'vitest';
import type { Certificate } from '../src/certificate.ts';
import type { Verification } from '../src/chain.ts';
import { verifyChain } from '../src/chain.ts';
import { emitExtension } from '../src/emit-extension.ts';
import { emitRevocationList } from '../src/issue.ts';
import {
  CERTIFICATE_POLICIES,
  INHIBIT_ANY_POLICY,
  POLICY_CONSTRAINTS,
  POLICY_MAPPINGS,
} from '../src/oid.ts';
import { privateProfile, strictProfile } from '../src/profile.ts';
import { parseRevocationList } from '../src/revocation-list.ts';
import { ed25519Signature } from '../src/signature.ts';
import { authority, DAY, ENTROPY, NOW, party, peer } from './kit.ts';

const root = party('root');
const middle = party('middle');
const gateway = party('gateway');
const rootCertificate = authority(root);
const middleCertificate = authority(middle, root);
const gatewayCertificate = peer(gateway, middle);

/** `length` and the blame and rule of the failure, or how many certificates the chain has. */
function verify(
  leaf: Certificate,
  others: readonly Certificate[],
  options: Partial<Verification> = {},
): number | string {
  const result = verifyChain(leaf, others, {
    profile: strictProfile,
    roots: [rootCertificate],
    signatures: [ed25519Signature(ed25519)],
    role: 'server',
    now: NOW,
    names: [{ kind: 'dns', value: 'gateway.example.com' }],
    ...options,
  });
  if (result.ok) return result.value.length;
  const { blame, rule, reason } = result.error;
  return `${blame}: ${rule}: ${reason.replace(/ \(serial [0-9a-f]*\)/, '')}`;
}

describe('a chain', () => {
  it('goes from the peer to a root, whatever came beside it', () => {
    const others = [
      gatewayCertificate,
      authority(party('other')),
      middleCertificate,
      rootCertificate,
    ];
    expect(verify(gatewayCertificate, others)).toBe(3);
    expect(verify(peer(gateway, root), [])).toBe(2);
  });

  it('needs issuers that are known, and that signed', () => {
    expect(verify(gatewayCertificate, [])).toBe(
      'peer: issuer: CN=gateway: its issuer is not known',
    );
    const imposter = party('middle', undefined, 2);
    expect(verify(peer(gateway, imposter), [middleCertificate])).toBe(
      'peer: signature: CN=gateway: it is not signed by the one that it names as its issuer',
    );
    expect(verify(gatewayCertificate, [middleCertificate], { signatures: [] })).toContain(
      'signature',
    );
  });

  it('is valid from the first second to the last', () => {
    const at = (now: number) => verify(gatewayCertificate, [middleCertificate], { now });
    expect(at(NOW - DAY)).toBe(3);
    expect(at(NOW - DAY - 1)).toBe('peer: validity: CN=gateway: it is not valid yet');
    expect(at(NOW + DAY + 999)).toBe(3);
    expect(at(NOW + DAY + 1000)).toBe('peer: validity: CN=gateway: it has expired');
  });

  it('blames us for our roots', () => {
    const expired = authority(root, root, {}, { notAfter: NOW - 1000 });
    expect(verify(gatewayCertificate, [middleCertificate], { roots: [expired] })).toBe(
      'config: validity: CN=root: it has expired',
    );
  });

  it('goes around what is bad', () => {
    const expired = authority(middle, root, {}, { notAfter: NOW - 1000 });
    expect(verify(gatewayCertificate, [expired, middleCertificate])).toBe(3);
    expect(verify(gatewayCertificate, [middleCertificate, expired])).toBe(3);
    expect(verify(gatewayCertificate, [expired])).toBe('peer: validity: CN=middle: it has expired');
  });

  it('is as long as its authorities and we allow', () => {
    const low = party('low');
    const leaf = peer(gateway, low);
    const others = (pathLength: number) => [
      authority(low, middle),
      authority(middle, root, { pathLength }),
    ];
    expect(verify(leaf, others(1))).toBe(4);
    expect(verify(leaf, others(0))).toBe(
      'peer: length: CN=middle: more than 0 authorities are below it',
    );
    expect(verify(leaf, others(1), { depth: 2 })).toBe(4);
    expect(verify(leaf, others(1), { depth: 1 })).toContain('too many intermediates');
  });

  it('is of authorities', () => {
    const server = peer(middle, root);
    expect(verify(gatewayCertificate, [server])).toBe(
      'peer: profile: CN=middle: it is not an authority',
    );
  });

  it('is for servers or for clients, all the way', () => {
    const client = peer(gateway, middle, { roles: ['client'] });
    expect(verify(client, [middleCertificate])).toBe(
      'peer: purpose: CN=gateway: it is not for servers',
    );
    expect(verify(client, [middleCertificate], { role: 'client' })).toBe(3);
    expect(verify(gatewayCertificate, [middleCertificate], { role: 'client' })).toBe(
      'peer: purpose: CN=gateway: it is not for clients',
    );
    const usage = emitExtension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.2')));
    const forClients = authority(middle, root, {}, { extensions: [usage] });
    expect(verify(gatewayCertificate, [forClients])).toBe(
      'peer: purpose: CN=middle: it is not for servers',
    );
  });

  it('has names that authorities permit, of a peer with the name of its issuer too', () => {
    const constrained = (value: string) => ({
      roots: [authority(root, root, { permitted: [{ kind: 'dns', value }] })],
    });
    const namesake = { ...gateway, name: root.name };
    const leaf = peer(namesake, root);
    expect(verify(leaf, [], constrained('example.com'))).toBe(2);
    expect(verify(leaf, [], constrained('example.org'))).toContain(
      'peer: name constraints: CN=root',
    );
  });

  it('may be the peer alone when we know it', () => {
    const self = authority(gateway, gateway);
    const trusted = { roots: [gatewayCertificate], profile: privateProfile };
    expect(verify(gatewayCertificate, [], trusted)).toBe(1);
    expect(verify(gatewayCertificate, [], { ...trusted, now: NOW + 2 * DAY })).toContain('expired');
    expect(verify(gatewayCertificate, [], { ...trusted, profile: strictProfile })).toContain(
      'issuer',
    );
    expect(verify(self, [], { ...trusted, roots: [self] })).toContain('may not sign handshakes');
  });
});

describe('names of peers', () => {
  const is = (dns: string, name: string) =>
    verify(peer(gateway, root, { names: [{ kind: 'dns', value: dns }] }), [], {
      profile: privateProfile,
      names: [{ kind: 'dns', value: name }],
    }) === 2;

  it.each([
    ['a.example.com', 'A.example.COM', true],
    ['A.EXAMPLE.com', 'a.example.com.', true],
    ['*.example.com', 'a.example.com', true],
    ['*.example.com', 'a.b.example.com', false],
    ['*.example.com', 'example.com', false],
    ['*.example.com', '.example.com', false],
    ['*.com', 'example.com', false],
    ['*', 'com', false],
    ['a*.example.com', 'ab.example.com', false],
    ['b.*.com', 'b.example.com', false],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example', true],
    ['192.0.2.1', '192.0.2.1', false],
    ['*.0.2.1', '192.0.2.1', false],
    ['*.example.com', '*.example.com', false],
    ['', '', false],
  ])('%s is %s: %s', (dns, name, expected) => {
    expect(is(dns, name)).toBe(expected);
  });

  it('are never the common name', () => {
    const leaf = peer(party('gateway.example.com'), root, {
      names: [{ kind: 'email', value: 'a@b.example' }],
    });
    expect(verify(leaf, [])).toBe('peer: name: CN=gateway.example.com: it is for another name');
    expect(verify(leaf, [], { names: [{ kind: 'email', value: 'a@B.example' }] })).toBe(2);
    expect(verify(leaf, [], { names: [{ kind: 'email', value: 'A@b.example' }] })).toContain(
      'name',
    );
  });

  it('may be addresses', () => {
    const value = Uint8Array.of(192, 0, 2, 1);
    const leaf = peer(gateway, root, { names: [{ kind: 'ip', value }] });
    expect(verify(leaf, [], { names: [{ kind: 'ip', value }] })).toBe(2);
    expect(
      verify(leaf, [], { names: [{ kind: 'ip', value: Uint8Array.of(192, 0, 2, 2) }] }),
    ).toContain('name');
    expect(verify(leaf, [], { names: [{ kind: 'dns', value: '192.0.2.1' }] })).toContain('name');
  });
});

describe('policies', () => {
  const policies = (...ids: string[]) =>
    emitExtension(CERTIFICATE_POLICIES, false, sequence(...ids.map((id) => sequence(oid(id)))));
  const required = emitExtension(POLICY_CONSTRAINTS, true, sequence(integer(0, 0x80)));
  const noAny = emitExtension(INHIBIT_ANY_POLICY, true, integer(0));
  const ANY = '2.5.29.32.0';
  const chain = (above: Uint8Array[], below: Uint8Array[]) =>
    verify(peer(gateway, middle, {}, { extensions: below }), [
      authority(middle, root, {}, { extensions: above }),
    ]);

  it('must go through where an authority demands one', () => {
    const failure = 'peer: policy: CN=gateway: no policy holds all the way from the root to it';
    expect(chain([policies('1.2.3')], [])).toBe(3);
    expect(chain([policies('1.2.3'), required], [])).toBe(failure);
    expect(chain([policies('1.2.3'), required], [policies('1.2.4')])).toBe(failure);
    expect(chain([policies('1.2.3'), required], [policies('1.2.4', '1.2.3')])).toBe(3);
    expect(chain([policies(ANY), required], [policies('1.2.3')])).toBe(3);
    expect(chain([policies('1.2.3'), required], [policies(ANY)])).toBe(3);
    expect(chain([policies('1.2.3'), required, noAny], [policies(ANY)])).toBe(failure);
    expect(chain([required], [policies('1.2.3')])).toBe(failure);
    expect(chain([], [required])).toBe(failure);
    const mappings = emitExtension(
      POLICY_MAPPINGS,
      false,
      sequence(sequence(oid('1.2.3'), oid('1.2.4'))),
    );
    expect(chain([policies('1.2.3'), mappings], [policies('1.2.3')])).toBe(3);
    expect(chain([policies('1.2.3'), required, mappings], [policies('1.2.3')])).toBe(failure);
    expect(chain([policies('1.2.3'), required, mappings], [policies('1.2.4')])).toBe(failure);
  });
});

describe('revocation lists', () => {
  const list = (issuer = middle, signer = issuer, serials: readonly Uint8Array[] = []) => {
    const bytes = emitRevocationList(
      {
        issuer: issuer.name,
        issuerKeyIdentifier: issuer.keyIdentifier,
        number: 7,
        thisUpdate: NOW - DAY,
        nextUpdate: NOW + DAY / 2,
        revoked: serials.map((serial) => ({ serial, time: NOW - DAY })),
      },
      signer.signer,
      ENTROPY,
    );
    const parsed = parseRevocationList(bytes);
    if (!parsed.ok) throw new Error(parsed.error.reason);
    return { revocationLists: [parsed.value] };
  };
  const check = (lists: Partial<Verification>) =>
    verify(gatewayCertificate, [middleCertificate], lists);

  it('revoke', () => {
    const { serial } = gatewayCertificate;
    expect(check(list())).toBe(3);
    expect(check(list(middle, middle, [Uint8Array.of(1)]))).toBe(3);
    expect(check(list(middle, middle, [Uint8Array.of(1), serial]))).toBe(
      'peer: revoked: CN=gateway: it was revoked',
    );
    expect(check(list(root, root, [serial]))).toBe(3);
    expect(check(list(root, root, [middleCertificate.serial]))).toBe(
      'peer: revoked: CN=middle: it was revoked',
    );
  });

  it('must be in order', () => {
    expect(check(list(middle, root))).toBe(
      'config: revocation list: CN=middle: it has not signed its revocation list',
    );
    expect(check({ ...list(), now: NOW + 0.75 * DAY })).toBe(
      'config: revocation list: CN=middle: its revocation list is out of date',
    );
    expect(check({ ...list(), now: NOW + DAY / 2 + 999 })).toBe(3);
    const both = [list(middle, root), list()].flatMap(({ revocationLists }) => revocationLists);
    expect(check({ revocationLists: both })).toBe(3);
  });
});
