import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  broadcastAddress,
  contains,
  ipv4Text,
  isLoopback,
  isMulticast,
  netmask,
  networkAddress,
  parseIpv4,
  parsePrefix,
  prefixLength,
  prefixText,
} from '../src/address.ts';

const ADDRESS = fc.nat(0xffff_ffff);
const LENGTH = fc.nat(32);

describe('parseIpv4', () => {
  it.each([
    ['0.0.0.0', 0],
    ['192.0.2.1', 0xc000_0201],
    ['255.255.255.255', 0xffff_ffff],
  ])('takes %s', (text, value) => {
    expect(parseIpv4(text)).toEqual({ ok: true, value });
  });

  it.each([
    '',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.',
    '01.2.3.4',
    '0x1.2.3.4',
    '256.0.0.1',
    '1.2.3.4 ',
  ])('refuses %j', (text) => {
    expect(parseIpv4(text)).toMatchObject({ ok: false, error: { blame: 'config' } });
  });

  it('reads what ipv4Text writes', () => {
    fc.assert(
      fc.property(ADDRESS, (value) => {
        expect(parseIpv4(ipv4Text(value))).toEqual({ ok: true, value });
      }),
    );
  });
});

describe('parsePrefix', () => {
  it.each(['10.0.0.1', '10.0.0.1/', '10.0.0.1/33', '10.0.0.1/8/8', '10.0.0.1/-1', '10.0/8'])(
    'refuses %j',
    (text) => {
      expect(parsePrefix(text).ok).toBe(false);
    },
  );

  it('reads what prefixText writes', () => {
    fc.assert(
      fc.property(ADDRESS, LENGTH, (address, length) => {
        const value = { address, length };
        expect(parsePrefix(prefixText(value))).toEqual({ ok: true, value });
      }),
    );
  });
});

describe('a prefix', () => {
  it('has a mask, a first and a last address', () => {
    const prefix = { address: 0x0a01_0203, length: 20 };
    expect(netmask(20)).toBe(0xffff_f000);
    expect(ipv4Text(networkAddress(prefix))).toBe('10.1.0.0');
    expect(ipv4Text(broadcastAddress(prefix))).toBe('10.1.15.255');
  });

  it('contains what lies between them', () => {
    fc.assert(
      fc.property(ADDRESS, LENGTH, ADDRESS, (address, length, other) => {
        const prefix = { address, length };
        const between = networkAddress(prefix) <= other && other <= broadcastAddress(prefix);
        expect(contains(prefix, other)).toBe(between);
      }),
    );
  });

  it('is known by its mask', () => {
    for (let length = 0; length <= 32; length++) expect(prefixLength(netmask(length))).toBe(length);
    expect(prefixLength(0xff00_ff00)).toBeUndefined();
  });
});

describe('kinds of addresses', () => {
  it('are told apart at their borders', () => {
    expect([0xdfff_ffff, 0xe000_0000, 0xefff_ffff, 0xf000_0000].map(isMulticast)).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect([0x7eff_ffff, 0x7f00_0000, 0x7fff_ffff, 0x8000_0000].map(isLoopback)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});
