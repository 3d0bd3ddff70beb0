import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallLimit } from '../src/call-limit.ts';

describe('CallLimit', () => {
  it('returns four calls in a row, then one in five seconds', () => {
    const limit = new CallLimit();
    const at = (now: number) => limit.take(1, now);
    expect([at(0), at(0), at(0), at(0), at(0)]).toEqual([true, true, true, true, false]);
    expect([at(4999), at(5000), at(5000)]).toEqual([false, true, false]);
    expect([at(60_000), at(60_000), at(60_000), at(60_000), at(60_000)]).toEqual([
      ...[true, true, true, true],
      false,
    ]);
  });

  it('takes a network of IPv6 for one caller', () => {
    const limit = new CallLimit();
    const network = 0x2001_0db8n << 96n;
    const taken = Array.from({ length: 6 }, (_, host) => limit.take(network + BigInt(host), 0));
    expect(taken).toEqual([true, true, true, true, false, false]);
    expect(limit.take(network + (1n << 64n), 0)).toBe(true);
  });

  it('never returns more calls than it says, whoever calls', () => {
    const call = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 400 }));
    fc.assert(
      fc.property(fc.array(call, { maxLength: 400 }), (calls) => {
        const limit = new CallLimit();
        const taken: { caller: number; time: number }[] = [];
        let time = 0;
        for (const [caller, pause] of calls) {
          time += pause;
          if (limit.take(caller, time)) taken.push({ caller, time });
        }
        for (const { caller, time: start } of taken) {
          for (const span of [0, 1000, 20_000]) {
            const during = taken.filter((one) => one.time >= start && one.time <= start + span);
            expect(during.length).toBeLessThanOrEqual(32 + span / 100);
            const own = during.filter((one) => one.caller === caller);
            expect(own.length).toBeLessThanOrEqual(4 + span / 5000);
          }
        }
      }),
    );
  });

  it('remembers 1024 callers at most, and forgets those who may call again as before', () => {
    const limit = new CallLimit();
    let time = 0;
    for (let caller = 0; caller < 5000; caller++) {
      time += 100;
      limit.take(caller, time);
      expect(limit.size).toBeLessThanOrEqual(1024);
    }
    expect(limit.take(4999, time)).toBe(true);
  });
});
