import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeLabel } from '@atoll/disk/label';
import { planDisk } from '@atoll/disk/layout';
import { openDiskFile } from '@atoll/driver-node/disk-file';
import { expect as unwrap } from '@atoll/result/result';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { disk } from '../src/command/disk.ts';
import { UsageError } from '../src/usage.ts';

const folder = mkdtempSync(join(tmpdir(), 'atoll-disk-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;

/** A file with a label, and nothing else. */
function diskFile(owner = 'dnsvizor', blockSize = 4096): string {
  const size = 0x2_0000;
  const identity = new Uint8Array(16).fill(count);
  const label = unwrap(planDisk({ owner, blockSize, size, identity, journal: false }));
  const bytes = new Uint8Array(size);
  bytes.set(writeLabel(label));
  const path = join(folder, `disk${count++}`);
  writeFileSync(path, bytes);
  return path;
}

/** What the command writes to standard output. */
async function output(...words: string[]): Promise<string> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    expect(await disk.run(words)).toBe(0);
    return write.mock.calls.map(([text]) => text).join('');
  } finally {
    write.mockRestore();
  }
}

describe('atoll disk config', () => {
  it('shows what it wrote', async () => {
    const path = diskFile();
    expect(await output('config', path, '--show')).toBe('');
    await output('config', path, '--', '--domain=lan', '--banner=two words');
    expect(await output('config', path, '--show')).toBe("--domain=lan\n'--banner=two words'\n");
  });

  it('leaves nothing of what was there before', async () => {
    const path = diskFile();
    await output('config', path, '--', `--password=${'secret'.repeat(1000)}`);
    await output('config', path, '--', '--domain=lan');
    expect(readFileSync(path).includes('secret')).toBe(false);
    await output('config', path, '--');
    expect(await output('config', path, '--show')).toBe('');
  });

  it('touches nothing but its region', async () => {
    const path = diskFile();
    const before = readFileSync(path);
    await output('config', path, '--', '--domain=lan');
    const after = readFileSync(path);
    expect(after.subarray(0, 4096)).toEqual(before.subarray(0, 4096));
    expect(after.subarray(4096 + 0x1_0000)).toEqual(before.subarray(4096 + 0x1_0000));
  });

  it('refuses what is no disk of ours', async () => {
    const blank = join(folder, 'blank');
    writeFileSync(blank, new Uint8Array(0x2_0000));
    await expect(disk.run(['config', blank, '--', '--a'])).rejects.toThrow(
      `${blank}: it is blank\n  make it one of Atoll with: atoll disk create`,
    );
    expect(readFileSync(blank).every((byte) => byte === 0)).toBe(true);
    writeFileSync(blank, new Uint8Array(512));
    await expect(disk.run(['config', blank, '--show'])).rejects.toThrow('too few for a label');
    await expect(disk.run(['config', join(folder, 'none'), '--show'])).rejects.toThrow('ENOENT');
  });

  it('refuses what does not fit, and what cannot be written', async () => {
    const path = diskFile();
    const long = `--a=${'x'.repeat(0x1_0000)}`;
    await expect(disk.run(['config', path, '--', long])).rejects.toThrow('there is room for 65498');
    expect(await output('config', path, '--show')).toBe('');
    chmodSync(path, 0o444);
    await expect(disk.run(['config', path, '--', '--a'])).rejects.toThrow('it cannot be written');
  });

  it.runIf(process.platform === 'linux')('leaves a disk alone that somebody uses', async () => {
    const path = diskFile();
    openDiskFile(path, 512);
    await expect(disk.run(['config', path, '--show'])).rejects.toThrow('in use by another program');
  });

  it.each([
    [[], 'what to do with the disk is missing'],
    [['confg'], 'did you mean config?'],
    [['config'], 'FILE is missing'],
    [['config', 'x'], 'expected either --show, or -- and the arguments'],
    [['config', 'x', '--show', '--', '--a'], 'expected either --show'],
    [['config', 'x', '--', 'a=b'], 'unexpected "a=b"\n  expected arguments like --name=value'],
  ])('refuses %j', async (words, message) => {
    const run = async () => disk.run(words);
    await expect(run()).rejects.toThrow(UsageError);
    await expect(run()).rejects.toThrow(message);
  });
});
