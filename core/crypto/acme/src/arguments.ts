/** The boot arguments of appliances that get their certificate from an authority. */
import { decodeBase64 } from '@atoll/bytes/base64';
import type { Options } from '@atoll/conf/table';
import { optional, repeated, withDefault } from '@atoll/conf/table';
import { choice, text, value } from '@atoll/conf/value';
import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import { parseCertificate } from '@atoll/x509/certificate';
import { isHostName } from '@atoll/x509/peer-name';
import { decodeBase64Url } from './base64url.ts';
import type { AcmeSettings } from './config.ts';
import { checkUrl } from './url.ts';

const directory = value('URL', 'an absolute URL of https', (given): Result<string> => {
  const url = checkUrl(given);
  if (url.ok) return url;
  return misconfigured(/^http:/i.test(given) ? 'it is not of https' : 'it is no such URL');
});

const name = value('NAME', 'a host name, with *. before it for all below it', (given) => {
  const lower = given.toLowerCase();
  const isName = isHostName(lower.replace(/^\*\./, '')) && lower.includes('.');
  return isName
    ? ok(lower)
    : misconfigured('it is no name that authorities issue certificates for');
});

const contact = value('URL', 'a mailto: URL with one address', (given) =>
  /^mailto:[\x21-\x7e]+@[A-Za-z0-9.-]+$/.test(given) && !/[?,]/.test(given)
    ? ok(given)
    : misconfigured('it is no such URL'),
);

const root = value('BASE64', 'a certificate, DER in Base64', (given) => {
  const bytes = decodeBase64(given);
  const certificate = bytes && parseCertificate(bytes);
  if (certificate === undefined) return misconfigured('it is not Base64');
  return certificate.ok ? certificate : misconfigured(certificate.error.reason);
});

const macKey = value('BASE64URL', 'a key in Base64 for URLs', (given) => {
  const bytes = decodeBase64Url(given.replace(/=+$/, ''));
  return bytes && bytes.length >= 16 ? ok(bytes) : misconfigured('it is no key');
});

export const ACME_ARGUMENTS = {
  acme: optional(directory, {
    summary: 'The directory of the authority to get a certificate from; its terms are agreed to.',
    example: 'https://acme-v02.api.letsencrypt.org/directory',
  }),
  'acme-name': repeated(name, {
    summary: 'A name that the certificate is for.',
    example: 'www.example.org',
  }),
  'acme-contact': repeated(contact, {
    summary: 'Whom the authority can write to.',
    example: 'mailto:admin@example.org',
  }),
  'acme-challenge': withDefault(choice('TYPE', ['http-01', 'tls-alpn-01', 'dns-01']), 'http-01', {
    summary: 'How to show that the names are ours.',
    example: 'tls-alpn-01',
  }),
  'acme-root': repeated(root, {
    summary: 'Whom to trust when the authority is asked.',
    example: 'MIIFazCCA1OgAwIBAgIRAIIQz7DS…',
  }),
  'acme-eab-id': optional(text('TEXT', 'an identifier that is not empty'), {
    summary: 'The external account, where the authority wants one.',
    example: 'kid-1',
  }),
  'acme-eab-key': optional(macKey, {
    summary: 'The key of the external account.',
    example: 'zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W',
  }),
};

/** What the arguments ask for; `undefined` when they ask for nothing. */
export function acmeSettings(
  options: Options<typeof ACME_ARGUMENTS>,
): Result<AcmeSettings | undefined> {
  const { acme, 'acme-name': names, 'acme-challenge': challenge } = options;
  const { 'acme-eab-id': keyId, 'acme-eab-key': key, 'acme-root': roots } = options;
  if (acme === undefined) {
    return names.length > 0
      ? misconfigured('--acme-name is of no use without --acme')
      : ok(undefined);
  }
  if (names.length === 0) return misconfigured('--acme needs --acme-name');
  if (names.length > MOST_NAMES) return misconfigured(`more than ${MOST_NAMES} times --acme-name`);
  if (new Set(names).size < names.length) return misconfigured('the same --acme-name twice');
  if (roots.length === 0) return misconfigured('--acme needs --acme-root');
  const wildcard = names.find((one) => one.startsWith('*.'));
  if (wildcard !== undefined && challenge !== 'dns-01') {
    return misconfigured(`--acme-name=${wildcard} needs --acme-challenge=dns-01`);
  }
  if ((keyId === undefined) !== (key === undefined)) {
    return misconfigured('--acme-eab-id and --acme-eab-key are of use together only');
  }
  return ok({
    ...{ directory: acme, names, challenge },
    contacts: options['acme-contact'],
    externalAccount: keyId !== undefined && key !== undefined ? { keyId, macKey: key } : undefined,
  });
}

/** What one certificate may hold at most authorities. */
const MOST_NAMES = 100;
