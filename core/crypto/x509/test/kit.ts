import { ed25519 } from '@atoll/primitives/reference/ed25519';
import { sha256 } from '@atoll/primitives/reference/sha2';
import { Random } from '@atoll/sim/random';
import type { Certificate } from '../src/certificate.ts';
import { parseCertificate } from '../src/certificate.ts';
import type { AuthorityTerms, PeerTerms } from '../src/emit-extension.ts';
import { authorityExtensions, peerExtensions } from '../src/emit-extension.ts';
import type { Signer } from '../src/issue.ts';
import { emitCertificate, keyIdentifier, newSerial } from '../src/issue.ts';
import { emitName } from '../src/name.ts';
import { emitPublicKey } from '../src/public-key.ts';
import { ed25519Signature } from '../src/signature.ts';

/** Somebody with a name and a key. */
export interface Party {
  readonly name: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly keyIdentifier: Uint8Array;
  readonly signer: Signer;
}

export const NOW = Date.UTC(2026, 0, 15);
export const DAY = 86_400_000;
export const ENTROPY = new Random(5280);

export function party(name: string, signature = ed25519Signature(ed25519), number = 1): Party {
  const seed = sha256.digest(new TextEncoder().encode(`${name} ${number}`));
  const publicKey = emitPublicKey({ kind: 'ed25519', key: ed25519.publicKey(seed) });
  return {
    name: emitName(name === '' ? [] : [['CN', name]]),
    publicKey,
    keyIdentifier: keyIdentifier(publicKey, sha256),
    signer: { key: { kind: 'ed25519', seed }, signature },
  };
}

/** What differs from an ordinary certificate. */
export interface Oddities {
  readonly extensions?: readonly Uint8Array[];
  readonly serial?: Uint8Array;
  readonly notBefore?: number;
  readonly notAfter?: number;
}

export function authority(
  subject: Party,
  issuer: Party = subject,
  terms: AuthorityTerms = {},
  oddities: Oddities = {},
): Certificate {
  const keys = { own: subject.keyIdentifier, issuer: issuer.keyIdentifier };
  return certificate(subject, issuer, authorityExtensions(keys, terms), oddities);
}

export function peer(
  subject: Party,
  issuer: Party,
  terms: Partial<PeerTerms> = {},
  oddities: Oddities = {},
): Certificate {
  const keys = { own: subject.keyIdentifier, issuer: issuer.keyIdentifier };
  const names = [{ kind: 'dns', value: 'gateway.example.com' } as const];
  const all = { names, roles: ['server'] as const, ...terms };
  return certificate(subject, issuer, peerExtensions(keys, all), oddities);
}

function certificate(
  subject: Party,
  issuer: Party,
  extensions: readonly Uint8Array[],
  oddities: Oddities,
): Certificate {
  const contents = {
    serial: oddities.serial ?? newSerial(ENTROPY),
    issuer: issuer.name,
    subject: subject.name,
    notBefore: oddities.notBefore ?? NOW - DAY,
    notAfter: oddities.notAfter ?? NOW + DAY,
    publicKey: subject.publicKey,
    extensions: [...extensions, ...(oddities.extensions ?? [])],
  };
  const parsed = parseCertificate(emitCertificate(contents, issuer.signer, ENTROPY));
  if (!parsed.ok) throw new Error(parsed.error.reason);
  return parsed.value;
}
