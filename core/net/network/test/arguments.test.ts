import { parseArguments } from '@atoll/conf/parse';
import { describe, expect, it } from 'vitest';
import { networkArguments } from '../src/arguments.ts';
import { resolverArguments } from '../src/resolver.ts';

const TABLE = { ...networkArguments('dhcp'), ...resolverArguments() };

describe('the arguments of a network', () => {
  it.each([
    [[], { ipv4: 'dhcp', ipv6: 'auto', 'dns-server': [] }],
    [['--ipv4=none', '--ipv6=none'], { ipv4: 'none', ipv6: 'none' }],
    [['--ipv4=192.0.2.2/24'], { ipv4: { address: 0xc000_0202, length: 24 } }],
    [['--ipv4-gateway', '192.0.2.1'], { 'ipv4-gateway': 0xc000_0201 }],
    [['--ipv6=2001:db8::2/64'], { ipv6: { address: (0x2001_0db8n << 96n) | 2n, length: 64 } }],
    [['--ipv6-gateway=fe80::1'], { 'ipv6-gateway': (0xfe80n << 112n) | 1n }],
    [
      ['--dns-server=192.0.2.53', '--dns-server=192.0.2.54:5353'],
      {
        'dns-server': [
          { address: 0xc000_0235, port: 53 },
          { address: 0xc000_0236, port: 5353 },
        ],
      },
    ],
  ])('are read from %j', (words, options) => {
    expect(parseArguments(TABLE, words)).toMatchObject({ ok: true, value: options });
  });

  it.each([
    [
      '--ipv4=192.0.2.2',
      '--ipv4=192.0.2.2: it has no prefix length, like /24, at its end',
      'expected an IPv4 address with the length of its prefix, dhcp, or none, such as --ipv4=192.168.1.2/24',
    ],
    ['--ipv4=dchp', '--ipv4=dchp: ', 'dhcp, or none'],
    ['--ipv4=192.0.2.2/33', '--ipv4=192.0.2.2/33: ', 'the length of its prefix'],
    ['--ipv4=192.0.2.256/24', '--ipv4=192.0.2.256/24: ', 'an IPv4 address'],
    ['--ipv4=2001:db8::2/64', '--ipv4=2001:db8::2/64: ', 'an IPv4 address'],
    ['--ipv6=2001:db8::2', '--ipv6=2001:db8::2: ', 'auto, or none, such as --ipv6=2001:db8::2/64'],
    ['--ipv6=2001:db8::2/129', '--ipv6=2001:db8::2/129: ', 'an IPv6 address'],
    ['--ipv4-gateway=10.0.0', '--ipv4-gateway=10.0.0: ', 'expected an IPv4 address, such as'],
    ['--ipv6-gateway=10.0.0.1', '--ipv6-gateway=10.0.0.1: ', 'expected an IPv6 address, such as'],
    ['--dns-server=one.one', '--dns-server=one.one: ', 'expected a DNS server, such as'],
    ['--ipv4-gatway=10.0.0.1', 'unknown argument --ipv4-gatway', 'did you mean --ipv4-gateway?'],
    ['--ip6=auto', 'unknown argument --ip6', 'did you mean --ipv6?'],
    ['--ipv4', '--ipv4 has no value', 'such as --ipv4=192.168.1.2/24'],
  ])('are not read from %s', (word, wrong, advice) => {
    const parsed = parseArguments(TABLE, [word]);
    if (parsed.ok) throw new Error('it was accepted');
    expect(parsed.error.blame).toBe('config');
    const [first, second] = parsed.error.reason.split('\n  ');
    expect(first).toContain(wrong);
    expect(second).toContain(advice);
  });

  it('are given once each', () => {
    expect(parseArguments(TABLE, ['--ipv4=dhcp', '--ipv4=none'])).toMatchObject({
      error: { reason: '--ipv4 is given twice\n  expected it at most once' },
    });
  });
});
