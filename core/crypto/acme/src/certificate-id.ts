import { parseCertificate } from '@atoll/x509/certificate';
import { encodeBase64Url } from './base64url.ts';
import type { CertificateRecord } from './record.ts';

/**
 * What an authority calls a certificate (RFC 9773, 4.1): its issuer's key identifier and its serial number;
 * `undefined` when it does not say whose key signed it.
 */
export function certificateId({ chain }: CertificateRecord): string | undefined {
  const own = parseCertificate(chain[0]);
  const issuer = own.ok ? own.value.extensions.authorityKeyIdentifier?.keyIdentifier : undefined;
  if (!own.ok || issuer === undefined) return undefined;
  return `${encodeBase64Url(issuer)}.${encodeBase64Url(own.value.serial)}`;
}
