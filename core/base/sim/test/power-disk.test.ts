import type { BlockRequest } from '@atoll/device/block';
import { describe, expect, it } from 'vitest';
import type { PowerDiskOptions } from '../src/power-disk.ts';
import { PowerDisk } from '../src/power-disk.ts';
import { Random } from '../src/random.ts';

const BLOCK = 512;

function disk(seed: number, options: Partial<PowerDiskOptions> = {}) {
  return new PowerDisk(new Random(seed), { blockCount: 64, ...options });
}

function request(operation: BlockRequest['operation'], block = 0, fill = 0, blocks = 1) {
  const bytes = new Uint8Array(operation === 'flush' ? 0 : blocks * BLOCK).fill(fill);
  return { operation, block, bytes, failure: undefined } as BlockRequest;
}

/** Has `disk` do it at once. */
function perform(disk: PowerDisk, ...of: Parameters<typeof request>): BlockRequest {
  const wanted = request(...of);
  expect(disk.submit(wanted)).toBe(true);
  expect(disk.complete()).toBe(wanted);
  return wanted;
}

function block(disk: PowerDisk, number: number): Uint8Array {
  return disk.contents().subarray(number * BLOCK, (number + 1) * BLOCK);
}

const isAll = (bytes: Uint8Array, value: number) => bytes.every((byte) => byte === value);

describe('a disk whose power fails', () => {
  it('shows what was written at once, and keeps what was flushed', () => {
    for (let seed = 0; seed < 200; seed++) {
      const power = disk(seed);
      perform(power, 'write', 3, 7);
      expect(perform(power, 'read', 3).bytes).toEqual(new Uint8Array(BLOCK).fill(7));
      perform(power, 'flush');
      perform(power, 'write', 4, 8);
      power.cut();
      expect(isAll(block(power, 3), 7)).toBe(true);
    }
  });

  it('loses, tears and keeps what was not', () => {
    const seen = { lost: 0, kept: 0, torn: 0 };
    for (let seed = 0; seed < 300; seed++) {
      const power = disk(seed);
      perform(power, 'write', 0, 1, 2);
      power.cut();
      const after = power.contents().subarray(0, 2 * BLOCK);
      if (isAll(after, 0)) seen.lost++;
      else if (isAll(after, 1)) seen.kept++;
      else seen.torn++;
    }
    expect(Math.min(seen.lost, seen.kept, seen.torn)).toBeGreaterThan(50);
  });

  it('lets an earlier write of a place win over a later one', () => {
    const survivors = new Set<number>();
    for (let seed = 0; seed < 300; seed++) {
      const power = disk(seed);
      perform(power, 'write', 0, 1);
      perform(power, 'write', 0, 2);
      power.cut();
      survivors.add(power.contents()[0]);
    }
    expect([...survivors].sort()).toEqual([0, 1, 2]);
  });

  it('keeps nothing for certain by a flush that was submitted before the write ended', () => {
    let lost = 0;
    for (let seed = 0; seed < 100; seed++) {
      const power = disk(seed, { delay: 10 });
      power.submit(request('write', 0, 9));
      power.submit(request('flush'));
      power.now = 100;
      while (power.complete() !== undefined);
      power.cut();
      if (power.contents()[0] === 0) lost++;
    }
    expect(lost).toBeGreaterThan(10);
  });

  it('keeps what was persisted, and nothing else for its sake', () => {
    const others = new Set<number>();
    for (let seed = 0; seed < 200; seed++) {
      const power = disk(seed);
      perform(power, 'write', 1, 5, 3);
      perform(power, 'persist', 2, 9);
      power.cut();
      expect(isAll(block(power, 2), 9)).toBe(true);
      others.add(block(power, 1)[0]);
    }
    expect([...others].sort()).toEqual([0, 5]);
  });

  it('may lose and tear what it was persisting when the power went, or failed to persist', () => {
    for (const failures of [{}, { persist: 1 }]) {
      const seen = { lost: 0, kept: 0, torn: 0 };
      for (let seed = 0; seed < 300; seed++) {
        const power = disk(seed, { failures });
        power.submit(request('persist', 0, 1, 2));
        if ('persist' in failures) expect(power.complete()?.failure).toBeDefined();
        power.submit(request('flush'));
        power.cut();
        const after = power.contents().subarray(0, 2 * BLOCK);
        if (isAll(after, 0)) seen.lost++;
        else if (isAll(after, 1)) seen.kept++;
        else seen.torn++;
      }
      expect(Math.min(seen.lost, seen.kept, seen.torn)).toBeGreaterThan(0);
    }
  });

  it('takes time, in no order, and no more than its queue holds', () => {
    const power = disk(5, { delay: 10, queue: 3 });
    const all = [request('read', 1), request('read', 2), request('read', 3)];
    for (const one of all) expect(power.submit(one)).toBe(true);
    expect(power.submit(request('read', 4))).toBe(false);
    expect(power.complete()).toBeUndefined();
    expect(power.nextTimeout).toBeLessThan(10);
    power.now = 10;
    const ended = [power.complete(), power.complete(), power.complete()];
    expect(new Set(ended)).toEqual(new Set(all));
    expect(ended).not.toEqual(all);
    expect(power.counters).toMatchObject({ reads: 3, readBytes: 3 * BLOCK });
  });

  it('fails as often as asked, and forsakes what a failed flush should have kept', () => {
    let lost = 0;
    for (let seed = 0; seed < 100; seed++) {
      const power = disk(seed, { failures: { flush: 0.5 } });
      perform(power, 'write', 0, 1);
      const first = perform(power, 'flush');
      const second = perform(power, 'flush');
      expect(power.contents()[0]).toBe(1);
      power.cut();
      if (first.failure === undefined) expect(power.contents()[0]).toBe(1);
      else if (second.failure === undefined && power.contents()[0] === 0) lost++;
    }
    expect(lost).toBeGreaterThan(0);
  });

  it('never ends a request while it is stuck', () => {
    const power = disk(1);
    power.isStuck = true;
    power.submit(request('write', 0, 1));
    expect(power.complete()).toBeUndefined();
    expect(power.nextTimeout).toBe(Number.POSITIVE_INFINITY);
    power.restart();
    power.isStuck = false;
    expect(power.complete()).toBeUndefined();
    power.flip(BLOCK, 3);
    expect(perform(power, 'read', 1).bytes[0]).toBe(8);
  });

  it('refuses what no disk can be asked for', () => {
    expect(() => disk(1).submit(request('read', 64))).toThrow(RangeError);
  });
});
