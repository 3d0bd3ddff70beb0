import { parseArguments } from '@atoll/conf/parse';
import { describe, expect, it } from 'vitest';
import { statusArguments } from '../src/arguments.ts';

const parse = (...words: string[]) => parseArguments(statusArguments('none'), words);

describe('--metrics', () => {
  it.each([
    ['9100', 9100],
    [':9100', 9100],
    ['none', undefined],
    ['65535', 65_535],
  ])('%s is %s', (text, metrics) => {
    expect(parse(`--metrics=${text}`)).toEqual({ ok: true, value: { metrics } });
  });

  it.each([
    ['0', 'ports are 1 to 65535'],
    ['65536', 'ports are 1 to 65535'],
    ['yes', 'it is not a port'],
    ['0.0.0.0:9100', 'it is not a port'],
    ['', 'it is not a port'],
  ])('%s: %s', (text, reason) => {
    const parsed = parse(`--metrics=${text}`);
    expect(parsed).toHaveProperty('ok', false);
    expect(!parsed.ok && parsed.error.reason).toBe(
      `--metrics=${text}: ${reason}\n  expected a TCP port, or none, such as --metrics=9100`,
    );
  });
});
