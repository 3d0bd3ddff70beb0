import { expect as unwrap } from '@atoll/result/result';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ipv6Text, parseIpv6 } from '../src/address.ts';
import { contains, ipv6PrefixText, networkAddress, parseIpv6Prefix } from '../src/prefix.ts';

const ADDRESS = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n });
const LENGTH = fc.nat(128);

describe('parseIpv6Prefix', () => {
  it.each(['2001:db8::1', '2001:db8::1/', '::/129', '::/8/8', '::/-1', '::/064', '::g/8', '/64'])(
    'refuses %j',
    (text) => {
      expect(parseIpv6Prefix(text)).toMatchObject({ ok: false, error: { blame: 'config' } });
    },
  );

  it('reads what ipv6PrefixText writes', () => {
    fc.assert(
      fc.property(ADDRESS, LENGTH, (address, length) => {
        const value = { address, length };
        expect(parseIpv6Prefix(ipv6PrefixText(value))).toEqual({ ok: true, value });
      }),
    );
  });
});

describe('a prefix', () => {
  it('has a first address', () => {
    const prefix = unwrap(parseIpv6Prefix('2001:db8:1:2:3::4/60'));
    expect(ipv6Text(networkAddress(prefix))).toBe('2001:db8:1::');
  });

  it.each([
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::', false],
    ['::/0', 'ffff::', true],
    ['::1/128', '::1', true],
    ['::1/128', '::', false],
  ])('%s and %s: %s', (prefix, address, is) => {
    expect(contains(unwrap(parseIpv6Prefix(prefix)), unwrap(parseIpv6(address)))).toBe(is);
  });

  it('contains what lies between its first and its last address', () => {
    fc.assert(
      fc.property(ADDRESS, LENGTH, ADDRESS, (address, length, other) => {
        const first = networkAddress({ address, length });
        const behind = first + (1n << BigInt(128 - length));
        expect(first <= address && address < behind).toBe(true);
        expect(contains({ address, length }, other)).toBe(first <= other && other < behind);
      }),
    );
  });
});
