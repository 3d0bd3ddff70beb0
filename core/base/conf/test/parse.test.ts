import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseArguments, splitWords } from '../src/parse.ts';
import { flag, optional, repeated, required, withDefault } from '../src/table.ts';
import { choice, integer, text } from '../src/value.ts';

const TABLE = {
  'dhcp-range': optional(text('RANGE', 'a range'), { summary: 'A range.', example: '1,2' }),
  'host-record': repeated(text('RECORD', 'a record'), { summary: 'A record.', example: 'a,1' }),
  'cache-size': withDefault(integer(0, 100), '10', { summary: 'Entries.', example: '20' }),
  level: withDefault(choice('LEVEL', ['info', 'debug']), 'info', {
    summary: 'L.',
    example: 'debug',
  }),
  quiet: flag({ summary: 'Says nothing.' }),
};
const NAME = { name: required(text('NAME', 'a name'), { summary: 'A name.', example: 'x' }) };

function reasonOf(words: string[], table = TABLE as Parameters<typeof parseArguments>[0]): string {
  const result = parseArguments(table, words);
  return result.ok ? 'accepted' : result.error.reason;
}

describe('parseArguments', () => {
  it('takes defaults, and types for what is given', () => {
    const result = parseArguments(TABLE, ['--host-record=a', '--host-record', 'b', '--quiet']);
    expect(result).toEqual({
      ok: true,
      value: {
        'dhcp-range': undefined,
        'host-record': ['a', 'b'],
        'cache-size': 10,
        level: 'info',
        quiet: true,
      },
    });
  });

  it('keeps everything behind the first = of an argument', () => {
    const result = parseArguments(TABLE, ['--dhcp-range=a=b --quiet']);
    expect(result.ok && result.value['dhcp-range']).toBe('a=b --quiet');
  });

  it('takes all arguments of one name from the first place that has any', () => {
    const disk = { origin: 'on a disk', words: ['--host-record=b', '--cache-size=5'] };
    const words = ['--host-record=c', '--host-record=d', '--cache-size=7', '--quiet'];
    const result = parseArguments(TABLE, ['--host-record=a'], [disk, { origin: 'in', words }]);
    expect(result.ok && result.value['host-record']).toEqual(['a']);
    expect(result.ok && result.value['cache-size']).toBe(5);
    expect(result.ok && result.value.quiet).toBe(true);
  });

  it.each([
    [['--dhcp-rnage=1'], 'unknown argument --dhcp-rnage\n  did you mean --dhcp-range?'],
    [['--host-recrod', 'x'], 'unknown argument --host-recrod\n  did you mean --host-record?'],
    [['--zebra'], 'unknown argument --zebra\n  expected one of those that --help prints'],
    [
      ['--constructor=1'],
      'unknown argument --constructor\n  expected one of those that --help prints',
    ],
    [['10.0.0.2'], 'unexpected "10.0.0.2"\n  expected arguments like --name=value'],
    [['-v'], 'unexpected "-v"\n  expected arguments like --name=value'],
    [
      ['--cache-size=x'],
      '--cache-size=x: it is not a whole number\n  expected a whole number from 0 to 100, such as --cache-size=20',
    ],
    [
      ['--cache-size=101'],
      '--cache-size=101: it is above 100\n  expected a whole number from 0 to 100, such as --cache-size=20',
    ],
    [
      ['--cache-size=1', '--cache-size=2'],
      '--cache-size is given twice\n  expected it at most once',
    ],
    [['--dhcp-range'], '--dhcp-range has no value\n  expected a range, such as --dhcp-range=1,2'],
    [
      ['--dhcp-range', '--quiet'],
      '--dhcp-range has no value\n  expected a range, such as --dhcp-range=1,2',
    ],
    [
      ['--level=debgu'],
      '--level=debgu: did you mean debug?\n  expected one of info, debug, such as --level=debug',
    ],
    [
      ['--host-record=a', '--host-record='],
      '--host-record=: it is empty\n  expected a record, such as --host-record=a,1',
    ],
  ])('refuses %j', (words, reason) => {
    expect(reasonOf(words)).toBe(reason);
  });

  it('refuses a missing required argument', () => {
    expect(reasonOf([], NAME)).toBe('--name is missing\n  expected a name, such as --name=x');
  });

  it.each([
    ['--cache-size=no', 'on a disk: --cache-size=no: it is not'],
    ['--cache-sise=5', 'on a disk: unknown argument --cache-sise\n'],
    ['--cache-size', 'on a disk: --cache-size has no value\n'],
  ])('says where %s comes from', (word, message) => {
    const result = parseArguments(TABLE, [], [{ origin: 'on a disk', words: [word] }]);
    expect(result.ok ? '' : result.error.reason).toContain(message);
  });

  it('answers every list of words', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (words) => {
        expect(parseArguments(TABLE, words)).toHaveProperty('ok');
      }),
    );
  });
});

describe('splitWords', () => {
  it.each([
    ['', []],
    ['  --a=1   --b=2 ', ['--a=1', '--b=2']],
    ['--a="x y" --b=\'"z"\'', ['--a=x y', '--b="z"']],
    ['--a="say \\"hi\\"" b\\ c', ['--a=say "hi"', 'b c']],
  ])('splits %j', (line, words) => {
    expect(splitWords(line)).toEqual(words);
  });

  it('is undone by quoting', () => {
    const word = fc.string({ minLength: 1 }).filter((text) => !text.includes('\n'));
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const line = words.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join(' ');
        expect(splitWords(line)).toEqual(words);
      }),
    );
  });
});
