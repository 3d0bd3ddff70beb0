import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { ROOT } from '@atoll/builder/workspace';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { succeed } from '../../src/process.ts';
import { lacks } from '../../src/requirements.ts';

const PLACES = ['here', 'some/where/far away'];

/** Two copies of this checkout, of which one knows nothing of the other, build the same bytes. */
describe.skipIf(lacks('cc'))('two checkouts of the same sources in different folders', () => {
  let parent: string;
  let checkouts: string[];
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'atoll-twice-'));
    checkouts = PLACES.map((place) => join(parent, place));
    await copyCheckout(ROOT, checkouts[0]);
    await copyCheckout(checkouts[0], checkouts[1]);
  });
  afterAll(() => rm(parent, { recursive: true }));

  it.each(['node', 'unix', 'hvt', 'virtio'])('build the same image for %s', async (target) => {
    const digests: string[] = [];
    for (const checkout of checkouts) {
      await atoll(checkout, ['build', target, 'dnsvizor']);
      const suffix = target === 'node' ? 'mjs' : target;
      const image = await readFile(join(checkout, `apps/dnsvizor/dist/dnsvizor.${suffix}`));
      expect(image.includes(parent)).toBe(false);
      expect(image.includes(ROOT)).toBe(false);
      digests.push(createHash('sha256').update(image).digest('hex'));
    }
    expect(digests[0]).toBe(digests[1]);
  });
});

/** Copies the sources, and the compiled engine: compiling that twice more would take minutes. */
async function copyCheckout(from: string, to: string): Promise<void> {
  await cp(from, to, {
    recursive: true,
    verbatimSymlinks: true,
    filter(path) {
      const inside = relative(from, path);
      if (inside === 'node_modules' || inside === '.git') return false;
      return basename(path) !== 'dist' || inside === 'images/engine/dist';
    },
  });
  // The links of packages to one another are relative and lead to the copy, those to npm's to here.
  await symlink(join(ROOT, 'node_modules'), join(to, 'node_modules'));
}

async function atoll(checkout: string, words: readonly string[]): Promise<void> {
  const cli = join(checkout, 'images/builder/bin/atoll.mjs');
  // The engine is there: turbo, which would look for it, is told that it started this.
  await succeed(['env', 'TURBO_HASH=0', `--chdir=${checkout}`, process.execPath, cli, ...words], {
    timeoutMs: 120_000,
  });
}
