import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { add, distance, isAtMost, isBefore } from '../src/sequence.ts';

const sequence = fc.nat(0xffff_ffff);

describe('sequence numbers', () => {
  it('go on at 0 behind the last', () => {
    expect(add(0xffff_ffff, 1)).toBe(0);
    expect(add(0, -1)).toBe(0xffff_ffff);
    expect(distance(0xffff_ffff, 0)).toBe(1);
    expect(distance(0, 0xffff_ffff)).toBe(-1);
    expect(isBefore(0xffff_fff0, 5)).toBe(true);
    expect(isBefore(5, 0xffff_fff0)).toBe(false);
  });

  it('are compared while they are less than 2^31 apart', () => {
    const count = fc.integer({ min: 1, max: 0x7fff_ffff });
    fc.assert(
      fc.property(sequence, count, (from, count) => {
        const to = add(from, count);
        expect(distance(from, to)).toBe(count);
        expect([isBefore(from, to), isBefore(to, from)]).toEqual([true, false]);
        expect([isAtMost(from, to), isAtMost(to, from)]).toEqual([true, false]);
      }),
    );
  });

  it('are at most themselves, and not before', () => {
    fc.assert(
      fc.property(sequence, (number) => {
        expect([isBefore(number, number), isAtMost(number, number)]).toEqual([false, true]);
      }),
    );
  });
});
