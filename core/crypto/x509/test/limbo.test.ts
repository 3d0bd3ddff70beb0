import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { strictProfile, webProfile } from '../src/profile.ts';
import type { LimboCase } from './limbo.ts';
import { runCase } from './limbo.ts';

/** Beside the repository. */
const FILE = '../shared/data/limbo/limbo.json';
const isPresent = existsSync(FILE);
const cases: readonly LimboCase[] = isPresent
  ? (JSON.parse(readFileSync(FILE, 'utf8')) as { testcases: LimboCase[] }).testcases
  : [];

/** Cases without a time mean the time of whoever runs them; the certificates are valid for centuries. */
const NOW = Date.UTC(2026, 10, 21);

/** Where we answer otherwise, and why; the README has the same table. */
const MISSES: Readonly<Record<string, RegExp | undefined>> = {
  'pathlen::validation-ignores-pathlen-in-leaf': /its key may not sign handshakes/,
  'rfc5280::ca-as-leaf': /its key may not sign handshakes/,
  'rfc5280::aki::cross-signed-root-missing-aki': undefined,
  'webpki::nc::nc-permits-dns-san-pattern': /its common name is none of its alternative names/,
  'webpki::san::exact-localhost-ip-san': /its common name is none of its alternative names/,
  'webpki::san::leftmost-wildcard-san': /its common name is none of its alternative names/,
};

describe.skipIf(!isPresent)(isPresent ? 'x509-limbo' : `x509-limbo: ${FILE} is absent`, () => {
  it('has the cases that are accounted for', () => {
    expect(cases.length).toBe(207);
    const ids = cases.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(Object.keys(MISSES)));
  });

  for (const limbo of cases) {
    const isMissed = limbo.id in MISSES;
    it(`${limbo.id}: ${limbo.expected_result}${isMissed ? ', missed' : ''}`, () => {
      const profile = /^(?:webpki|online)::/.test(limbo.id) ? webProfile : strictProfile;
      const reason = runCase(limbo, profile, NOW);
      if (process.env.VERBOSE) console.log(limbo.id, reason);
      const isRight = (reason === undefined) === (limbo.expected_result === 'SUCCESS');
      expect(isRight, reason ?? 'accepted').toBe(!isMissed);
      if (isMissed)
        expect(reason).toEqual(
          MISSES[limbo.id] && expect.stringMatching(MISSES[limbo.id] as RegExp),
        );
    });
  }
});
