import { createFastPaths } from '@atoll/driver-node/fast';
import type { EcdsaCurve } from '@atoll/primitives/ecdsa';
import { agreementKem, hybridKem } from '@atoll/primitives/kem';
import { nativeAesCcm } from '@atoll/primitives/native/aes-ccm';
import { nativeAes128Gcm, nativeAes256Gcm } from '@atoll/primitives/native/aes-gcm';
import { nativeChacha20Poly1305 } from '@atoll/primitives/native/chacha20-poly1305';
import { nativeEd25519 } from '@atoll/primitives/native/ed25519';
import { nativeP256 } from '@atoll/primitives/native/p256';
import { nativeP384 } from '@atoll/primitives/native/p384';
import { nativeP521 } from '@atoll/primitives/native/p521';
import { nativeRsa } from '@atoll/primitives/native/rsa';
import { nativeSha256 } from '@atoll/primitives/native/sha256';
import { nativeSha384 } from '@atoll/primitives/native/sha384';
import { nativeSha512 } from '@atoll/primitives/native/sha512';
import { nativeX25519 } from '@atoll/primitives/native/x25519';
import { aes128Cbc, aes256Cbc } from '@atoll/primitives/reference/aes-cbc';
import { mlKem768 } from '@atoll/primitives/reference/ml-kem';
import { group } from '@atoll/tls/group';
import { cipherSuite } from '@atoll/tls/suite';
import { ecdheSuite } from '@atoll/tls/tls12/suite';
import type { Password } from '@atoll/x509/password';
import {
  ecdsaSignature,
  ed25519Signature,
  rsaPssSignature,
  rsaSignature,
} from '@atoll/x509/signature';
import { oneOf, UsageError } from '../../usage.ts';

/** The algorithms of node:crypto, and of the reference where it has none. */
const fast = createFastPaths({});
export const sha256 = nativeSha256(fast);
const sha384 = nativeSha384(fast);
const sha512 = nativeSha512(fast);
export const aes256Gcm = nativeAes256Gcm(fast);
const x25519 = agreementKem(nativeX25519(fast));
const [p384, p521] = [nativeP384(fast), nativeP521(fast)];
export const p256 = nativeP256(fast);
const rsa = nativeRsa(fast);

/** All that we have, in the order in which to prefer them; so are the others. */
export const SUITES = [
  cipherSuite(nativeAes128Gcm(fast), sha256),
  cipherSuite(aes256Gcm, sha384),
  cipherSuite(nativeChacha20Poly1305(fast), sha256),
  cipherSuite(nativeAesCcm(fast)(16, 16), sha256),
];

/** Those of TLS 1.2. */
export const SUITES12 = [
  ecdheSuite(nativeAes128Gcm(fast), sha256),
  ecdheSuite(aes256Gcm, sha384),
  ecdheSuite(nativeChacha20Poly1305(fast), sha256),
];

export const GROUPS = [
  group(hybridKem('X25519MLKEM768', mlKem768, x25519)),
  group(x25519),
  ...[p256, p384, p521].map((curve) => group(agreementKem(curve))),
];

const ecdsa = (curve: EcdsaCurve, hash: typeof sha256) => ecdsaSignature(curve, hash);

export const SIGNATURES = [
  ecdsa(p256, sha256),
  ecdsa(p384, sha384),
  ecdsa(p521, sha512),
  ed25519Signature(nativeEd25519(fast)),
  ...[sha256, sha384, sha512].map((hash) => rsaPssSignature(rsa, hash)),
  ...[sha256, sha384, sha512].map((hash) => rsaSignature(rsa, hash)),
];

/** What may stand behind the password of a private key. */
export function password(text: string): Password {
  return { text, hashes: [sha256], ciphers: [aes128Cbc, aes256Cbc] };
}

/** Those of `known` that the words `a:b` or `a,b` name, in their order; all when nothing was said. */
export function chosen<T>(
  what: string,
  words: string | undefined,
  known: readonly T[],
  nameOf: (one: T) => string,
): readonly T[] {
  if (words === undefined) return known;
  const names = known.map(nameOf);
  const list = words.split(/[:,]/).map((word) => names.indexOf(oneOf(what, word, names)));
  if (new Set(list).size < list.length)
    throw new UsageError(`a ${what} stands twice in "${words}"`);
  return list.map((index) => known[index]);
}
