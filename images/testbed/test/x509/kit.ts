import { aes128Cbc, aes256Cbc } from '@atoll/primitives/reference/aes-cbc';
import { ed25519 } from '@atoll/primitives/reference/ed25519';
import { p256, p384, p521 } from '@atoll/primitives/reference/nist';
import { rsa } from '@atoll/primitives/reference/rsa';
import { sha1 } from '@atoll/primitives/reference/sha1';
import { sha256, sha384, sha512 } from '@atoll/primitives/reference/sha2';
import { expect } from '@atoll/result/result';
import type { Certificate } from '@atoll/x509/certificate';
import { parseCertificate } from '@atoll/x509/certificate';
import type { Verification } from '@atoll/x509/chain';
import { verifyChain } from '@atoll/x509/chain';
import { findPrivateKey, type PrivateKey } from '@atoll/x509/private-key';
import { privateProfile } from '@atoll/x509/profile';
import { emitPublicKey } from '@atoll/x509/public-key';
import {
  ecdsaSignature,
  ed25519Signature,
  rsaPssSignature,
  rsaSignature,
} from '@atoll/x509/signature';
import type { OpenSsl } from './openssl.ts';

/** A way to sign for each kind of key, and how OpenSSL makes one. */
export const KINDS = [
  {
    name: 'P-256',
    words: ['EC', 'ec_paramgen_curve:P-256'],
    signature: ecdsaSignature(p256, sha256),
  },
  {
    name: 'P-384',
    words: ['EC', 'ec_paramgen_curve:P-384'],
    signature: ecdsaSignature(p384, sha384),
  },
  {
    name: 'P-521',
    words: ['EC', 'ec_paramgen_curve:P-521'],
    signature: ecdsaSignature(p521, sha512),
  },
  { name: 'RSA', words: ['RSA', 'rsa_keygen_bits:2048'], signature: rsaSignature(rsa, sha256) },
  {
    name: 'RSA-PSS',
    words: ['RSA', 'rsa_keygen_bits:2048'],
    signature: rsaPssSignature(rsa, sha384),
  },
  { name: 'Ed25519', words: ['ED25519'], signature: ed25519Signature(ed25519) },
] as const;

export const SIGNATURES = KINDS.map(({ signature }) => signature);

export const PASSWORD = {
  text: 'sésame',
  hashes: [sha1, sha256, sha384, sha512],
  ciphers: [aes128Cbc, aes256Cbc],
};

/** A key that OpenSSL makes, in the file `name`. */
export function newKey(openssl: OpenSsl, words: readonly string[], name: string): PrivateKey {
  const [algorithm, option] = words;
  const options = option === undefined ? [] : ['-pkeyopt', option];
  openssl.run('genpkey', '-algorithm', algorithm, ...options, '-out', name);
  return expect(findPrivateKey(openssl.readPem(name)));
}

export function publicKeyOf(key: PrivateKey): Uint8Array {
  switch (key.kind) {
    case 'rsa':
      return emitPublicKey(key);
    case 'ed25519':
      return emitPublicKey({ kind: 'ed25519', key: ed25519.publicKey(key.seed) });
    case 'ec': {
      const curve = [p256, p384, p521].find(({ name }) => name === key.curve) ?? p256;
      return emitPublicKey({ kind: 'ec', curve: key.curve, point: curve.publicKey(key.scalar) });
    }
  }
}

export function certificatesIn(openssl: OpenSsl, name: string): Certificate[] {
  return openssl.readPem(name).map(({ bytes }) => expect(parseCertificate(bytes)));
}

/** How many certificates the chain has, or why there is none. */
export function verify(
  peer: Certificate,
  others: readonly Certificate[],
  roots: readonly Certificate[],
  options: Partial<Verification> = {},
): number | string {
  const result = verifyChain(peer, others, {
    profile: privateProfile,
    roots,
    signatures: SIGNATURES,
    role: 'server',
    now: Date.now(),
    names: [{ kind: 'dns', value: 'gateway.example.com' }],
    ...options,
  });
  return result.ok ? result.value.length : result.error.rule;
}
