import { describe, expect, it } from 'vitest';
import { BLOCK_SIZE, BlockPool } from '../../src/buffer/blocks.ts';
import { SendBuffer } from '../../src/buffer/send.ts';
import type { Evictable } from '../../src/host/eviction.ts';
import { Eviction } from '../../src/host/eviction.ts';

const BLOCKS = 64;

/** Connections with something to send, of which only that matters. */
class Bench {
  readonly pool: BlockPool;
  readonly eviction: Eviction<Evictable & { name: string }>;
  readonly items: (Evictable & { name: string; send: SendBuffer })[] = [];

  constructor() {
    const allocate = (size: number) => ({ bytes: new Uint8Array(size), address: 0 });
    this.pool = new BlockPool(allocate, BLOCKS * BLOCK_SIZE);
    this.eviction = new Eviction(this.pool);
  }

  add(name: string, blocks: number, { isPersisting = false } = {}): SendBuffer {
    const send = new SendBuffer(this.pool, 2 ** 20);
    // One by one, so that it takes no large block.
    for (let count = 0; count < blocks; count++) send.write(new Uint8Array(BLOCK_SIZE));
    const connection = { block: { send, isPersisting } } as unknown as Evictable['connection'];
    this.items.push({ name, send, connection, evictionGoal: 0, evictionSince: -1 });
    return send;
  }

  /** Takes blocks until only `free` are left. */
  fill(free: number): void {
    while (this.pool.free > free) this.pool.take();
  }

  /** Who is evicted at `now`. */
  at(now: number): string[] {
    const evicted: string[] = [];
    this.eviction.poll(this.items, now, (item) => {
      evicted.push(item.name);
      this.items.find((each) => each === item)?.send.release();
    });
    return evicted;
  }
}

describe('Eviction', () => {
  it('does nothing as long as there is memory', () => {
    const bench = new Bench();
    bench.add('a', 10);
    bench.fill(4);
    expect(bench.at(0)).toEqual([]);
    expect(bench.eviction.nextTimeout).toBe(Number.POSITIVE_INFINITY);
    expect(bench.at(1_000_000)).toEqual([]);
  });

  it('ends those that made no progress for ten seconds, the oldest first, until there is memory', () => {
    const bench = new Bench();
    const moving = bench.add('moving', 1);
    bench.add('first', 8);
    bench.add('second', 1);
    bench.fill(1);
    for (let now = 1000; now < 11_000; now += 500) {
      moving.acknowledge(moving.end);
      moving.write(new Uint8Array(BLOCK_SIZE));
      if (now === 3000) bench.add('third', 1);
      expect([now, ...bench.at(now)]).toEqual([now]);
    }
    bench.pool.roomFor(0);
    expect(bench.at(11_000)).toEqual(['first']);
    expect(bench.pool.free).toBe(8);
    bench.fill(0);
    bench.pool.roomFor(0);
    expect(bench.at(11_500)).toEqual(['second']);
    bench.pool.roomFor(0);
    expect(bench.at(12_000)).toEqual([]);
  });

  it('takes a byte now and then for no progress, and all that there was for some', () => {
    const bench = new Bench();
    const dripping = bench.add('dripping', 2);
    const small = bench.add('small', 0);
    small.write(new Uint8Array(10));
    bench.fill(0);
    for (let now = 0; now < 10_000; now += 500) {
      dripping.acknowledge((dripping.start + 1) >>> 0);
      small.acknowledge(small.end);
      small.write(new Uint8Array(10));
      bench.pool.roomFor(0);
      expect(bench.at(now)).toEqual([]);
    }
    bench.pool.roomFor(0);
    expect(bench.at(10_000)).toEqual(['dripping']);
  });

  it('waits for two seconds for a peer with a closed window when there is none left', () => {
    const bench = new Bench();
    bench.add('closed', 2, { isPersisting: true });
    bench.add('open', 2);
    bench.fill(0);
    for (let now = 0; now < 2000; now += 500) {
      expect(bench.pool.roomFor(0)).toBe(0);
      expect(bench.at(now)).toEqual([]);
    }
    bench.pool.roomFor(0);
    expect(bench.at(2000)).toEqual(['closed']);
  });

  it('begins anew after there was memory for long', () => {
    const bench = new Bench();
    bench.add('a', 1);
    bench.fill(3);
    bench.at(0);
    for (let now = 500; now <= 11_000; now += 500) expect(bench.at(now)).toEqual([]);
    expect(bench.eviction.nextTimeout).toBe(Number.POSITIVE_INFINITY);
    bench.fill(2);
    expect(bench.at(100_000)).toEqual([]);
    bench.fill(1);
    expect(bench.at(110_000)).toEqual(['a']);
  });
});
