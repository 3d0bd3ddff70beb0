import { compareBytes } from '@atoll/asn1/reader';
import { decodeLatin1 } from '@atoll/bytes/latin1';
import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';
import type { Certificate } from '@atoll/x509/certificate';
import { describeCertificate, parseCertificate } from '@atoll/x509/certificate';
import { verifyChain } from '@atoll/x509/chain';
import { parsePem } from '@atoll/x509/pem';
import { privateProfile } from '@atoll/x509/profile';
import type { CertificateSignature } from '@atoll/x509/signature';

/** What was ordered. */
export interface Ordered {
  readonly names: readonly string[];
  /** The SubjectPublicKeyInfo of our key, in DER. */
  readonly publicKey: Uint8Array;
}

/** The certificates of a chain (RFC 8555, 7.4.2), ours first. */
export function parseChain(body: Uint8Array): Result<Certificate[]> {
  if (body.length > LONGEST) return malformed(`a chain of more than ${LONGEST} bytes`);
  const blocks = parsePem(decodeLatin1(body));
  if (!blocks.ok) return blocks;
  if (blocks.value.some(({ label }) => label !== 'CERTIFICATE')) {
    return malformed('a chain with something else in it');
  }
  return parseCertificates(blocks.value.map(({ bytes }) => bytes));
}

export function parseCertificates(chain: readonly Uint8Array[]): Result<Certificate[]> {
  if (chain.length === 0 || chain.length > MOST) return malformed(`not 1 to ${MOST} certificates`);
  const certificates: Certificate[] = [];
  for (const bytes of chain) {
    const parsed = parseCertificate(bytes);
    if (!parsed.ok) return parsed;
    certificates.push(parsed.value);
  }
  return ok(certificates);
}

/**
 * Whether `chain` is what was ordered: our key, all our names, in its time at `wall`, and each certificate signed by
 * the next one. Whom the last one belongs to is not for us to judge: our clients do.
 */
export function checkChain(
  chain: readonly Certificate[],
  { names, publicKey }: Ordered,
  signatures: readonly CertificateSignature[],
  wall: number,
): Result<undefined> {
  const [own, ...issuers] = chain;
  const about = (reason: string) => malformed(`${describeCertificate(own)}: ${reason}`);
  if (compareBytes(own.publicKey.bytes, publicKey) !== 0) return about('it is for another key');
  const given = own.extensions.subjectAltName ?? [];
  const isGiven = (name: string) =>
    given.some((one) => one.kind === 'dns' && one.value.toLowerCase() === name);
  const missing = names.find((name) => !isGiven(name));
  if (missing !== undefined) return about(`it is not for ${missing}`);
  for (const [at, { subject }] of issuers.entries()) {
    if (chain[at].issuer.key !== subject.key) return about('its issuers are not in order');
  }
  // A clock of ours that is a little behind does no harm.
  const now = Math.max(wall, Math.min(own.notBefore, wall + SKEW));
  const roots = chain.slice(-1);
  const trust = { profile: privateProfile, roots, signatures, depth: MOST };
  const verified = verifyChain(own, issuers, { ...trust, role: 'server', now });
  if (!verified.ok) return malformed(verified.error.reason);
  return verified.value.length === chain.length ? ok(undefined) : about('it has needless issuers');
}

const LONGEST = 131_072;
const MOST = 10;
/** Milliseconds. */
const SKEW = 3_600_000;
