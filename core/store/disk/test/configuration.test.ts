import type { BlockDevice, BlockRequest } from '@atoll/device/block';
import { memoryDisk } from '@atoll/device/memory-disk';
import { expect as unwrap } from '@atoll/result/result';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseArguments, writeArguments } from '../src/arguments.ts';
import { diskConfiguration } from '../src/configuration.ts';
import { diskBytes, OWNER } from './disk.ts';

const IDENTITY = new Uint8Array(16).fill(9);

function diskOf(contents: Uint8Array, blockSize = 512): BlockDevice {
  return memoryDisk({ blockSize, blockCount: contents.length / blockSize, contents });
}

/** The words on `disk`, or the reason why there are none; the disk is done at once. */
function read(disk: BlockDevice, owner = OWNER) {
  const result = diskConfiguration('storage').read(disk, owner)();
  if (result === undefined) throw new Error('the disk is not done');
  return result.ok ? result.value : `${result.error.blame}: ${result.error.reason}`;
}

describe('boot arguments in a region', () => {
  it('are read as they were written', () => {
    const words = fc.array(fc.string({ unit: 'grapheme' }).filter((word) => !word.includes('\0')));
    fc.assert(
      fc.property(words, fc.constantFrom(4096, 0x1_0000), (given, size) => {
        const bytes = unwrap(writeArguments(given, IDENTITY, size));
        expect(bytes.length).toBe(size);
        expect(parseArguments(bytes, IDENTITY)).toEqual({ ok: true, value: given });
      }),
    );
  });

  it('notice every flipped bit', () => {
    const bytes = unwrap(writeArguments(['--a=b', '--c'], IDENTITY, 4096)).subarray(0, 48);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3] ^= 1 << (bit & 7);
      expect(parseArguments(damaged, IDENTITY).ok).toBe(false);
    }
  });

  it('must fit', () => {
    const long = (length: number) => writeArguments(['x'.repeat(length - 1)], IDENTITY, 4096);
    expect(long(4096 - 38).ok).toBe(true);
    expect(long(4096 - 37)).toMatchObject({
      error: { reason: 'the arguments have 4059 bytes, there is room for 4058' },
    });
    expect(writeArguments(['a\0b'], IDENTITY, 4096)).toMatchObject({
      error: { reason: 'an argument has a NUL in it' },
    });
  });
});

describe('the configuration of a disk', () => {
  it.each([512, 1024, 4096])('is found with blocks of %i bytes', (blockSize) => {
    const words = ['--ipv4=10.0.0.2/24', '--domain=lan'];
    for (const size of [0x3000, 0x2_0000, 0x20_0000]) {
      const bytes = diskBytes(words, size, blockSize);
      expect(read(diskOf(bytes, blockSize))).toEqual(words);
    }
  });

  it('may be empty', () => {
    expect(read(diskOf(diskBytes()))).toEqual([]);
    expect(read(diskOf(diskBytes([])))).toEqual([]);
  });

  it('is read through the copy of a damaged label', () => {
    const bytes = diskBytes(['--domain=lan']);
    bytes.fill(0x55, 0, 512);
    expect(read(diskOf(bytes))).toEqual(['--domain=lan']);
  });

  it.each<[string, (bytes: Uint8Array) => void, string]>([
    ['blank', (bytes) => bytes.fill(0), 'config: it is blank\n  make it one of Atoll with: atoll'],
    ['something else', (bytes) => bytes.fill(1), 'config: it is no Atoll disk'],
    [
      'torn',
      (bytes) => bytes.fill(0, 4096 + 32, 4096 + 40),
      'config: its configuration is damaged',
    ],
    [
      'cut',
      (bytes) => bytes.fill(0xff, 4096 + 26, 4096 + 30),
      'damaged: it has no end\n  write it',
    ],
    ['rubbish', (bytes) => bytes.fill(7, 4096, 8192), 'damaged: it is none'],
    ['of later times', (bytes) => bytes.fill(2, 4096 + 9, 4096 + 10), 'version 2, this program'],
  ])('is refused when it is %s', (_, change, message) => {
    const bytes = diskBytes(['--domain=lan', '--ipv4=10.0.0.2/24']);
    change(bytes);
    expect(read(diskOf(bytes))).toContain(message);
  });

  it('is refused when it is that of another disk', () => {
    const bytes = diskBytes();
    bytes.set(unwrap(writeArguments(['--a'], IDENTITY, 4096)), 4096);
    expect(read(diskOf(bytes))).toContain('damaged: it is that of another disk');
  });

  it('is refused when the disk is for another appliance, for other blocks, or too small', () => {
    expect(read(diskOf(diskBytes([])), 'echo')).toBe('config: it belongs to dnsvizor, not to echo');
    expect(read(diskOf(diskBytes([]), 4096))).toContain('made for blocks of 512 bytes');
    expect(read(diskOf(new Uint8Array(3584)))).toContain('it has 3584 bytes, too few for a label');
  });

  it('waits for the disk, and names the block that it cannot read', () => {
    const disk = diskOf(diskBytes(['--domain=lan']));
    let isFull = true;
    const held: BlockRequest[] = [];
    const slow: BlockDevice = {
      ...disk,
      submit: (request) => !isFull && disk.submit(request) && held.push(request) > 0,
      complete() {
        if (held.length === 0) return undefined;
        const ended = disk.complete();
        if (ended?.block === 8) ended.failure = 'the disk reports an error';
        return ended;
      },
    };
    const poll = diskConfiguration('storage').read(slow, OWNER);
    expect(poll()).toBeUndefined();
    isFull = false;
    expect(poll()).toEqual({
      ok: false,
      error: { blame: 'peer', reason: 'the disk reports an error, in block 8' },
    });
  });
});
