import type { BlockRequest } from '@atoll/device/block';
import { exerciseDisk, mark } from '@atoll/sim/disk-suite';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import type { VirtioDisk } from '../src/disk.ts';
import type { Answer } from './block-model.ts';
import { BLK_SIZE, BlockModel, FLUSH, NONE, RO } from './block-model.ts';

function model(change: Partial<BlockModel> = {}): BlockModel {
  return Object.assign(new BlockModel(), change);
}

function flushOf(): BlockRequest {
  return { operation: 'flush', block: 0, bytes: new Uint8Array(0), failure: undefined };
}

/** A request for bytes that `device` can reach. */
function request(
  device: BlockModel,
  operation: 'read' | 'write',
  block: number,
  length = 512,
  value = 0xee,
): BlockRequest {
  return { operation, block, bytes: device.bytes(length, value), failure: undefined };
}

/** Submits `wanted` and answers it when it has ended. */
function done(disk: VirtioDisk, wanted: BlockRequest): BlockRequest {
  expect(disk.submit(wanted)).toBe(true);
  disk.settle(false);
  const ended = disk.complete();
  expect(ended).toBe(wanted);
  return wanted;
}

describe('a virtio block device', () => {
  it.each([
    [{}],
    [{ features: 0 }],
    [{ blockSize: 2048, queueSize: 4 }],
    [{ sizeMax: 1024, queueSize: 128 }],
  ])('does what a disk must do: %o', (change) => {
    const device = model(change);
    const disk = device.open();
    for (const _ of exerciseDisk(disk, new Random(4))) {
      disk.settle(true);
    }
    expect(device.medium.every((byte, at) => byte === mark(Math.floor(at / disk.blockSize)))).toBe(
      true,
    );
  });

  it('says what it is', () => {
    const disk = model({ features: FLUSH | RO | BLK_SIZE, blockSize: 4096 }).open();
    expect(disk).toMatchObject({ name: 'storage', blockSize: 4096, blockCount: 8 });
    expect(disk).toMatchObject({ isReadOnly: true, durability: 'power' });
    const plain = model({ features: 0, serial: undefined }).open();
    expect(plain).toMatchObject({ name: '', blockSize: 512, blockCount: 64, isReadOnly: false });
    expect(plain.durability).toBe('program');
  });

  it('reads, writes and flushes where the bytes lie', () => {
    const device = model();
    const disk = device.open();
    expect(done(disk, request(device, 'write', 3, 1024, 0x77)).failure).toBeUndefined();
    expect(done(disk, flushOf()).failure).toBeUndefined();
    const read = done(disk, request(device, 'read', 4));
    expect(read.failure).toBeUndefined();
    expect(read.bytes).toEqual(new Uint8Array(512).fill(0x77));
    expect(device.served).toEqual([
      [1, 3, 1024],
      [4, 0, 0],
      [0, 4, 512],
    ]);
    expect(disk.counters).toMatchObject({ reads: 1, writes: 1, writtenBytes: 1024, flushes: 1 });
  });

  it('counts in sectors of 512 bytes whatever its blocks are', () => {
    const device = model({ blockSize: 2048 });
    done(device.open(), request(device, 'read', 3, 4096));
    expect(device.served).toEqual([[0, 12, 4096]]);
  });

  it('has several requests under way, which end in any order', () => {
    const device = model();
    const disk = device.open();
    device.isPrompt = false;
    const requests = Array.from({ length: 5 }, (_, block) => request(device, 'read', block));
    for (const each of requests) expect(disk.submit(each)).toBe(true);
    // 16 entries are five chains of three.
    expect(disk.submit(request(device, 'read', 9))).toBe(false);
    disk.settle(true);
    expect(disk.complete()).toBeUndefined();
    const ids = requests.map(() => device.queue?.next() ?? -1);
    for (const id of [...ids].reverse()) {
      const [, data, status] = device.queue?.chain(id) ?? [];
      device.memory.bytes.fill(id, data.start, data.start + 512);
      device.memory.bytes[status.start] = 0;
      device.queue?.use(id, 513);
    }
    const ended = requests.map(() => disk.complete());
    expect(ended).toEqual([...requests].reverse());
    expect(new Set(requests.map(({ bytes }) => bytes[0])).size).toBe(5);
    expect(disk.complete()).toBeUndefined();
  });

  it('takes a request in parts that it can move', () => {
    const device = model({ sizeMax: 1500 });
    const disk = device.open();
    const read = request(device, 'read', 0, 64 * 512);
    expect(disk.submit(read)).toBe(true);
    expect(disk.submit(request(device, 'read', 0))).toBe(false);
    for (let step = 0; step < 20 && read.bytes[63 * 512] !== 63; step++) {
      disk.settle(false);
      if (disk.complete() !== undefined) break;
    }
    expect(read.failure).toBeUndefined();
    expect(read.bytes).toEqual(device.medium);
    expect(device.served).toEqual(
      Array.from({ length: 32 }, (_, part) => [0, part * 2, 1024] as [number, number, number]),
    );
  });

  it('ends a request once when one of its parts failed', () => {
    const device = model({ sizeMax: 512 });
    const disk = device.open();
    device.lie = () => (device.served.length === 7 ? { status: 1 } : {});
    const read = request(device, 'read', 0, 64 * 512);
    disk.submit(read);
    const ended: BlockRequest[] = [];
    for (let step = 0; step < 20; step++) {
      disk.settle(false);
      for (let one = disk.complete(); one !== undefined; one = disk.complete()) ended.push(one);
    }
    expect(ended).toEqual([read]);
    expect(read.failure).toBe('the disk reports an error');
    expect(device.served.length).toBeLessThan(64);
    expect(done(disk, request(device, 'read', 1)).failure).toBeUndefined();
  });

  it('has flushed at once when it has no flush', () => {
    const device = model({ features: 0 });
    const disk = device.open();
    expect(disk.submit(flushOf())).toBe(true);
    expect(disk.complete()?.failure).toBeUndefined();
    expect(device.served).toEqual([]);
  });

  it('does not sleep over what has ended', () => {
    const device = model();
    const disk = device.open();
    device.isPrompt = false;
    disk.submit(request(device, 'read', 0));
    expect(disk.settle(true)).toBe(true);
    const interrupts = device.queue?.interrupts ?? 0;
    device.serve();
    expect(device.queue?.interrupts).toBe(interrupts + 1);
    expect(disk.settle(true)).toBe(false);
    expect(disk.complete()).toBeDefined();
    expect(disk.settle(true)).toBe(true);
  });

  it('refuses misuse', () => {
    const disk = model({ features: RO }).open();
    const write = { ...flushOf(), operation: 'write', bytes: new Uint8Array(512) } as const;
    expect(() => disk.submit(write)).toThrow('can only be read');
    expect(() => disk.submit({ ...write, operation: 'read', block: 64 })).toThrow('not all on');
  });
});

describe('a device that cannot be a disk', () => {
  it.each([
    ['has no capacity', { sectors: 0 }, 'has no blocks'],
    ['has less than one block', { sectors: 7, blockSize: 4096 }, 'has no blocks'],
    [
      'has more than there can be',
      { sectors: 2 ** 60 },
      'claims to have 1152921504606847000 sectors',
    ],
    ['has blocks of no bytes', { blockSize: 0 }, 'has blocks of 0 bytes'],
    ['has blocks of three', { blockSize: 1536 }, 'has blocks of 1536 bytes'],
    ['has large blocks', { blockSize: 8192 }, 'has blocks of 8192 bytes'],
    ['moves no block', { sizeMax: 511 }, 'takes 511 bytes, less than a block'],
    ['has no room for a request', { queueSize: 2 }, 'has no queue for requests'],
    ['has no queue', { queueSize: 0 }, 'has no queue for requests'],
    ['does not answer', { isPrompt: false }, 'virtio-mmio device at 0xfeb00c00 does not answer'],
  ])('%s', (_, change, message) => {
    const device = model(change);
    expect(() => device.open()).toThrow(message);
  });

  it('is reset when it does not say its serial number', () => {
    const device = model({ isPrompt: false });
    expect(() => device.open()).toThrow('does not answer');
    expect(device.status).toBe(0);
  });
});

describe('a device that lies', () => {
  const lies: [string, Answer, string | undefined][] = [
    ['writes no status', { status: NONE }, 'the disk ended a request without a status'],
    ['reports an error', { status: 1 }, 'the disk reports an error'],
    ['supports nothing', { status: 2 }, 'the disk does not support that'],
    ['has a status of its own', { status: 77 }, 'the disk answers with status 77'],
    ['gives less', { length: 511 }, 'the disk gave 511 of 512 bytes'],
    ['gives nothing', { length: 0 }, 'the disk gave 0 of 512 bytes'],
    ['claims more than fits', { length: 514 }, 'the disk gave 0 of 512 bytes'],
    ['claims the most', { length: 0xffff_ffff }, 'the disk gave 0 of 512 bytes'],
    ['leaves the status out of its count', { length: 512 }, undefined],
  ];
  it.each(lies)('%s', (_, answer, failure) => {
    const device = model();
    const disk = device.open();
    device.lie = () => answer;
    expect(done(disk, request(device, 'read', 1)).failure).toBe(failure);
    device.lie = () => ({});
    expect(done(disk, request(device, 'read', 1)).failure).toBeUndefined();
  });

  it('shrinks', () => {
    const device = model();
    const disk = device.open();
    device.sectors = 10;
    const read = done(disk, request(device, 'read', 60));
    expect(read.failure).toBe('the disk reports an error: it has shrunk from 64 to 10 sectors');
    expect(done(disk, request(device, 'read', 5)).failure).toBeUndefined();
  });

  it.each([1, 2, 15, 16, 0xffff_ffff])('names a request that it does not have, %i', (id) => {
    const device = model();
    const disk = device.open();
    device.lie = () => ({ id });
    const read = request(device, 'read', 0);
    disk.submit(read);
    disk.settle(false);
    expect(disk.complete()).toBeUndefined();
    expect(disk.violations).toBe(1);
    // The request is still under way as far as we know, until patience ends.
    device.now += 30_001;
    expect(disk.settle(true)).toBe(false);
    expect(disk.complete()).toBe(read);
    expect(read.failure).toBe('the disk is not used any more: it does not answer');
  });

  it('moves its index further than there are requests', () => {
    const device = model();
    const disk = device.open();
    device.isPrompt = false;
    const requests = [request(device, 'read', 0), request(device, 'write', 1)];
    for (const each of requests) disk.submit(each);
    disk.settle(false);
    device.queue?.scribble(1, 100);
    expect([disk.complete(), disk.complete()]).toEqual(requests);
    expect(disk.complete()).toBeUndefined();
    for (const { failure } of requests) {
      expect(failure).toBe('the disk is not used any more: it broke its queue');
    }
    expect(device.status).toBe(0);
    expect(disk.settle(true)).toBe(true);
    // Afterwards everything fails, and nothing is asked of the device.
    const served = device.served.length;
    disk.submit(flushOf());
    expect(disk.complete()?.failure).toContain('not used any more');
    expect(device.served.length).toBe(served);
  });

  it('never answers', () => {
    const device = model();
    const disk = device.open();
    expect(disk.deadline).toBe(Number.POSITIVE_INFINITY);
    device.isPrompt = false;
    device.now = 1000;
    const requests = [request(device, 'read', 0, 64 * 512), flushOf()];
    for (const each of requests) expect(disk.submit(each)).toBe(true);
    expect(disk.settle(true)).toBe(true);
    expect(disk.deadline).toBe(31_000);
    device.now = 30_999;
    expect(disk.settle(true)).toBe(true);
    device.now = 31_000;
    expect(disk.settle(true)).toBe(false);
    expect([disk.complete(), disk.complete()]).toEqual(requests);
    for (const { failure } of requests) expect(failure).toContain('it does not answer');
    expect(device.status).toBe(0);
    expect(disk.deadline).toBe(Number.POSITIVE_INFINITY);
  });

  it('is slow, but ends one after the other', () => {
    const device = model();
    const disk = device.open();
    device.isPrompt = false;
    const requests = Array.from({ length: 4 }, (_, block) => request(device, 'read', block));
    for (const each of requests) disk.submit(each);
    for (const each of requests) {
      disk.settle(true);
      device.now += 20_000;
      device.serve(1);
      expect(disk.settle(true)).toBe(false);
      expect(disk.complete()).toBe(each);
      expect(each.failure).toBeUndefined();
    }
  });
});
