import { encodeBase64 } from '@atoll/bytes/base64';
import { parseArguments } from '@atoll/conf/parse';
import { describe, expect, it } from 'vitest';
import { ACME_ARGUMENTS, acmeSettings } from '../src/arguments.ts';
import { encodeBase64Url } from '../src/base64url.ts';
import { TestCa } from './ca.ts';

const ROOT = `--acme-root=${encodeBase64(new TestCa(1).root)}`;
const DIRECTORY = '--acme=https://acme-v02.api.letsencrypt.org/directory';
const NAME = '--acme-name=www.example.org';

function settings(...words: string[]) {
  const parsed = parseArguments(ACME_ARGUMENTS, words, []);
  return parsed.ok ? acmeSettings(parsed.value) : parsed;
}

function reason(...words: string[]): string {
  const result = settings(...words);
  if (result.ok) return 'fine';
  expect(result.error.blame).toBe('config');
  return result.error.reason;
}

describe('boot arguments', () => {
  it('ask for nothing, or for a certificate', () => {
    expect(settings()).toEqual({ ok: true, value: undefined });
    expect(settings(DIRECTORY, ROOT, '--acme-name=WWW.Example.org')).toEqual({
      ok: true,
      value: {
        directory: 'https://acme-v02.api.letsencrypt.org/directory',
        names: ['www.example.org'],
        contacts: [],
        challenge: 'http-01',
        externalAccount: undefined,
      },
    });
    const key = new Uint8Array(32).fill(9);
    const account = ['--acme-eab-id=kid-1', `--acme-eab-key=${encodeBase64Url(key)}`];
    const more = ['--acme-contact=mailto:a@example.org', '--acme-challenge=dns-01'];
    const wildcard = '--acme-name=*.example.org';
    expect(settings(DIRECTORY, ROOT, NAME, wildcard, ...account, ...more)).toMatchObject({
      value: {
        names: ['www.example.org', '*.example.org'],
        contacts: ['mailto:a@example.org'],
        challenge: 'dns-01',
        externalAccount: { keyId: 'kid-1', macKey: key },
      },
    });
  });

  it.each([
    [['--acme=http://ca.example/directory'], 'it is not of https'],
    [['--acme=ca.example'], 'it is no such URL'],
    [['--acme-name=localhost'], 'no name that authorities issue'],
    [['--acme-name=10.0.0.1'], 'no name that authorities issue'],
    [['--acme-name=a.*.example.org'], 'no name that authorities issue'],
    [['--acme-contact=admin@example.org'], 'it is no such URL'],
    [['--acme-contact=mailto:a@b.c,d@e.f'], 'it is no such URL'],
    [['--acme-challenge=tls-alpn'], 'did you mean tls-alpn-01?'],
    [['--acme-root=abc'], 'it is not Base64'],
    [['--acme-root=MAA='], 'certificate'],
    [['--acme-eab-key=short'], 'it is no key'],
    [[NAME], '--acme-name is of no use without --acme'],
    [[DIRECTORY, ROOT], '--acme needs --acme-name'],
    [[DIRECTORY, NAME], '--acme needs --acme-root'],
    [[DIRECTORY, ROOT, NAME, NAME], 'the same --acme-name twice'],
    [[DIRECTORY, ROOT, '--acme-name=*.example.org'], 'needs --acme-challenge=dns-01'],
    [[DIRECTORY, ROOT, NAME, '--acme-eab-id=a'], 'are of use together only'],
  ])('%j are refused', (words, expected) => {
    expect(reason(...words)).toContain(expected);
  });

  it('are refused for more names than a certificate holds', () => {
    const names = Array.from({ length: 101 }, (_, at) => `--acme-name=${at}.example.org`);
    expect(reason(DIRECTORY, ROOT, ...names)).toBe('more than 100 times --acme-name');
  });
});
