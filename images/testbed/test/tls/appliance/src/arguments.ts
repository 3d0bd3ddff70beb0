import { optional, repeated, withDefault } from '@atoll/conf/table';
import { choice, integer, text, value } from '@atoll/conf/value';
import { parseIpv4 } from '@atoll/ipv4/address';
import { networkArguments } from '@atoll/network/arguments';
import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import { parsePem } from '@atoll/x509/pem';

/** DER as boot arguments carry it. */
export const base64 = value('BASE64', 'DER in Base64', (words): Result<Uint8Array> => {
  // PEM holds Base64 as well, and there is a reader of it.
  const parsed = parsePem(`-----BEGIN DER-----\n${words}\n-----END DER-----`);
  return parsed.ok ? ok(parsed.value[0].bytes) : misconfigured('it is not Base64');
});

export const ARGUMENTS = {
  ...networkArguments('none'),
  certificate: repeated(base64, {
    summary: 'Who we are, once for each kind of key.',
    example: 'MIIB…',
  }),
  key: repeated(base64, { summary: 'The key of each certificate, as PKCS #8.', example: 'MIGH…' }),
  root: optional(base64, { summary: 'Who issues the certificates of others.', example: 'MIIB…' }),
  clients: withDefault(choice('WHAT', ['strangers', 'known']), 'strangers', {
    summary: 'Whether clients have to show a certificate.',
    example: 'known',
  }),
  suites: optional(text('NAMES', 'names with colons between'), {
    summary: 'The cipher suites, instead of all.',
    example: 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384',
  }),
  groups: optional(text('NAMES', 'names with colons between'), {
    summary: 'The groups, instead of all.',
    example: 'x25519:secp256r1',
  }),
  connect: optional(value('ADDRESS', 'an IPv4 address', parseIpv4), {
    summary: 'The server to ask for a page, as a client, instead of serving.',
    example: '10.0.0.9',
  }),
  port: withDefault(integer(1, 65_535), '443', { summary: 'Its port.', example: '4433' }),
  servername: withDefault(text('NAME', 'a name'), 'server.example', {
    summary: 'Its name.',
    example: 'www.example.org',
  }),
  times: withDefault(integer(1, 100_000), '1', {
    summary: 'How often to ask it; each time but the first resumes if it can.',
    example: '2',
  }),
  resume: withDefault(choice('yes|no', ['yes', 'no']), 'yes', {
    summary: 'Whether it does.',
    example: 'no',
  }),
};
