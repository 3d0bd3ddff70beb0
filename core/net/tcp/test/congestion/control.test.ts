import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAXIMUM_WINDOW } from '../../src/congestion/control.ts';
import { cubic } from '../../src/congestion/cubic.ts';
import { newReno } from '../../src/congestion/newreno.ts';

const event = fc.record({
  kind: fc.constantFrom(
    ...['ack', 'ack', 'ack', 'ack', 'loss', 'recovered', 'timeout', 'idle', 'undo'],
  ),
  amount: fc.oneof(fc.nat(3000), fc.nat(0x7fff_ffff)),
  flight: fc.oneof(fc.nat(100_000), fc.nat(0x7fff_ffff)),
  elapsed: fc.oneof(fc.double({ min: 0, max: 50, noNaN: true }), fc.nat(10_000_000)),
  isLimited: fc.boolean(),
});

describe.each([{ create: newReno }, { create: cubic }])('$create.name', ({ create }) => {
  it('keeps whole bytes between one segment and the maximum, whatever happens', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 64, max: 9000 }),
        fc.array(event, { maxLength: 60 }),
        (mss, events) => {
          const control = create(mss);
          let now = 0;
          for (const { kind, amount, flight, elapsed, isLimited } of events) {
            now += elapsed;
            const { window } = control;
            if (kind === 'ack') {
              control.onAck(amount, flight, isLimited, now, elapsed, elapsed);
              expect(control.window).toBeGreaterThanOrEqual(window);
              expect(control.window).toBeLessThanOrEqual(window * 1.5 + amount + mss);
              if (!isLimited) expect(control.window).toBe(window);
            } else if (kind === 'loss') {
              control.onLoss(flight, now);
              expect(control.window).toBeLessThanOrEqual(Math.max(window * 0.7, 2 * mss));
            } else if (kind === 'timeout') {
              control.onTimeout(flight, now);
              expect(control.window).toBe(mss);
            } else if (kind === 'undo') {
              control.undo(now);
              expect(control.window).toBeGreaterThanOrEqual(window);
            } else if (kind === 'recovered') control.onRecovered(now);
            else if (kind === 'idle') control.onIdle(elapsed, 300);
            expect(Number.isInteger(control.window)).toBe(true);
            expect(control.window).toBeGreaterThanOrEqual(mss);
            expect(control.window).toBeLessThanOrEqual(MAXIMUM_WINDOW);
            expect(control.slowStartThreshold).toBeGreaterThanOrEqual(2 * mss);
          }
        },
      ),
    );
  });
});
