import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dayOf, daysUntil, timestampText } from '../src/calendar.ts';

it('writes times as JavaScript does', () => {
  const times = fc.integer({
    min: Date.UTC(2000) - 2000 * 366 * 86_400_000,
    max: 253_402_300_799_999,
  });
  fc.assert(
    fc.property(times, fc.double({ min: 0, max: 0.999, noNaN: true }), (wall, fraction) => {
      fc.pre(wall >= -62_167_219_200_000);
      expect(timestampText(wall + fraction * 0.5)).toBe(new Date(wall).toISOString());
    }),
  );
});

it('finds a day from its number and its number from the day', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1_000_000, max: 4_000_000 }), (days) => {
      const day = dayOf(days);
      expect(daysUntil(day)).toBe(days);
      expect(Date.UTC(2000, day.month, day.day) + 0).toBe(
        new Date(days * 86_400_000).setUTCFullYear(2000),
      );
    }),
  );
});
