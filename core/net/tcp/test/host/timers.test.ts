import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Timed } from '../../src/host/timers.ts';
import { Timers } from '../../src/host/timers.ts';

function timed(): Timed {
  return { timerTime: 0, timerIndex: -1 };
}

describe('Timers', () => {
  it('give what is due first, however often the times changed', () => {
    const time = fc.oneof(fc.nat(50), fc.constant(Number.POSITIVE_INFINITY));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(12), time), { maxLength: 80 }), (steps) => {
        const items = Array.from({ length: 13 }, timed);
        const model = new Map<Timed, number>();
        const timers = new Timers<Timed>();
        for (const [index, due] of steps) {
          timers.set(items[index], due);
          if (due === Number.POSITIVE_INFINITY) model.delete(items[index]);
          else model.set(items[index], due);
          expect(timers.nextTime).toBe(Math.min(...model.values(), Number.POSITIVE_INFINITY));
        }
        const order: number[] = [];
        for (let item = timers.shift(50); item !== undefined; item = timers.shift(50)) {
          expect(item.timerIndex).toBe(-1);
          order.push(model.get(item) as number);
        }
        expect(order).toEqual([...model.values()].sort((one, other) => one - other));
      }),
    );
  });

  it('keep what is not due yet', () => {
    const timers = new Timers<Timed>();
    const item = timed();
    timers.set(item, 10);
    expect(timers.shift(9)).toBeUndefined();
    expect(timers.shift(10)).toBe(item);
    expect(timers.nextTime).toBe(Number.POSITIVE_INFINITY);
    timers.remove(item);
  });
});
