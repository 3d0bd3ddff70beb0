import { fromHex, toHex } from '@atoll/bytes/hex';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ipv4Header } from '../src/packet.ts';
import { describeIpv4, emitIpv4, emptyIpv4Header, parseIpv4 } from '../src/packet.ts';
import { addressSum } from '../src/pseudo-header.ts';

const HEX = '450000730000400040 11b861c0a80001c0a800c7';
const HEADER: Ipv4Header = {
  headerLength: 20,
  totalLength: 115,
  identification: 0,
  dontFragment: true,
  moreFragments: false,
  fragmentOffset: 0,
  timeToLive: 64,
  protocol: 17,
  source: 0xc0a8_0001,
  destination: 0xc0a8_00c7,
};

/** Parses a datagram of `length` bytes that starts with the bytes `hex`. */
function parse(hex: string, length = 115): Ipv4Header | string {
  const bytes = new Uint8Array(length);
  bytes.set((fromHex(hex) ?? new Uint8Array()).subarray(0, length));
  const header = emptyIpv4Header();
  const result = parseIpv4({ bytes, address: 0 }, 0, length, header);
  return result.ok ? header : result.error.reason;
}

/** The bytes of a header with `options`, all else as in HEX. */
function withOptions(options: string): string {
  const bytes = fromHex(`00${HEX.slice(2)}${options}`) ?? new Uint8Array();
  bytes[0] = 0x40 | (bytes.length / 4);
  bytes.fill(0, 10, 12);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at] << 8) | bytes[at + 1];
  sum = (sum & 0xffff) + (sum >>> 16);
  bytes[10] = ~sum >>> 8;
  bytes[11] = ~sum;
  return toHex(bytes);
}

describe('parseIpv4', () => {
  it('reads a header', () => {
    expect(parse(HEX)).toEqual(HEADER);
  });

  it('ignores what follows the datagram', () => {
    expect(parse(HEX, 200)).toEqual(HEADER);
  });

  it('skips options', () => {
    expect(parse(withOptions('94040000'))).toEqual({ ...HEADER, headerLength: 24 });
    expect(parse(withOptions('01010100'))).toEqual({ ...HEADER, headerLength: 24 });
    expect(parse(withOptions('00ffffff'))).toEqual({ ...HEADER, headerLength: 24 });
  });

  it.each([
    ['nothing', '', 0],
    ['half a header', HEX, 19],
    ['half a payload', HEX, 114],
    ['version 6', HEX.replace('45', '65'), 115],
    ['a header of four words', HEX.replace('45', '44'), 115],
    ['a header longer than the datagram', HEX.replace('45000073', '46000014'), 115],
    ['a wrong checksum', HEX.replace('b861', 'b862'), 115],
    ['a loose source route', withOptions('8307040a00000101'), 115],
    ['a strict source route', withOptions('8907040a00000101'), 115],
    ['an option without length', withOptions('01010194'), 115],
    ['an option of length 1', withOptions('94010000'), 115],
    ['an option that leaves the header', withOptions('94050000'), 115],
  ])('refuses %s', (_, hex, length) => {
    expect(parse(hex, length)).toBeTypeOf('string');
  });
});

describe('emitIpv4', () => {
  it('writes what is read, checksum included', () => {
    const bytes = new Uint8Array(20);
    emitIpv4({ bytes, address: 0 }, 0, HEADER);
    expect(toHex(bytes)).toBe(HEX.replace(' ', ''));
  });

  it('is the inverse of parseIpv4', () => {
    const header = fc.record({
      headerLength: fc.constant(20),
      totalLength: fc.integer({ min: 20, max: 0xffff }),
      identification: fc.nat(0xffff),
      dontFragment: fc.boolean(),
      moreFragments: fc.boolean(),
      fragmentOffset: fc.nat(0x1fff).map((units) => units * 8),
      timeToLive: fc.integer({ min: 1, max: 255 }),
      protocol: fc.nat(255),
      source: fc.nat(0xffff_ffff),
      destination: fc.nat(0xffff_ffff),
    });
    const region = { bytes: new Uint8Array(0x1_0000), address: 0 };
    fc.assert(
      fc.property(header, (value) => {
        const read = emptyIpv4Header();
        emitIpv4(region, 1, value);
        expect(parseIpv4(region, 1, 1 + value.totalLength, read).ok).toBe(true);
        expect(read).toEqual(value);
      }),
    );
  });

  it('throws for what must not be sent', () => {
    const region = { bytes: new Uint8Array(20), address: 0 };
    expect(() => emitIpv4(region, 0, { ...HEADER, timeToLive: 0 })).toThrow(RangeError);
    expect(() => emitIpv4(region, 0, { ...HEADER, totalLength: 65_536 })).toThrow(RangeError);
  });
});

describe('describeIpv4', () => {
  it('is one line', () => {
    expect(describeIpv4(HEADER)).toBe('192.168.0.1 > 192.168.0.199 protocol 17 length 115');
    const fragment = { ...HEADER, moreFragments: true, fragmentOffset: 1480, identification: 7 };
    expect(describeIpv4(fragment)).toMatch(/length 115 fragment 7@1480\+$/);
  });
});

describe('addressSum', () => {
  it('adds the words of both addresses, the protocol and the length', () => {
    expect(addressSum(0xffff_fffe, 0x0001_0002)).toBe(0xffff + 0xfffe + 3);
  });
});
