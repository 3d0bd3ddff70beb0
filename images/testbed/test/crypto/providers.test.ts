import { fastMlKem768 } from '@atoll/primitives/fast';
import { generateRsaKey } from '@atoll/primitives/rsa-generate';
import { Random } from '@atoll/sim/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeFastPaths } from '../../src/fast.ts';
import { compareKems, compareProviders } from './compare.ts';
import { misuses } from './misuse.ts';
import { nativeProvider } from './native.ts';
import { REFERENCE } from './reference.ts';

const fast = await nodeFastPaths(['primitives']);
const native = nativeProvider(fast);

describe('node:crypto and the reference', () => {
  it('do the same', () => {
    const key = generateRsaKey(1024, new Random(1));
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        compareProviders(REFERENCE, native, key, new Random(seed));
      }),
      { numRuns: 8 },
    );
  });

  it('and ML-KEM as a fast path too', () => {
    const kem = fastMlKem768(fast);
    fc.assert(
      fc.property(fc.nat(), (seed) => compareKems(REFERENCE.mlKem768, kem, new Random(seed))),
    );
  });

  it.each(Object.entries({ reference: REFERENCE, native }))('%s: misuse throws', (_, provider) => {
    expect(misuses(provider)).toEqual([]);
  });
});
