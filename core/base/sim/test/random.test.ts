import { describe, expect, it } from 'vitest';
import { mutate } from '../src/mutate.ts';
import { Random } from '../src/random.ts';

describe('Random', () => {
  it('repeats itself for a seed, and only for that', () => {
    const draw = (seed: number) => new Random(seed).bytes(16);
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(7)).not.toEqual(draw(7 + 2 ** 32));
  });

  it('spreads evenly', () => {
    const random = new Random(1);
    const counts = new Array<number>(10).fill(0);
    for (let draw = 0; draw < 100_000; draw++) counts[random.below(10)]++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  it('is true as often as asked', () => {
    const random = new Random(2);
    let times = 0;
    for (let draw = 0; draw < 100_000; draw++) if (random.chance(0.05)) times++;
    expect(Math.abs(times - 5000)).toBeLessThan(300);
    expect([random.chance(0), random.chance(1)]).toEqual([false, true]);
  });
});

describe('mutate', () => {
  it('leaves the original alone, changes most copies, and makes none much longer', () => {
    const random = new Random(3);
    const original = random.bytes(100);
    const kept = original.slice();
    let changed = 0;
    for (let round = 0; round < 1000; round++) {
      const damaged = mutate(random, original);
      expect(damaged.length).toBeLessThanOrEqual(100 + 4 * 64);
      if (damaged.length !== 100 || damaged.some((byte, at) => byte !== kept[at])) changed++;
    }
    expect(original).toEqual(kept);
    expect(changed).toBeGreaterThan(900);
  });

  it('works on nothing', () => {
    const random = new Random(4);
    for (let round = 0; round < 1000; round++) mutate(random, new Uint8Array(0));
  });
});
