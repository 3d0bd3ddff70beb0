import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { RandomLimit } from '../../src/host/challenge.ts';

function passed(limit: RandomLimit, now: number): number {
  let count = 0;
  while (limit.allows(now)) count++;
  return count;
}

describe('RandomLimit', () => {
  it('lets between half and one and a half times as many through each second', () => {
    const limit = new RandomLimit(new Random(1), 100);
    const counts: number[] = [];
    for (let second = 0; second < 200; second++) counts.push(passed(limit, second * 1000));
    expect(Math.min(...counts)).toBeGreaterThan(50);
    expect(Math.max(...counts)).toBeLessThanOrEqual(150);
    expect(new Set(counts).size).toBeGreaterThan(50);
    const mean = counts.reduce((sum, count) => sum + count) / counts.length;
    expect(mean).toBeGreaterThan(90);
    expect(mean).toBeLessThan(110);
  });

  it('lets nothing more through before the second is over', () => {
    const limit = new RandomLimit(new Random(2), 10);
    passed(limit, 5000);
    expect(limit.allows(5999)).toBe(false);
    expect(limit.allows(6000)).toBe(true);
  });

  it('works for a limit of one', () => {
    const limit = new RandomLimit(new Random(3), 1);
    expect(passed(limit, 0)).toBe(1);
  });
});
