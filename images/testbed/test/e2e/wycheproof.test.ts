import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lacks } from '../../src/requirements.ts';
import type { NamedVectors } from '../crypto/in-image.ts';
import { everyNth, parcels, runVectorsInImage } from '../crypto/in-image.ts';
import { APPLICABLE } from '../crypto/wycheproof/files.ts';
import type { VectorFile } from '../crypto/wycheproof/vectors.ts';

/** Beside the repository. */
const FOLDER = '../shared/data/wycheproof';
const present = existsSync(FOLDER);

/** What fits into an image beside the engine. */
const LIMIT = 900_000;

/**
 * The interpreter takes a quarter of an hour for all that the reference does; Node.js ran all of it. With
 * ATOLL_WYCHEPROOF=all, so does the image.
 */
const NTH = process.env.ATOLL_WYCHEPROOF === 'all' ? 1 : 16;

const runs = { native: parcelsOf(APPLICABLE, 1), reference: parcelsOf(APPLICABLE, NTH) };

describe.skipIf(lacks('cc'))('Wycheproof in an image', () => {
  for (const provider of ['native', 'reference'] as const) {
    it.skipIf(!present)(
      present ? provider : `${provider}: ${FOLDER} is absent`,
      async () => {
        for (const parcel of runs[provider]) {
          const outcomes = await runVectorsInImage(provider, parcel);
          for (const [name] of parcel) {
            expect({ name, failures: outcomes[name].failures }).toEqual({ name, failures: [] });
            expect(outcomes[name].passed).toBeGreaterThan(0);
          }
        }
      },
      600_000,
    );
  }
});

function parcelsOf(names: readonly string[], nth: number): NamedVectors[][] {
  if (!present) return [];
  const files = names.map((name): NamedVectors => {
    const text = readFileSync(`${FOLDER}/${name}_test.json`, 'utf8');
    return [name, everyNth(JSON.parse(text) as VectorFile, nth)];
  });
  return parcels(files, LIMIT);
}
