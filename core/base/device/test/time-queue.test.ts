import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimeQueue } from '../src/time-queue.ts';

describe('TimeQueue', () => {
  it('gives items by time, then in the order they came, whatever else happens between', () => {
    const step = fc.option(fc.nat(10), { nil: undefined });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const queue = new TimeQueue<number>();
        const model: { time: number; item: number }[] = [];
        steps.forEach((time, item) => {
          if (time === undefined) {
            model.sort((one, other) => one.time - other.time || one.item - other.item);
            expect(queue.nextTime).toBe(model[0]?.time ?? Number.POSITIVE_INFINITY);
            expect(queue.shift()).toBe(model.shift()?.item);
          } else {
            queue.push(time, item);
            model.push({ time, item });
          }
          expect(queue.size).toBe(model.length);
        });
      }),
    );
  });
});
