import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fastMlKem768 } from '@atoll/primitives/fast';
import { describe, expect, it } from 'vitest';
import { nodeFastPaths } from '../../src/fast.ts';
import { nativeProvider } from './native.ts';
import { REFERENCE } from './reference.ts';
import { APPLICABLE, SKIPPED } from './wycheproof/files.ts';
import { runVectors } from './wycheproof/run.ts';
import type { VectorFile } from './wycheproof/vectors.ts';

/** Beside the repository. */
const FOLDER = '../shared/data/wycheproof';
const present = existsSync(FOLDER);

/** BigInt on a busy machine: some files have hundreds of agreements on P-521. */
const TIMEOUT_MS = 300_000;

const fast = await nodeFastPaths(['primitives']);
const native = { ...nativeProvider(fast), mlKem768: fastMlKem768(fast) };
const PROVIDERS = { reference: REFERENCE, 'native (node:crypto)': native };

for (const [provider, algorithms] of Object.entries(PROVIDERS)) {
  describe(`Wycheproof, ${provider} provider`, () => {
    for (const name of APPLICABLE) {
      it.skipIf(!present)(
        present ? name : `${name}: ${FOLDER} is absent`,
        () => {
          const text = readFileSync(`${FOLDER}/${name}_test.json`, 'utf8');
          const outcome = runVectors(algorithms, name, JSON.parse(text) as VectorFile);
          expect(outcome.failures).toEqual([]);
          expect(outcome.passed).toBeGreaterThan(0);
        },
        TIMEOUT_MS,
      );
    }
  });
}

describe('the files of Wycheproof', () => {
  for (const [name, reason] of Object.entries(SKIPPED)) it.skip(`${name}: ${reason}`);

  it.skipIf(!present)(present ? 'are all accounted for' : `${FOLDER} is absent`, () => {
    const files = readdirSync(FOLDER).filter((file) => file.endsWith('_test.json'));
    const known = [...APPLICABLE, ...Object.keys(SKIPPED)].map((name) => `${name}_test.json`);
    expect(files.sort()).toEqual(known.sort());
  });
});
