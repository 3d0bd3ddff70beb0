import type { Entropy } from '@atoll/device/system';
import { ecdsa } from '@atoll/primitives/ecdsa';
import type { HashAlgorithm } from '@atoll/primitives/hash';
import type { RsaPrivateKey, RsaPublicKey } from '@atoll/primitives/rsa';
import { rsaPkcs1 } from '@atoll/primitives/rsa-pkcs1';
import { rsaPss } from '@atoll/primitives/rsa-pss';
import type { Provider } from '../provider.ts';
import type { Group, Report, Test } from './vectors.ts';
import { bytesOf, isEqual, numberOf } from './vectors.ts';

type Json = Readonly<Record<string, unknown>>;

/** Verification of all schemes, and signing where the scheme leaves no choice. */
export function runSignature(provider: Provider, name: string, group: Group, report: Report): void {
  const hash = provider.hashes[String(group.sha)];
  const publicKey = group.publicKey as Json | undefined;
  if (name !== 'ed25519' && hash === undefined) {
    report.skip(`${group.sha} is not offered`, group.tests.length);
    return;
  }
  if (name === 'rsa_pkcs1_2048_sig_gen') {
    generate(provider, hash, group, report);
    return;
  }
  let verify: (test: Test) => boolean;
  if (name === 'ed25519') {
    const key = bytesOf(publicKey?.pk);
    verify = (test) => provider.ed25519.verify(key, bytesOf(test.msg), bytesOf(test.sig));
  } else if (name.startsWith('ecdsa')) {
    const scheme = ecdsa(provider.curves[String(publicKey?.curve)], hash);
    const key = bytesOf(publicKey?.uncompressed);
    verify = (test) => scheme.verify(key, bytesOf(test.msg), bytesOf(test.sig));
  } else {
    const key = rsaKey(publicKey ?? {});
    if (group.mgfSha !== undefined && group.mgfSha !== group.sha) {
      report.skip('the mask of PSS has the same hash', group.tests.length);
      return;
    }
    const scheme = name.startsWith('rsa_pss')
      ? rsaPss(provider.rsa, hash, Number(group.sLen))
      : rsaPkcs1(provider.rsa, hash);
    verify = (test) => scheme.verify(key, bytesOf(test.msg), bytesOf(test.sig));
  }
  for (const test of group.tests) report.judge(test, () => verify(test));
}

/** PKCS #1 v1.5 gives the same signature always. */
function generate(provider: Provider, hash: HashAlgorithm, group: Group, report: Report): void {
  const scheme = rsaPkcs1(provider.rsa, hash);
  const privateKey = pkcs8Key(bytesOf(group.privateKeyPkcs8));
  for (const test of group.tests) {
    const { message, signature } = { message: bytesOf(test.msg), signature: bytesOf(test.sig) };
    report.judge(test, () => isEqual(scheme.sign(privateKey, message, ones), signature));
  }
}

/** The numbers of RSAPrivateKey (RFC 8017, A.1.2), which follow those of PrivateKeyInfo. */
function pkcs8Key(der: Uint8Array): RsaPrivateKey {
  const numbers = integersOf(der).slice(2);
  const [modulus, exponent, privateExponent, prime1, prime2] = numbers;
  const [exponent1, exponent2, coefficient] = numbers.slice(5);
  return {
    modulus,
    exponent,
    privateExponent,
    prime1,
    prime2,
    exponent1,
    exponent2,
    coefficient,
  };
}

/** Every INTEGER in `der`, also within sequences and octet strings, without zeros in front. */
function integersOf(der: Uint8Array): Uint8Array[] {
  const integers: Uint8Array[] = [];
  for (let at = 0; at < der.length; ) {
    const long = der[at + 1] >= 0x80 ? der[at + 1] & 0x7f : 0;
    const start = at + 2 + long;
    const digits = der.subarray(at + 2, start);
    const length = long === 0 ? der[at + 1] : digits.reduce((sum, byte) => sum * 256 + byte, 0);
    const content = der.subarray(start, start + length);
    if (der[at] === 0x02) integers.push(content.slice(content[0] === 0 ? 1 : 0));
    else if (der[at] === 0x30 || der[at] === 0x04) integers.push(...integersOf(content));
    at = start + length;
  }
  return integers;
}

function rsaKey({ modulus, publicExponent }: Json): RsaPublicKey {
  return { modulus: numberOf(modulus), exponent: numberOf(publicExponent) };
}

/** Which blinding is used does not show. */
const ones: Entropy = { fill: (bytes) => void bytes.fill(1) };
