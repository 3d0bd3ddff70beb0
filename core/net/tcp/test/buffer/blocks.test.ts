import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Block } from '../../src/buffer/blocks.ts';
import { BLOCK_SIZE, BlockPool, LARGE_BLOCK_SIZE } from '../../src/buffer/blocks.ts';

/** A pool and how much it asked for. */
function watched(limit: number): { pool: BlockPool; asked: number[] } {
  const asked: number[] = [];
  let address = 0x1000;
  const pool = new BlockPool((size) => {
    asked.push(size);
    const region = { bytes: new Uint8Array(size), address };
    address += size;
    return region;
  }, limit);
  return { pool, asked };
}

describe('BlockPool', () => {
  it('lets each of those who send keep a share of one half, and one alone all of it', () => {
    const { pool } = watched(512 * BLOCK_SIZE);
    const shares = [0, 1, 2, 3, 64, 1000].map((senders) => {
      pool.senders = senders;
      return pool.sendShare / BLOCK_SIZE;
    });
    expect(shares).toEqual([512, 512, 128, 85, 4, 2]);
  });

  it('allocates nothing before it is needed, then sixteen blocks at a time', () => {
    const { pool, asked } = watched(100 * BLOCK_SIZE);
    expect(asked).toEqual([]);
    pool.take();
    expect(asked).toEqual([16 * BLOCK_SIZE]);
    for (let taken = 1; taken < 17; taken++) pool.take();
    expect(asked).toEqual([16 * BLOCK_SIZE, 16 * BLOCK_SIZE]);
  });

  it('never allocates or lends more than its limit', () => {
    const { pool, asked } = watched(20 * BLOCK_SIZE + 4095);
    const blocks = Array.from({ length: 30 }, () => pool.take());
    expect(blocks.filter((block) => block !== undefined)).toHaveLength(20);
    expect(asked).toEqual([16 * BLOCK_SIZE, 4 * BLOCK_SIZE]);
    expect(pool.limit).toBe(20 * BLOCK_SIZE);
    expect(pool.used).toBe(20 * BLOCK_SIZE);
  });

  it('lends blocks that do not overlap, each with its address', () => {
    const { pool } = watched(20 * BLOCK_SIZE);
    const addresses = new Set<number>();
    for (let block = pool.take(); block !== undefined; block = pool.take()) {
      expect(block.bytes).toHaveLength(BLOCK_SIZE);
      expect(block.bytes.byteOffset % BLOCK_SIZE).toBe(0);
      addresses.add(block.address);
    }
    expect([...addresses].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, index) => 0x1000 + index * BLOCK_SIZE),
    );
  });

  it('lends what came back again', () => {
    const { pool, asked } = watched(BLOCK_SIZE);
    const block = pool.take() as Block;
    expect(pool.take()).toBeUndefined();
    pool.give(block);
    expect(pool.used).toBe(0);
    expect(pool.take()).toBe(block);
    expect(asked).toHaveLength(1);
  });

  it('is tight from three quarters on', () => {
    const { pool } = watched(8 * BLOCK_SIZE);
    for (let taken = 1; taken <= 5; taken++) pool.take();
    expect(pool.isTight).toBe(false);
    const block = pool.take() as Block;
    expect(pool.isTight).toBe(true);
    pool.give(block);
    expect(pool.isTight).toBe(false);
  });

  it('lends the last quarter only to those with less than two', () => {
    const { pool } = watched(8 * BLOCK_SIZE);
    for (let held = 0; held < 8; held++) {
      const room = pool.roomFor(held) / BLOCK_SIZE;
      expect(room).toBe(Math.max(6 - held, 0));
      expect(pool.take(held) !== undefined).toBe(held < 6);
    }
    expect(pool.roomFor(0)).toBe(2 * BLOCK_SIZE);
    expect(pool.take(1)).toBeDefined();
    expect(pool.roomFor(0)).toBe(BLOCK_SIZE);
    expect(pool.take(0)).toBeDefined();
    expect(pool.roomFor(0)).toBe(0);
    expect(pool.take(0)).toBeUndefined();
  });

  it('lends large blocks while half of its memory is left', () => {
    const { pool, asked } = watched(64 * BLOCK_SIZE);
    const [first, second] = [pool.takeLarge() as Block, pool.takeLarge() as Block];
    expect([first.bytes.length, second.bytes.length]).toEqual([LARGE_BLOCK_SIZE, LARGE_BLOCK_SIZE]);
    expect(second.address).toBe(first.address + LARGE_BLOCK_SIZE);
    expect(pool.used).toBe(2 * LARGE_BLOCK_SIZE);
    expect(pool.takeLarge()).toBeUndefined();
    pool.give(first);
    expect(pool.used).toBe(LARGE_BLOCK_SIZE);
    expect(pool.takeLarge()).toBe(first);
    expect(asked).toHaveLength(2);
  });

  it('cuts a large block that came back, and joins small ones that all came back', () => {
    const { pool, asked } = watched(39 * BLOCK_SIZE);
    const large = pool.takeLarge() as Block;
    pool.give(large);
    const all: Block[] = [];
    for (let block = pool.take(); block !== undefined; block = pool.take()) all.push(block);
    expect(all).toHaveLength(39);
    expect(asked.map((size) => size / BLOCK_SIZE)).toEqual([16, 16, 7]);
    const last = all.splice(20, 1)[0];
    for (const block of all) pool.give(block);
    // One piece of the second is still lent, and the rest was never whole.
    expect(pool.takeLarge()).toBe(large);
    pool.give(large);
    pool.give(last);
    const addresses = new Set([pool.take(), pool.take()].map((block) => block?.address));
    expect(addresses.size).toBe(2);
    expect(asked).toHaveLength(3);
  });

  it('lends no byte twice, whatever is taken and given back', () => {
    const step = fc.record({ kind: fc.constantFrom('take', 'large', 'give'), pick: fc.nat() });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 300 }),
        fc.integer({ min: 1, max: 90 }),
        (steps, size) => {
          const { pool, asked } = watched(size * BLOCK_SIZE);
          const lent: Block[] = [];
          for (const { kind, pick } of steps) {
            if (kind === 'give') for (const block of lent.splice(pick % 100, 1)) pool.give(block);
            const block =
              kind === 'take' ? pool.take() : kind === 'large' ? pool.takeLarge() : undefined;
            if (block !== undefined) lent.push(block);
            const ranges = lent.map(({ address, bytes }) => [address, address + bytes.length]);
            ranges.sort(([a], [b]) => a - b);
            for (let at = 1; at < ranges.length; at++) {
              expect(ranges[at][0]).toBeGreaterThanOrEqual(ranges[at - 1][1]);
            }
            expect(pool.used).toBe(lent.reduce((sum, { bytes }) => sum + bytes.length, 0));
          }
          expect(asked.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(pool.limit);
          for (const block of lent) pool.give(block);
          let count = 0;
          while (pool.take() !== undefined) count++;
          expect(count).toBe(size);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('does not take more than it lent, and is not made without room for a block', () => {
    const { pool } = watched(BLOCK_SIZE);
    const block = pool.take() as Block;
    pool.give(block);
    expect(() => pool.give(block)).toThrow(RangeError);
    expect(() => watched(4095)).toThrow(RangeError);
    expect(() => watched(Number.NaN)).toThrow(RangeError);
  });
});
