import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildImage } from '@atoll/builder/image';
import { writeLabel } from '@atoll/disk/label';
import { planDisk } from '@atoll/disk/layout';
import { expect as unwrap } from '@atoll/result/result';
import { mark } from '@atoll/sim/disk-suite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alone } from '../../src/alone.ts';
import { runAlone } from '../../src/alone.ts';
import { run } from '../../src/process.ts';
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

  it('hold boot arguments', async () => {
    const storage = await diskFile('plain', new Uint8Array(8 * 512));
    const settings = await diskFile('settings', labelledDisk('disk'));
    await atoll('disk', 'config', settings, '--', '--say=from the disk');
    const disks = new Map([
      ['storage', storage],
      ['settings', settings],
    ]);
    const { output, status } = await runAlone({ ...machine, path, disks });
    expect(output).toContain('from the disk\nstorage: 8 x 512, false, power\nSUCCESS\n');
    expect(status).toBe(0);
    const preferred = await runAlone({ ...machine, path, disks, words: ['--say=from the boot'] });
    expect(preferred.output).toContain('from the boot\n');

    await atoll('disk', 'config', settings, '--', '--sya=wrong');
    const wrong = await runAlone({ ...machine, path, disks });
    expect(wrong.output).toContain(
      'disk: on the disk "settings": unknown argument --sya\n  did you mean --say?\n',
    );
    expect(wrong.status).toBe(64);
  });

  it.each([
    [
      'blank',
      new Uint8Array(0x4000),
      'it is blank\n  make it one of Atoll with: atoll disk create',
    ],
    ['of somebody else', labelledDisk('dnsvizor'), 'it belongs to dnsvizor, not to disk'],
    ['small', new Uint8Array(2048), 'it has 2048 bytes, too few for a label'],
  ])('stop the start when they are to hold boot arguments and are %s', async (_, bytes, reason) => {
    const disks = new Map([
      ['storage', await diskFile('plain', new Uint8Array(512))],
      ['settings', await diskFile('unusable', bytes)],
    ]);
    const { output, status } = await runAlone({ ...machine, path, disks });
    expect(output).toContain(`disk: the disk "settings": ${reason}\n`);
    expect(status).toBe(64);
  });

  // QEMU's blkdebug makes errors of reads and writes.
  it.runIf(machine.target === 'virtio')('that fail say so', async () => {
    const rules = await diskFile('rules', Buffer.from('[inject-error]\nevent = "read_aio"\n'));
    const file = await diskFile('failing', labelledDisk('disk'));
    const storage = await diskFile('plain', new Uint8Array(512));
    const failing = `blkdebug:${rules}:${file}`;
    const settings = await runAlone({
      ...machine,
      path,
      disks: new Map([
        ['storage', storage],
        ['settings', failing],
      ]),
    });
    expect(settings.output).toContain(
      'disk: the disk "settings": the disk reports an error, in block 0\n',
    );
    expect(settings.status).toBe(69);
    const { output, status } = await runAlone({
      ...machine,
      path,
      disks: new Map([['storage', failing]]),
    });
    expect(output).toContain('512 bytes from block 0 on failed: the disk reports an error');
    expect(status).toBe(70);
  });

  // One that QEMU takes seconds for is not waited for without end; the serial number comes at once.
  it.runIf(machine === MACHINES['virtio on microvm'])('that never answer say so', async () => {
    const medium = { driver: 'null-co', size: 0x10_0000, 'latency-ns': 11_000_000_000 };
    const disks = new Map([
      ['storage', await diskFile('plain', new Uint8Array(512))],
      ['settings', `json:${JSON.stringify({ driver: 'raw', file: medium })}`],
    ]);
    const { output, status } = await runAlone({ ...machine, path, disks });
    expect(output).toContain('disk: the disk "settings": it does not answer\n');
    expect(status).toBe(69);
  });
});

/** A disk for the appliance `owner`, without a configuration. */
function labelledDisk(owner: string): Uint8Array {
  const identity = new Uint8Array(16).fill(7);
  const plan = { owner, blockSize: 512, size: 0x4000, identity, journal: false };
  const bytes = new Uint8Array(plan.size);
  bytes.set(writeLabel(unwrap(planDisk(plan))));
  return bytes;
}

async function atoll(...words: readonly string[]): Promise<void> {
  const command = join(import.meta.dirname, '../../../builder/bin/atoll.mjs');
  const { status, stderr } = await run([process.execPath, command, ...words]);
  expect(stderr).toBe('');
  expect(status).toBe(0);
}

/** What machines without an entropy device say first. */
function seedComplaint(output: string): string {
  return /^atoll: no RDSEED.*\n/.exec(output)?.[0] ?? '';
}
