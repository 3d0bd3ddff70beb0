import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REFERENCE } from '../crypto/reference.ts';
import { type LimboCase, MISSES, runCase } from './limbo.ts';
import { signaturesOf } from './signatures.ts';

/** Beside the repository. */
const FILE = '../shared/data/limbo/limbo.json';
const isPresent = existsSync(FILE);
const cases: readonly LimboCase[] = isPresent
  ? (JSON.parse(readFileSync(FILE, 'utf8')) as { testcases: LimboCase[] }).testcases
  : [];

const signatures = signaturesOf(REFERENCE);

describe.skipIf(!isPresent)(isPresent ? 'x509-limbo' : `x509-limbo: ${FILE} is absent`, () => {
  it('has the cases that are accounted for', () => {
    expect(cases.length).toBe(207);
    const ids = cases.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(Object.keys(MISSES)));
  });

  for (const limbo of cases) {
    const missed = MISSES[limbo.id];
    it(`${limbo.id}: ${limbo.expected_result}${missed === undefined ? '' : ', missed'}`, () => {
      const reason = runCase(limbo, signatures);
      if (process.env.VERBOSE) console.log(limbo.id, reason);
      const isRight = (reason === undefined) === (limbo.expected_result === 'SUCCESS');
      expect(isRight, reason ?? 'accepted').toBe(missed === undefined);
      if (missed !== undefined) expect(reason ?? 'accepted').toContain(missed);
    });
  }
});
