/** What both tools are told. */
import { privateProfile, strictProfile, webProfile } from '@atoll/x509/profile';
import { oneOf, UsageError } from '../../usage.ts';
import type { OptionTypes, Words } from '../command.ts';
import { last } from '../command.ts';
import { chosen, GROUPS, SUITES } from './algorithms.ts';

export const COMMON_TYPES = {
  cert: 'string',
  key: 'string',
  pass: 'string',
  CAfile: 'string',
  profile: 'string',
  groups: 'string',
  ciphersuites: 'string',
  tls1_2: 'boolean',
  tls1_3: 'boolean',
  alpn: 'string',
  record_size_limit: 'string',
  msg: 'boolean',
  quiet: 'boolean',
} satisfies OptionTypes;

export const COMMON_DETAILS = `  --tls1_2, --tls1_3   only this version (both)
  --ciphersuites=A:B   those of TLS 1.3, in the order in which to prefer them, of
                       ${SUITES.map(({ name }) => name).join('\n                       ')}
  --groups=A:B         likewise, of ${GROUPS.map(({ kem }) => kem.name).join(', ')}
  --alpn=A,B           protocols, in the order in which to prefer them
  --record_size_limit=N
                       the most bytes that the peer may put into a record, 64 to 16385 (16385)
  --msg                a line for each handshake message
  --quiet              no report
`;

const PROFILES = [privateProfile, strictProfile, webProfile];

/** The rules for certificates; `otherwise` is for when nothing was said. */
export function profileOf(words: Words, otherwise: 'private' | 'web') {
  const names = PROFILES.map(({ name }) => name);
  return PROFILES[names.indexOf(oneOf('profile', last(words, 'profile') ?? otherwise, names))];
}

export function commonConfig(words: Words) {
  const limit = last(words, 'record_size_limit');
  const alpn = last(words, 'alpn');
  const suites = chosen('cipher suite', last(words, 'ciphersuites'), SUITES, ({ name }) => name);
  return {
    suites: isOnly12(words) ? [] : suites,
    groups: chosen('group', last(words, 'groups'), GROUPS, ({ kem }) => kem.name),
    ...(alpn !== undefined && { protocols: protocols(alpn) }),
    ...(limit !== undefined && {
      recordSizeLimit: numberIn('record_size_limit', limit, 64, 16_385),
    }),
  };
}

/** Whether TLS 1.2 is spoken beside TLS 1.3, or alone. */
export function speaks12(words: Words): boolean {
  return !words.options.has('tls1_3');
}

function isOnly12({ options }: Words): boolean {
  if (!options.has('tls1_2')) return false;
  for (const other of ['tls1_3', 'ciphersuites', 'early_data']) {
    if (options.has(other)) throw new UsageError(`--${other} is not for --tls1_2`);
  }
  return true;
}

/** The number `text` of the option `name`. */
export function numberIn(name: string, text: string, least: number, most: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`--${name}=${text}\n  expected a number from ${least} to ${most}`);
}

function protocols(text: string): string[] {
  const names = text.split(',');
  // Each character is one byte (RFC 7301, 3.1).
  if (names.every((name) => /^[\x21-\x7e]{1,255}$/.test(name))) return names;
  throw new UsageError(`--alpn=${text}\n  expected names such as h2,http/1.1`);
}
