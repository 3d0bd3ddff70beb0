import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Built } from '@atoll/builder/image';
import { buildImage } from '@atoll/builder/image';
import type { Sizes } from '@atoll/builder/manifest';
import { readManifest } from '@atoll/builder/manifest';
import { TARGETS } from '@atoll/builder/target';
import { internetChecksum } from '@atoll/bytes/checksum';
import { encodeUtf8 } from '@atoll/bytes/utf8';
import { HOST_ABI } from '@atoll/device/host';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runAlone } from '../../src/alone.ts';
import { lacks, skipped } from '../../src/requirements.ts';
import { xenAbsence } from '../../src/xen/packages.ts';

const app = { name: 'echo', folder: join(import.meta.dirname, '../echo') };

const targets = TARGETS.filter((target) => target === 'node' || !lacks('cc'));

describe.each(targets)('an image for %s', (target) => {
  let folder: string;
  let built: Built;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'atoll-image-'));
    const output = join(folder, target === 'node' ? 'echo.mjs' : `echo.${target}`);
    const preset = ['--word=compiled in', '--status=7'];
    built = await buildImage({ app, target, output, preset });
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('holds its own manifest', async () => {
    const { manifest } = readManifest(await readFile(built.path));
    expect(manifest).toEqual(built.manifest);
    expect(manifest).toMatchObject({
      name: 'echo',
      target,
      abi: HOST_ABI,
      devices: [],
      preset: ['--word=compiled in', '--status=7'],
    });
    expect(manifest.arguments.map(({ name }) => name)).toEqual(['word', 'status', 'log']);
  });

  it('knows how large its parts are, but for headers and padding', async () => {
    const { size } = await stat(built.path);
    const { length } = readManifest(await readFile(built.path));
    const rest = size - total(built.manifest.sizes) - length;
    expect(rest).toBeGreaterThanOrEqual(0);
    // Code, constants, snapshot, data and a guard each start on a page, functions at a multiple of 16.
    expect(rest).toBeLessThan(target === 'node' ? 1 : 0x9000);
  });

  it('has the fast paths that it and its driver import, and no other', () => {
    const modules = Object.keys(built.manifest.sizes.fast).filter((name) => !name.startsWith('('));
    expect(modules.toSorted()).toEqual(
      target === 'virtio' ? ['bytes', 'driver-virtio'] : ['bytes'],
    );
  });

  const lacksMachine =
    (target === 'virtio' && lacks('qemu-system-x86_64')) ||
    (target === 'xen' && skipped(xenAbsence()));
  describe.skipIf(lacksMachine)('when it runs', () => {
    it('takes the arguments that were compiled in', async () => {
      const { status, output } = await boot([]);
      expect(output).toContain(said('compiled in'));
      expect(status).toBe(7);
    });

    it('prefers those given at boot', async () => {
      const { status, output } = await boot(['--word=Atoll', '--word=says hi', '--status=3']);
      expect(output).toContain(said('Atoll says hi'));
      expect(status).toBe(3);
    });

    it('explains itself and ends with status 64 when it cannot use them', async () => {
      const { status, output } = await boot(['--sttus=3']);
      expect(output).toContain('unknown argument --sttus\n  did you mean --status?');
      expect(status).toBe(64);
    });
  });

  async function boot(
    words: readonly string[],
  ): Promise<{ status: number | undefined; output: string }> {
    return runAlone({ target, path: built.path, words });
  }
});

it('asks tenders for devices only where there is a tender', async () => {
  const build = buildImage({ app, target: 'unix', optional: ['storage'] });
  await expect(build).rejects.toThrow('--with is for hvt and spt');
  const unknown = buildImage({ app, target: 'hvt', optional: ['storage'] });
  await expect(unknown).rejects.toThrow('storage');
});

it('is not built with arguments that the appliance would refuse', async () => {
  const build = buildImage({ app, target: 'node', preset: ['--status=lots'] });
  await expect(build).rejects.toThrow('--set: --status=lots: it is not a whole number');
});

function said(text: string): string {
  const bytes = encodeUtf8(text);
  return `${text} (${internetChecksum(bytes, 0, bytes.length).toString(16)})\n`;
}

function total({ native, fast, bundle }: Sizes): number {
  const parts = [native, fast, bundle].flatMap((sizes) => Object.values(sizes));
  return parts.reduce((sum, bytes) => sum + bytes, 0);
}
