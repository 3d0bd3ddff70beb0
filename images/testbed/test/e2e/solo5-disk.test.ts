import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildImage } from '@atoll/builder/image';
import { mark } from '@atoll/sim/disk-suite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runAlone } from '../../src/alone.ts';
import { lacks } from '../../src/requirements.ts';

const app = { name: 'disk', folder: join(import.meta.dirname, '../disk') };

/** As on other targets, except that tenders want to know beforehand which disks there are. */
describe.skipIf(lacks('cc')).each(['hvt', 'spt'] as const)('disks on %s', (target) => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'atoll-disk-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function build(...optional: string[]): Promise<string> {
    const output = join(folder, `disk.${target}`);
    return (await buildImage({ app, target, output, optional })).path;
  }

  async function diskFile(name: string, size: number): Promise<string> {
    const file = join(folder, name);
    await writeFile(file, new Uint8Array(size));
    return file;
  }

  it('do what disks must do, and the host sees it', async () => {
    const [storage, spare] = [
      await diskFile('storage', 2100 * 512),
      await diskFile('spare', 20 * 4096),
    ];
    const { output, status } = await runAlone({
      target,
      path: await build('spare'),
      disks: new Map([
        ['spare', spare],
        ['storage', storage],
      ]),
      sectorSizes: new Map([['spare', '4096']]),
    });
    expect(output).toBe(
      'storage: 2100 x 512, false, program\nspare: 20 x 4096, false, program\nSUCCESS\n',
    );
    expect(status).toBe(0);
    for (const [file, size] of [
      [storage, 512],
      [spare, 4096],
    ] as const) {
      const bytes = await readFile(file);
      expect(bytes.findIndex((byte, at) => byte !== mark(Math.floor(at / size)))).toBe(-1);
    }
  });

  it('are missed when they were not given, and refused when they were not declared', async () => {
    const path = await build();
    const missing = await runAlone({ target, path });
    expect(missing.output).toContain('the device storage is declared but not attached');
    expect(missing.status).toBe(1);
    const disks = new Map([
      ['storage', await diskFile('one', 512)],
      ['spare', await diskFile('two', 512)],
    ]);
    const surplus = await runAlone({ target, path, disks });
    expect(surplus.output).toContain('the image declares no block device "spare"');
    expect(surplus.status).toBe(1);
  });
});
