import { toHex } from '@atoll/bytes/hex';
import { expect as unwrap } from '@atoll/result/result';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ALL_NODES,
  addressAt,
  ipv6Text,
  isIpv4Mapped,
  isLinkLocal,
  isLoopback,
  isMulticast,
  isUniqueLocal,
  isUnspecified,
  multicastMac,
  parseIpv6,
  solicitedNode,
  writeAddress,
} from '../src/address.ts';

/** Any address, and often one with runs of zeros. */
const ADDRESS = fc
  .array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 })
  .map((groups) => groups.reduce((bits, group) => (bits << 16n) | BigInt(group), 0n));

function address(text: string): bigint {
  return unwrap(parseIpv6(text));
}

describe('parseIpv6', () => {
  it.each([
    // RFC 4291 section 2.2.
    ['ABCD:EF01:2345:6789:ABCD:EF01:2345:6789', 0xabcd_ef01_2345_6789_abcd_ef01_2345_6789n],
    ['2001:DB8:0:0:8:800:200C:417A', 0x2001_0db8_0000_0000_0008_0800_200c_417an],
    ['2001:DB8::8:800:200C:417A', 0x2001_0db8_0000_0000_0008_0800_200c_417an],
    ['FF01::101', 0xff01_0000_0000_0000_0000_0000_0000_0101n],
    ['::1', 1n],
    ['::', 0n],
    ['0:0:0:0:0:0:13.1.68.3', 0x0d01_4403n],
    ['::FFFF:129.144.52.38', 0xffff_8190_3426n],
    ['1::', 1n << 112n],
    ['1:2:3:4:5:6:7::', 0x0001_0002_0003_0004_0005_0006_0007_0000n],
    ['::2:3:4:5:6:7:8', 0x0002_0003_0004_0005_0006_0007_0008n],
    ['64:ff9b::192.0.2.33', 0x0064_ff9b_0000_0000_0000_0000_c000_0221n],
  ])('takes %s', (text, value) => {
    expect(parseIpv6(text)).toEqual({ ok: true, value });
  });

  it.each([
    '',
    ':',
    ':::',
    '1',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '::1:2:3:4:5:6:7:8',
    '1:2:3:4::5:6:7:8',
    ':1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:',
    '1::2:',
    '12345::',
    'g::',
    '::-1',
    '192.0.2.1',
    '1.2.3.4::',
    '::1.2.3.4:5',
    '::1.2.3',
    '::1.2.3.256',
    '1:2:3:4:5:6:7:1.2.3.4',
    'fe80::1%eth0',
    ' ::1',
    '::1/64',
    '[::1]',
  ])('refuses %j', (text) => {
    expect(parseIpv6(text)).toMatchObject({ ok: false, error: { blame: 'config' } });
  });

  it('reads what ipv6Text writes, and the long form of it', () => {
    fc.assert(
      fc.property(ADDRESS, (value) => {
        expect(parseIpv6(ipv6Text(value))).toEqual({ ok: true, value });
        const long = value
          .toString(16)
          .padStart(32, '0')
          .replace(/....(?!$)/g, '$&:');
        expect(parseIpv6(long)).toEqual({ ok: true, value });
      }),
    );
  });
});

describe('ipv6Text', () => {
  it.each([
    // RFC 5952 section 4.
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:DB8:AAAA:BBBB:CCCC:DDDD:EEEE:1', '2001:db8:aaaa:bbbb:cccc:dddd:eeee:1'],
    ['::ffff:c000:201', '::ffff:192.0.2.1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['1:0:0:0:0:0:0:0', '1::'],
  ])('writes %s as %s', (from, to) => {
    expect(ipv6Text(address(from))).toBe(to);
  });
});

describe('addressAt', () => {
  it('reads what writeAddress writes, and nothing beside it', () => {
    fc.assert(
      fc.property(ADDRESS, fc.nat(9), (value, offset) => {
        // A view that starts in the midst of its buffer.
        const bytes = new Uint8Array(40).fill(0xaa).subarray(7, 7 + 25);
        writeAddress(bytes, offset, value);
        expect(addressAt(bytes, offset)).toBe(value);
        const hex = value.toString(16).padStart(32, '0');
        expect(toHex(bytes)).toBe('aa'.repeat(offset) + hex + 'aa'.repeat(9 - offset));
      }),
    );
  });
});

describe('kinds of addresses', () => {
  it.each([
    [isMulticast, ['ff00::', 'ff02::1'], ['fe80::1', 'feff:ffff::', '::ff02:0:0']],
    [isLinkLocal, ['fe80::', 'febf:ffff::1'], ['fe7f:ffff::', 'fec0::', 'ff02::1']],
    [isUniqueLocal, ['fc00::', 'fdff:ffff::1'], ['fbff:ffff::', 'fe00::']],
    [isIpv4Mapped, ['::ffff:0.0.0.0', '::ffff:ffff:ffff'], ['::1:0:0:0', '::fffe:0:0', '::1']],
    [isLoopback, ['::1'], ['::', '::2', '::ffff:127.0.0.1']],
    [isUnspecified, ['::'], ['::1', '8000::']],
  ])('are told apart by %o', (is, those, others) => {
    expect(those.filter((text) => !is(address(text)))).toEqual([]);
    expect(others.filter((text) => is(address(text)))).toEqual([]);
  });
});

describe('groups', () => {
  it('are made for whoever is asked for a hardware address', () => {
    // RFC 4291 section 2.7.1.
    expect(ipv6Text(solicitedNode(address('4037::01:800:200E:8C6C')))).toBe('ff02::1:ff0e:8c6c');
  });

  it('have hardware addresses', () => {
    expect(multicastMac(ALL_NODES)).toBe(0x3333_0000_0001);
    expect(multicastMac(address('ff02::1:ff0e:8c6c'))).toBe(0x3333_ff0e_8c6c);
  });
});
