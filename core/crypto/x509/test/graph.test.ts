import { oid, sequence } from '@atoll/asn1/writer';
import { ed25519 } from '@atoll/primitives/reference/ed25519';
import { sha256 } from '@atoll/primitives/reference/sha2';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Certificate } from '../src/certificate.ts';
import { verifyChain } from '../src/chain.ts';
import { emitExtension } from '../src/emit-extension.ts';
import { CLIENT_AUTH, EXTENDED_KEY_USAGE } from '../src/oid.ts';
import { strictProfile } from '../src/profile.ts';
import type { CertificateSignature } from '../src/signature.ts';
import { ed25519Signature } from '../src/signature.ts';
import { authority, DAY, NOW, type Party, party, peer } from './kit.ts';

/** Most signatures that one verification checks; `docs/limits.md`. */
const MOST_CHECKS = 100;

/** Looks like Ed25519, costs a hash, and counts. Anybody could forge it, but nobody here does. */
class CountingSignature implements CertificateSignature {
  readonly name = 'counting';
  readonly identifier = ed25519Signature(ed25519).identifier;
  checks = 0;

  fits(key: { readonly kind: string }): boolean {
    return key.kind === 'ed25519';
  }

  verify: CertificateSignature['verify'] = (key, message, signature) => {
    this.checks++;
    if (key.kind !== 'ed25519') return false;
    return sign(key.key, message).every((byte, index) => byte === signature[index]);
  };

  sign: CertificateSignature['sign'] = (key, message) => {
    if (key.kind !== 'ed25519') throw new RangeError(key.kind);
    return sign(publicKeyOf(key.seed), message);
  };
}

function sign(publicKey: Uint8Array, message: Uint8Array): Uint8Array {
  return sha256.create().update(publicKey).update(message).digest();
}

/** By the seeds: of the few parties that there are. */
const publicKeys = new Map<Uint8Array, Uint8Array>();

function publicKeyOf(seed: Uint8Array): Uint8Array {
  const publicKey = publicKeys.get(seed) ?? ed25519.publicKey(seed);
  publicKeys.set(seed, publicKey);
  return publicKey;
}

const counting = new CountingSignature();

function verify(leaf: Certificate, others: readonly Certificate[], roots: readonly Certificate[]) {
  counting.checks = 0;
  const result = verifyChain(leaf, others, {
    profile: strictProfile,
    roots,
    signatures: [counting],
    role: 'server',
    now: NOW,
    names: [{ kind: 'dns', value: 'gateway.example.com' }],
  });
  expect(counting.checks).toBeLessThanOrEqual(MOST_CHECKS);
  return result;
}

const parties = Array.from({ length: 8 }, (_, number) => party(`authority ${number}`, counting));
const leafParty = party('gateway.example.com', counting);

/** What makes a certificate useless as an authority's, whatever stands above and below it. */
const FAULTS: Record<string, (subject: Party, issuer: Party) => Certificate> = {
  expired: (subject, issuer) => authority(subject, issuer, {}, { notAfter: NOW - DAY / 2 }),
  early: (subject, issuer) => authority(subject, issuer, {}, { notBefore: NOW + DAY / 2 }),
  'no authority': (subject, issuer) => peer(subject, issuer),
  'for clients': (subject, issuer) => {
    const clients = emitExtension(EXTENDED_KEY_USAGE, false, sequence(oid(CLIENT_AUTH)));
    return authority(subject, issuer, {}, { extensions: [clients] });
  },
  'for others': (subject, issuer) => {
    const permitted = [{ kind: 'dns', value: 'example.org' } as const];
    return authority(subject, issuer, { permitted });
  },
  'not for this one': (subject, issuer) => {
    const excluded = [{ kind: 'dns', value: 'example.com' } as const];
    return authority(subject, issuer, { excluded });
  },
  'critical and unknown': (subject, issuer) => {
    const unknown = emitExtension('1.2.3.4', true, sequence());
    return authority(subject, issuer, {}, { extensions: [unknown] });
  },
  'signed by another': (subject, issuer) =>
    authority(subject, { ...issuer, signer: party('somebody else', counting).signer }),
};

/** An edge is a certificate: who signs whom, and what is wrong with it. */
const edge = fc.record({
  subject: fc.nat(7),
  issuer: fc.nat(7),
  fault: fc.option(fc.constantFrom(...Object.keys(FAULTS)), { nil: undefined }),
});

describe('graphs of authorities', () => {
  it('give a chain exactly when a simple path exists', () => {
    fc.assert(
      fc.property(
        fc.array(edge, { maxLength: 24 }),
        fc.shuffledSubarray([0, 1, 2]),
        (edges, trusted) => {
          const others = edges.map(({ subject, issuer, fault }) =>
            (fault === undefined ? authority : FAULTS[fault])(parties[subject], parties[issuer]),
          );
          const roots = trusted.map((number) => authority(parties[number]));
          const leaf = peer(leafParty, parties[7]);
          const result = verify(leaf, others, roots);
          const reached = reachable(edges.filter(({ fault }) => fault === undefined));
          const exists = trusted.some((number) => reached.has(number));
          expect(result.ok, result.ok ? '' : result.error.reason).toBe(exists);
          if (!result.ok) return;
          const chain = result.value;
          expect(chain[0]).toBe(leaf);
          expect(roots).toContain(chain[chain.length - 1]);
          for (let i = 0; i + 1 < chain.length; i++) {
            expect(chain[i].issuer.key).toBe(chain[i + 1].subject.key);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('that branch everywhere end the search', () => {
    // Each layer of four is signed by all of the next: 4^8 paths, none of which ends at a root.
    const layers = Array.from({ length: 8 }, (_, layer) =>
      Array.from({ length: 4 }, (_, key) => party(`layer ${layer}`, counting, key)),
    );
    const others = layers.flatMap((layer, index) =>
      (layers[index + 1] ?? layers[0]).flatMap((issuer) =>
        layer.map((subject) => authority(subject, issuer)),
      ),
    );
    const leaf = peer(leafParty, layers[0][0]);
    const result = verify(leaf, others, [authority(party('root', counting))]);
    expect(result).toMatchObject({ ok: false, error: { rule: 'effort', blame: 'peer' } });
  });

  it('with thousands of candidates of one name find the one that the key identifier names', () => {
    const root = party('root', counting);
    const wanted = party('issuer', counting, 1234);
    const others = Array.from({ length: 3000 }, (_, key) =>
      authority(key === 1234 ? wanted : party('issuer', counting, key), root),
    );
    const leaf = peer(leafParty, wanted);
    expect(verify(leaf, others, [authority(root)]).ok).toBe(true);
    expect(counting.checks).toBe(2);
  });

  it('with thousands of candidates that all look right are given up', () => {
    const root = party('root', counting);
    const wanted = party('issuer', counting, -1);
    const others = Array.from({ length: 3000 }, (_, key) => {
      const { keyIdentifier } = wanted;
      return authority({ ...party('issuer', counting, key), keyIdentifier }, root);
    });
    const result = verify(peer(leafParty, wanted), others, [authority(root)]);
    expect(result).toMatchObject({ ok: false, error: { rule: 'effort' } });
    expect(counting.checks).toBe(MOST_CHECKS);
  });

  it('with a key that replaces another may be long, to a limit', () => {
    const root = party('root', counting);
    const keys = Array.from({ length: 40 }, (_, key) => party('authority', counting, key));
    const chain = (length: number) => {
      const below = keys.slice(0, length);
      const others = below.map((key, index) => authority(key, below[index + 1] ?? root));
      return verify(peer(leafParty, keys[0]), others, [authority(root)]);
    };
    expect(chain(30).ok).toBe(true);
    expect(chain(32).ok).toBe(false);
  });
});

/** The authorities that a walk from number 7, up to eight intermediates long, arrives at. */
function reachable(edges: readonly { subject: number; issuer: number }[]): Set<number> {
  const reached = new Set([7]);
  for (let round = 0; round < 8; round++) {
    for (const { subject, issuer } of edges) if (reached.has(subject)) reached.add(issuer);
  }
  return reached;
}
