import type { AeadAlgorithm } from '@atoll/primitives/aead';
import type { HashAlgorithm } from '@atoll/primitives/hash';
import { recordLimit } from '../suite.ts';

/** What a suite of TLS 1.2 authenticates with; EdDSA is with ECDSA (RFC 8422, 5.4). */
export type KeyKind = 'ecdsa' | 'rsa';

/** An AEAD with ECDHE, and the hash of the PRF: one cipher suite for each kind of key. */
export interface EcdheSuite {
  readonly aead: AeadAlgorithm;
  readonly hash: HashAlgorithm;
  /** How many records one key may protect. */
  readonly recordLimit: number;
  /** Bytes of the nonce that go with each record; the others come from the key block. */
  readonly explicitLength: number;
  /** The suites that IANA knows; with CCM there is none for RSA. */
  readonly codes: { readonly [Kind in KeyKind]?: number };
}

/** The suites of `aead` and `hash`; throws when IANA knows none. */
export function ecdheSuite(aead: AeadAlgorithm, hash: HashAlgorithm): EcdheSuite {
  const names = nameOfSuites(aead, hash);
  const ecdsa = ECDHE_SUITES.get(`TLS_ECDHE_ECDSA_${names}`);
  const rsa = ECDHE_SUITES.get(`TLS_ECDHE_RSA_${names}`);
  if (ecdsa === undefined) throw new Error(`there is no cipher suite ${names}`);
  return {
    aead,
    hash,
    recordLimit: recordLimit(aead.name),
    // RFC 5288, 3, and RFC 6655, 3; ChaCha20-Poly1305 needs none (RFC 7905, 2).
    explicitLength: aead.name.includes('CHACHA20') ? 0 : 8,
    codes: { ecdsa, ...(rsa !== undefined && { rsa }) },
  };
}

/** The kind of key that signs with `scheme`. */
export function kindOf(scheme: number): KeyKind {
  return RSA_SCHEMES.has(scheme) ? 'rsa' : 'ecdsa';
}

/** The suite among `suites` that has `code`. */
export function suiteOf(
  suites: readonly EcdheSuite[],
  code: number,
): { suite: EcdheSuite; kind: KeyKind } | undefined {
  for (const suite of suites) {
    for (const kind of KINDS) if (suite.codes[kind] === code) return { suite, kind };
  }
  return undefined;
}

export const KINDS = ['ecdsa', 'rsa'] as const;

function nameOfSuites(aead: AeadAlgorithm, hash: HashAlgorithm): string {
  const cipher = aead.name.replace('AEAD', 'WITH');
  // The PRF of CCM has SHA-256, and says no word of it (RFC 7251, 2).
  if (cipher.includes('CCM') && hash.name === 'SHA-256') return cipher;
  return `${cipher}_${hash.name.replace('-', '')}`;
}

/** RFC 5289, 3.2; RFC 7905, 2; RFC 7251, 2. */
export const ECDHE_SUITES: ReadonlyMap<string, number> = /* @__PURE__ */ new Map([
  ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 0xc02b],
  ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', 0xc02c],
  ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 0xc02f],
  ['TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384', 0xc030],
  ['TLS_ECDHE_ECDSA_WITH_AES_128_CCM', 0xc0ac],
  ['TLS_ECDHE_ECDSA_WITH_AES_256_CCM', 0xc0ad],
  ['TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', 0xcca8],
  ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', 0xcca9],
]);

/** PKCS#1 v1.5 and PSS with SHA-256, SHA-384 and SHA-512. */
const RSA_SCHEMES: ReadonlySet<number> = /* @__PURE__ */ new Set([
  ...[0x0401, 0x0501, 0x0601],
  ...[0x0804, 0x0805, 0x0806],
]);
