import { describe, expect, it } from 'vitest';
import { helpMarkdown, helpText } from '../src/help.ts';
import { nearest } from '../src/nearest.ts';
import { flag, repeated, withDefault } from '../src/table.ts';
import { integer, text } from '../src/value.ts';

const TABLE = {
  size: withDefault(integer(0, 9), '5', { summary: 'How many.', example: '7' }),
  record: repeated(text('A|B', 'a record'), { summary: 'A record.', example: 'x|y' }),
  quiet: flag({ summary: 'Says nothing.' }),
};

describe('helpText', () => {
  it('says all there is to know about every argument', () => {
    expect(helpText('demo', 'Shows help.', TABLE)).toBe(`demo: Shows help.

Arguments:
  --size=NUMBER
      How many.
      Default: 5. Example: --size=7
  --record=A|B
      A record.
      May be given several times. Example: --record=x|y
  --quiet
      Says nothing.
  --help
      Prints this and ends.
  --version
      Prints name and version and ends.
`);
  });
});

describe('helpMarkdown', () => {
  it('is a table whose cells keep their bars', () => {
    expect(helpMarkdown(TABLE)).toBe(`| argument | default | example | meaning |
| --- | --- | --- | --- |
| \`--size\` | \`5\` | \`--size=7\` | How many. |
| \`--record\` |  | \`--record=x\\|y\` | A record. Repeatable. |
| \`--quiet\` | \`false\` | \`--quiet\` | Says nothing. |`);
  });
});

describe('nearest', () => {
  const names = ['ipv4', 'ipv4-gateway', 'dhcp-range', 'dhcp-host', 'domain'];
  it.each([
    ['ipv5', 'ipv4'],
    ['dhcp-rage', 'dhcp-range'],
    ['dhcp_host', 'dhcp-host'],
    ['doamin', 'domain'],
    ['dom', 'domain'],
    ['ipv4-gate', 'ipv4-gateway'],
    ['firewall', undefined],
  ])('%s is near %s', (given, expected) => {
    expect(nearest(given, names)).toBe(expected);
  });
});
