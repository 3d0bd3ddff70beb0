/** What shows an authority that a name is ours. */
import { octetString } from '@atoll/asn1/writer';
import { encodeUtf8 } from '@atoll/bytes/utf8';
import type { Entropy } from '@atoll/device/system';
import type { HashAlgorithm } from '@atoll/primitives/hash';
import { emitExtension, peerExtensions } from '@atoll/x509/emit-extension';
import { emitCertificate, keyIdentifier, newSerial } from '@atoll/x509/issue';
import { emitName } from '@atoll/x509/name';
import type { PrivateKey } from '@atoll/x509/private-key';
import { encodeBase64Url } from './base64url.ts';
import type { AcmeAlgorithms, ChallengeType } from './config.ts';

/** Something that is shown to all for as long as the authority may look at it. */
export interface Publication {
  /** The URL of the authorization that it is for. */
  readonly authorization: string;
  readonly type: ChallengeType;
  /** The name that is to be ours, without a wildcard. */
  readonly name: string;
  readonly token: string;
  /** RFC 8555, 8.1: the token, and whose account it is for. */
  readonly keyAuthorization: string;
}

/** 8.1; `jwk` is that of the account's key, in canonical form. */
export function keyAuthorization(token: string, jwk: string, sha256: HashAlgorithm): string {
  return `${token}.${encodeBase64Url(sha256.digest(encodeUtf8(jwk)))}`;
}

/** The path that `http-01` answers with the key authorization (8.3), where the token is. */
export const HTTP_PATH = '/.well-known/acme-challenge/:token';

/** The TXT record of `dns-01` (8.4). */
export function txtRecord(
  { name, keyAuthorization }: Publication,
  sha256: HashAlgorithm,
): { readonly name: string; readonly value: string } {
  const value = encodeBase64Url(sha256.digest(encodeUtf8(keyAuthorization)));
  return { name: `_acme-challenge.${name}`, value };
}

/** What a connection for `tls-alpn-01` agrees on (RFC 8737, 4). */
export const ALPN_PROTOCOL = 'acme-tls/1';

/** The certificate of `tls-alpn-01` (RFC 8737, 3), which signs itself. `now` is wall-clock time. */
export function challengeCertificate(
  { name, keyAuthorization }: Publication,
  { certificate: algorithm, sha256 }: AcmeAlgorithms,
  now: number,
  entropy: Entropy,
): { readonly certificate: Uint8Array; readonly key: PrivateKey } {
  const key = algorithm.generate(entropy);
  const publicKey = algorithm.publicKey(key);
  const own = keyIdentifier(publicKey, sha256);
  const digest = sha256.digest(encodeUtf8(keyAuthorization));
  const subject = emitName([]);
  const terms = { roles: ['server'], names: [{ kind: 'dns', value: name }] } as const;
  const certificate = emitCertificate(
    {
      serial: newSerial(entropy),
      issuer: subject,
      subject,
      publicKey,
      notBefore: now - DAY,
      notAfter: now + 7 * DAY,
      extensions: [
        ...peerExtensions({ own, issuer: own }, { ...terms, hasNoSubject: true }),
        emitExtension(ACME_IDENTIFIER, true, octetString(digest)),
      ],
    },
    { key, signature: algorithm.signature },
    entropy,
  );
  return { certificate, key };
}

/** id-pe-acmeIdentifier */
const ACME_IDENTIFIER = '1.3.6.1.5.5.7.1.31';
const DAY = 86_400_000;
