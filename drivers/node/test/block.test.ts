import { chmodSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BlockRequest } from '@atoll/device/block';
import { exerciseDisk, mark } from '@atoll/sim/disk-suite';
import { Random } from '@atoll/sim/random';
import { afterAll, describe, expect, it } from 'vitest';
import { FileDisk } from '../src/block.ts';
import { openDiskFile } from '../src/disk-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'atoll-node-disk-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;

function fileOf(size: number): string {
  const path = join(folder, `disk${count++}`);
  writeFileSync(path, new Uint8Array(size));
  return path;
}

function done(disk: FileDisk, request: BlockRequest): BlockRequest | undefined {
  expect(disk.submit(request)).toBe(true);
  return disk.complete();
}

describe('a disk in a file', () => {
  it.each([
    [512, 3000],
    [4096, 5],
  ])('does what a disk must do, with blocks of %i bytes', (blockSize, blockCount) => {
    const path = fileOf(blockSize * blockCount);
    const disk = new FileDisk('disk', openDiskFile(path, blockSize), blockSize);
    expect(disk).toMatchObject({ blockSize, blockCount, isReadOnly: false, durability: 'power' });
    for (const _ of exerciseDisk(disk, new Random(2)));
    const bytes = readFileSync(path);
    expect(bytes.every((byte, at) => byte === mark(Math.floor(at / blockSize)))).toBe(true);
  });

  it('is read-only when nobody may write it', () => {
    const path = fileOf(1024);
    writeFileSync(
      path,
      new Uint8Array(1024).map((_, at) => mark(at >> 9)),
    );
    chmodSync(path, 0o444);
    const disk = new FileDisk('disk', openDiskFile(path, 512), 512);
    expect(disk.isReadOnly).toBe(true);
    for (const _ of exerciseDisk(disk, new Random(3)));
    const bytes = new Uint8Array(0);
    const flush = { operation: 'flush', block: 0, bytes, failure: undefined } as const;
    expect(done(disk, { ...flush })?.failure).toBeUndefined();
  });

  it('fails when the file becomes shorter', () => {
    const path = fileOf(4096);
    const disk = new FileDisk('disk', openDiskFile(path, 512), 512);
    truncateSync(path, 1000);
    const read: BlockRequest = {
      operation: 'read',
      block: 0,
      bytes: new Uint8Array(4096),
      failure: undefined,
    };
    expect(done(disk, read)?.failure).toBe('the file has become shorter');
    expect(disk.counters).toMatchObject({ reads: 0, failures: 1 });
  });
});

describe('a file that cannot be a disk', () => {
  it.each([
    ['is not there', () => join(folder, 'nowhere'), 'ENOENT'],
    ['is empty', () => fileOf(0), 'its 0 bytes are no whole blocks of 512'],
    ['is odd', () => fileOf(1000), 'its 1000 bytes are no whole blocks of 512'],
    ['is a folder', () => folder, 'EISDIR'],
    ['is no file', () => '/dev/null', 'it is not a file'],
  ])('%s', (_, path, message) => {
    expect(() => openDiskFile(path(), 512)).toThrow(message);
  });

  it.runIf(process.platform === 'linux')('is in use by somebody else', () => {
    const path = fileOf(1024);
    openDiskFile(path, 512);
    expect(() => openDiskFile(path, 512)).toThrow('in use by another program');
    const shared = fileOf(1024);
    chmodSync(shared, 0o444);
    openDiskFile(shared, 512);
    expect(openDiskFile(shared, 512).isReadOnly).toBe(true);
  });
});
