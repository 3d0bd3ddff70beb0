import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { skipped } from '@atoll/testbed/requirements';
import { describe, expect, it } from 'vitest';

/** Whole images, in bytes. */
const BUDGET = 2 * 2 ** 20;

describe.each(['unix', 'hvt', 'spt', 'virtio'])('the image for %s', (target) => {
  const file = join(import.meta.dirname, `../../dist/pinata.${target}`);
  it.skipIf(skipped(existsSync(file) ? undefined : `${file} was not built`))('is small', () => {
    expect(statSync(file).size).toBeLessThanOrEqual(BUDGET);
  });
});
