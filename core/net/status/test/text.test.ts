import { expect, it } from 'vitest';
import { bytesText, countText, durationText } from '../src/text.ts';

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KiB'],
  [12 * 2 ** 20, '12 MiB'],
  [2 ** 60, '1048576 TiB'],
])('%d bytes are %s', (bytes, text) => expect(bytesText(bytes)).toBe(text));

it.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [1234567, '1,234,567'],
])('%d is %s', (count, text) => expect(countText(count)).toBe(text));

it.each([
  [999, '0 s'],
  [7000, '7 s'],
  [306_000, '5 min 6 s'],
  [7_200_000, '2 h'],
  [273_600_000, '3 d 4 h'],
  [86_400_000 * 400, '400 d'],
])('%d ms are %s', (time, text) => expect(durationText(time)).toBe(text));
