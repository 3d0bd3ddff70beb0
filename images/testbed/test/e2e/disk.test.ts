import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildImage } from '@atoll/builder/image';
import { mark } from '@atoll/sim/disk-suite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alone } from '../../src/alone.ts';
import { runAlone } from '../../src/alone.ts';
import { lacks } from '../../src/requirements.ts';

const app = { name: 'disk', folder: join(import.meta.dirname, '../disk') };

type Machine = Pick<Alone, 'target' | 'machine'>;

const MACHINES: Record<string, Machine> = {
  node: { target: 'node' },
  unix: { target: 'unix' },
  'virtio on microvm': { target: 'virtio' },
  'virtio on q35': { target: 'virtio', machine: { model: 'q35' } },
  'virtio on pc': { target: 'virtio', machine: { model: 'pc' } },
  'legacy virtio': { target: 'virtio', machine: { cpu: 'qemu64', isLegacy: true } },
};

const machines = Object.entries(MACHINES).filter(
  ([, { target }]) =>
    target === 'node' || !lacks('cc', ...(target === 'virtio' ? ['qemu-system-x86_64'] : [])),
);

describe.each(machines)('disks on %s', (_, machine) => {
  let folder: string;
  let path: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'atoll-disk-'));
    const { target } = machine;
    const output = join(folder, target === 'node' ? 'disk.mjs' : `disk.${target}`);
    ({ path } = await buildImage({ app, target, output }));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function diskFile(name: string, bytes: Uint8Array): Promise<string> {
    const file = join(folder, name);
    await rm(file, { force: true });
    await writeFile(file, bytes);
    return file;
  }

  it('do what disks must do, and the host sees it', async () => {
    const storage = await diskFile('storage', new Uint8Array(2100 * 512));
    const spare = await diskFile('spare, with a comma', new Uint8Array(20 * 4096));
    const { output, status } = await runAlone({
      ...machine,
      path,
      disks: new Map([
        ['spare', spare],
        ['storage', storage],
      ]),
      sectorSizes: new Map([['spare', '4096']]),
    });
    expect(output).toBe(
      `${seedComplaint(output)}storage: 2100 x 512, false, power\nspare: 20 x 4096, false, power\nSUCCESS\n`,
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

  it('may be read-only', async () => {
    const marks = new Uint8Array(100 * 512).map((_, at) => mark(at >> 9));
    const storage = await diskFile('readable', marks);
    await chmod(storage, 0o444);
    const { output, status } = await runAlone({
      ...machine,
      path,
      disks: new Map([['storage', storage]]),
    });
    expect(output).toContain('storage: 100 x 512, true, power\nSUCCESS\n');
    expect(status).toBe(0);
  });

  it('are missed when they were not given', async () => {
    const { output, status } = await runAlone({ ...machine, path });
    expect(output).toContain('no block device "storage"\n  expected one for: the disk to be');
    expect(status).toBe(64);
  });
});

/** What machines without an entropy device say first. */
function seedComplaint(output: string): string {
  return /^atoll: no RDSEED.*\n/.exec(output)?.[0] ?? '';
}
