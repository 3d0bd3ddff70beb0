import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { Identifications } from '../src/identification.ts';

describe('Identifications', () => {
  it('uses all bits, does not count, and draws for many at a time', () => {
    const random = new Random(1);
    let draws = 0;
    const entropy = {
      fill(bytes: Uint8Array) {
        draws++;
        random.fill(bytes);
      },
    };
    const identifications = new Identifications(entropy);
    const drawn = Array.from({ length: 2560 }, () => identifications.next());
    expect(drawn.reduce((all, one) => all | one, 0)).toBe(0xffff);
    expect(new Set(drawn).size).toBeGreaterThan(2400);
    expect(drawn.filter((one, at) => one === drawn[at - 1] + 1).length).toBeLessThan(3);
    expect(draws).toBe(10);
  });
});
