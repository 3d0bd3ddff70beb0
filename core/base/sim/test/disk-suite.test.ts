import type { BlockDevice } from '@atoll/device/block';
import { memoryDisk } from '@atoll/device/memory-disk';
import { describe, expect, it } from 'vitest';
import { exerciseDisk, mark } from '../src/disk-suite.ts';
import { Random } from '../src/random.ts';

/** Runs the suite on a disk that does everything at once. */
function exercise(disk: BlockDevice): void {
  for (const _ of exerciseDisk(disk, new Random(1))) throw new Error('the disk does not answer');
}

describe('a disk in memory', () => {
  it.each([
    [512, 1],
    [512, 2],
    [512, 5000],
    [1024, 100],
    [4096, 3],
    [4096, 300],
  ])('does what a disk must do, with blocks of %i bytes, %i of them', (blockSize, blockCount) => {
    const contents = new Uint8Array(blockSize * blockCount);
    exercise(memoryDisk({ blockSize, blockCount, contents }));
    expect(contents[contents.length - 1]).toBe(mark(blockCount - 1));
    exercise(memoryDisk({ blockSize, blockCount, contents, isReadOnly: true }));
  });
});

/** A disk in memory that differs in what `change` makes of its methods. */
function changed(change: (disk: BlockDevice) => Partial<BlockDevice>): BlockDevice {
  const disk = memoryDisk({ blockCount: 100 });
  return { ...disk, ...change(disk) };
}

describe('the suite', () => {
  it.each<[string, (disk: BlockDevice) => Partial<BlockDevice>, string]>([
    ['blocks of 100 bytes', () => ({ blockSize: 100 }), 'block size'],
    ['no blocks', () => ({ blockCount: 0 }), 'block count'],
    ['lax', () => ({ submit: () => true }), 'is misuse'],
    [
      'forgetful',
      (disk) => ({
        submit: (request) =>
          disk.submit(request.operation === 'write' ? { ...request, block: 0 } : request),
      }),
      'was not under way',
    ],
    [
      'inexact',
      (disk) => ({
        complete() {
          const ended = disk.complete();
          if (ended?.operation === 'read') ended.bytes[ended.bytes.length - 1] ^= 1;
          return ended;
        },
      }),
      'instead of',
    ],
    [
      'failing',
      (disk) => ({
        complete() {
          const ended = disk.complete();
          if (ended?.operation === 'flush') ended.failure = 'no flush';
          return ended;
        },
      }),
      'failed: no flush',
    ],
    ['bad at counting', (disk) => ({ counters: { ...disk.counters } }), '0 were counted'],
  ])('finds a disk that is wrong: %s', (_, change, message) => {
    expect(() => exercise(changed(change))).toThrow(message);
  });
});
