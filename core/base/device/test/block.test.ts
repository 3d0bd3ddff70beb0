import { describe, expect, it } from 'vitest';
import type { BlockDevice, BlockRequest } from '../src/block.ts';
import { BLOCK_REQUEST_BYTES } from '../src/block.ts';
import { memoryDisk } from '../src/memory-disk.ts';
import { PROMPT_QUEUE, promptDisk } from '../src/prompt-disk.ts';

function request(
  operation: BlockRequest['operation'],
  block = 0,
  bytes = new Uint8Array(operation === 'flush' ? 0 : 512),
): BlockRequest {
  return { operation, block, bytes, failure: undefined };
}

/** Submits what `disk` must refuse. */
function misuse(disk: BlockDevice, wrong: BlockRequest) {
  return expect(() => disk.submit(wrong));
}

describe('a disk in memory', () => {
  it('reads what was written, and ends requests in their order', () => {
    const disk = memoryDisk({ blockCount: 4 });
    const write = request('write', 1, new Uint8Array(1024).fill(7));
    const flush = request('flush');
    const read = request('read', 2);
    for (const each of [write, flush, read]) expect(disk.submit(each)).toBe(true);
    expect([disk.complete(), disk.complete(), disk.complete()]).toEqual([write, flush, read]);
    expect(disk.complete()).toBeUndefined();
    expect(read.bytes).toEqual(new Uint8Array(512).fill(7));
    expect(read.failure).toBeUndefined();
    expect(disk.counters).toEqual({
      reads: 1,
      readBytes: 512,
      writes: 1,
      writtenBytes: 1024,
      flushes: 1,
      failures: 0,
    });
  });

  it('takes contents as they are', () => {
    const contents = new Uint8Array(8192).fill(3);
    const disk = memoryDisk({ blockSize: 4096, blockCount: 2, contents });
    disk.submit(request('write', 1, new Uint8Array(4096).fill(9)));
    expect([contents[4095], contents[4096]]).toEqual([3, 9]);
    expect(() => memoryDisk({ blockCount: 3, contents })).toThrow('8192 bytes are not 3 blocks');
  });

  it('refuses misuse', () => {
    const disk = memoryDisk({ blockCount: 4096 });
    misuse(disk, request('read', 0, new Uint8Array(0))).toThrow('not whole blocks');
    misuse(disk, request('read', 0, new Uint8Array(513))).toThrow('not whole blocks');
    misuse(disk, request('read', 0, new Uint8Array(BLOCK_REQUEST_BYTES + 512))).toThrow('too many');
    misuse(disk, request('read', 4096)).toThrow('blocks 4096 to 4096 are not all on "memory"');
    misuse(disk, request('read', 4095, new Uint8Array(1024))).toThrow('not all on');
    misuse(disk, request('write', -1)).toThrow('not all on');
    misuse(disk, request('write', 0.5)).toThrow('not all on');
    misuse(disk, request('read', Number.NaN)).toThrow('not all on');
    misuse(disk, request('flush', 0, new Uint8Array(512))).toThrow('a flush has no bytes');
    const readable = memoryDisk({ blockCount: 1, isReadOnly: true });
    misuse(readable, request('write')).toThrow('can only be read');
    misuse(readable, request('persist')).toThrow('can only be read');
  });
});

describe('a disk that is done when the call returns', () => {
  const about = {
    name: 'storage',
    blockSize: 512,
    blockCount: 8,
    isReadOnly: false,
    durability: 'power',
  } as const;

  it('says when the disk failed, and counts it', () => {
    const fails = () => false;
    const disk = promptDisk(about, {
      handle: 3,
      read: fails,
      write: fails,
      persist: fails,
      flush: fails,
    });
    for (const operation of ['read', 'write', 'persist', 'flush'] as const) {
      disk.submit(request(operation));
      expect(disk.complete()?.failure).toBe('the disk reports an error');
    }
    expect(disk.counters).toMatchObject({ reads: 0, writes: 0, flushes: 0, failures: 4 });
  });

  it('forgets an earlier failure of a request that is submitted again', () => {
    let isBroken = true;
    const calls = () => !isBroken;
    const disk = promptDisk(about, {
      handle: 3,
      read: calls,
      write: calls,
      persist: calls,
      flush: calls,
    });
    const read = request('read');
    disk.submit(read);
    isBroken = false;
    expect(disk.complete()?.failure).toBeDefined();
    disk.submit(read);
    expect(disk.complete()?.failure).toBeUndefined();
  });

  it('holds so many ended requests and no more', () => {
    const disk = memoryDisk({ blockCount: 1 });
    for (let count = 0; count < PROMPT_QUEUE; count++) {
      expect(disk.submit(request('flush'))).toBe(true);
    }
    expect(disk.submit(request('flush'))).toBe(false);
    disk.complete();
    expect(disk.submit(request('flush'))).toBe(true);
  });
});
