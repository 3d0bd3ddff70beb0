import { ed25519 } from '@atoll/primitives/reference/ed25519';
import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { describeCertificate, parseCertificate } from '../src/certificate.ts';
import { verifyChain } from '../src/chain.ts';
import { generalNameText } from '../src/general-name.ts';
import { emitRevocationList } from '../src/issue.ts';
import { parsePem } from '../src/pem.ts';
import { privateProfile, strictProfile, webProfile } from '../src/profile.ts';
import { isRevoked, parseRevocationList } from '../src/revocation-list.ts';
import { ed25519Signature } from '../src/signature.ts';
import { authority, DAY, ENTROPY, NOW, party, peer } from './kit.ts';

const INPUTS = Number(process.env.ATOLL_FUZZ ?? 3000);
const SEED = Number(process.env.ATOLL_SEED ?? 1);

const root = party('root');
const middle = party('middle');
const rootCertificate = authority(root, root, {
  permitted: [
    { kind: 'dns', value: 'example.com' },
    { kind: 'email', value: '.example.com' },
    { kind: 'ip', value: Uint8Array.of(10, 0, 0, 0, 255, 0, 0, 0) },
  ],
});
const middleCertificate = authority(middle, root, { pathLength: 0 });
const leaf = peer(party('leaf'), middle, {
  names: [
    { kind: 'dns', value: 'gateway.example.com' },
    { kind: 'email', value: 'a@b.example.com' },
    { kind: 'ip', value: Uint8Array.of(10, 0, 0, 1) },
  ],
});
const list = emitRevocationList(
  {
    issuer: root.name,
    issuerKeyIdentifier: root.keyIdentifier,
    number: 1,
    thisUpdate: NOW - DAY,
    nextUpdate: NOW + DAY,
    revoked: [{ serial: Uint8Array.of(1), time: NOW - DAY }],
  },
  root.signer,
  ENTROPY,
);

/** Takes every signature: what mutated certificates say is what is tried. */
const credulous = { ...ed25519Signature(ed25519), verify: () => true };

it(`mutated certificates give a chain or a reason (${INPUTS} inputs, seed ${SEED})`, () => {
  let parsed = 0;
  let chains = 0;
  for (let input = 0; input < INPUTS; input++) {
    const random = new Random(SEED + input);
    const damage = (bytes: Uint8Array) => (random.chance(0.5) ? bytes : mutate(random, bytes));
    const all = [leaf, middleCertificate, rootCertificate].map(({ bytes }) =>
      parseCertificate(damage(bytes)),
    );
    const lists = parseRevocationList(damage(list));
    for (const one of all)
      if (!one.ok) expect(one.error.reason).toMatch(/^certificate: .*, at byte \d+$/);
    if (!lists.ok) expect(lists.error.reason).toMatch(/^revocation list: .*, at byte \d+$/);
    if (!all[0].ok) continue;
    parsed++;
    for (const name of all[0].value.extensions.subjectAltName ?? []) generalNameText(name);
    expect(describeCertificate(all[0].value).length).toBeLessThan(500);
    const result = verifyChain(all[0].value, all[1].ok ? [all[1].value] : [], {
      profile: random.pick([privateProfile, strictProfile, webProfile]),
      roots: all[2].ok ? [all[2].value] : [],
      signatures: [credulous],
      role: 'server',
      now: NOW,
      revocationLists: lists.ok ? [lists.value] : [],
    });
    if (lists.ok) isRevoked(lists.value, all[0].value.serial);
    if (result.ok) chains++;
    else expect(result.error.reason).toContain(': ');
  }
  expect(parsed).toBeGreaterThan(INPUTS / 4);
  expect(chains).toBeGreaterThan(INPUTS / 50);
});

it(`no mutation of a signed certificate is accepted (${INPUTS / 10} inputs, seed ${SEED})`, () => {
  for (let input = 0; input < INPUTS / 10; input++) {
    const random = new Random(SEED + input);
    const bytes = mutate(random, leaf.bytes);
    const parsed = parseCertificate(bytes);
    if (!parsed.ok || bytes.every((byte, index) => byte === leaf.bytes[index])) continue;
    const result = verifyChain(parsed.value, [middleCertificate], {
      profile: privateProfile,
      roots: [rootCertificate],
      signatures: [ed25519Signature(ed25519)],
      role: 'server',
      now: NOW,
    });
    expect(result.ok).toBe(false);
  }
});

it(`PEM may be any text (${INPUTS} inputs, seed ${SEED})`, () => {
  const text = '-----BEGIN A B-----\nAAAA\nAA==\n-----END A B-----\n';
  let read = 0;
  for (let input = 0; input < INPUTS; input++) {
    const random = new Random(SEED + input);
    const bytes = mutate(random, new TextEncoder().encode(text));
    if (parsePem(String.fromCharCode(...bytes)).ok) read++;
  }
  expect(read).toBeGreaterThan(INPUTS / 50);
});
