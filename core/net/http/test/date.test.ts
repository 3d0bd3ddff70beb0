import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateText, parseDate } from '../src/date.ts';

const NOW = Date.UTC(2026, 0, 1);

describe('a date', () => {
  it('is written as JavaScript writes it', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }), (seconds) => {
        expect(dateText(seconds * 1000 + 999)).toBe(new Date(seconds * 1000).toUTCString());
        expect(parseDate(dateText(seconds * 1000), NOW)).toBe(seconds * 1000);
      }),
    );
  });

  it('is read in the three forms of RFC 9110', () => {
    for (const text of [
      'Sun, 06 Nov 1994 08:49:37 GMT',
      'Sunday, 06-Nov-94 08:49:37 GMT',
      'Sun Nov  6 08:49:37 1994',
    ]) {
      expect(parseDate(text, NOW)).toBe(784_111_777_000);
    }
    expect(parseDate('Friday, 06-Nov-76 08:49:37 GMT', NOW)).toBe(Date.UTC(2076, 10, 6, 8, 49, 37));
  });

  it.each([
    '',
    'yesterday',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 06 nov 1994 08:49:37 GMT',
    'Sun, 31 Nov 1994 08:49:37 GMT',
    'Sun, 29 Feb 2023 08:49:37 GMT',
    'Sun, 00 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:60:37 GMT',
    '784111777',
  ])('is not %j', (text) => {
    expect(parseDate(text, NOW)).toBeUndefined();
  });
});
