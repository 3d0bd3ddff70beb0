import { plainChecksum } from '@atoll/bytes/fast';
import { fromHex, toHex } from '@atoll/bytes/hex';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ipv6Header } from '../src/packet.ts';
import { describeIpv6, emitIpv6, emptyIpv6Header, parseIpv6 } from '../src/packet.ts';
import { addressSum, addressSumAt } from '../src/pseudo-header.ts';

const HEADER: Ipv6Header = {
  trafficClass: 0xb8,
  flowLabel: 0x1_2345,
  payloadLength: 8,
  nextHeader: 17,
  hopLimit: 64,
  source: 0x2001_0db8_0000_0000_0000_0000_0000_0001n,
  destination: 0x2001_0db8_0000_0000_0000_0000_0000_0002n,
};
const HEX = `6b812345 0008 11 40
  20010db8000000000000000000000001 20010db8000000000000000000000002 3039003500080000`;

const UNSIGNED = (bits: number) => fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n });

function bytesOf(hex: string): Uint8Array {
  return fromHex(hex) ?? new Uint8Array();
}

function parse(bytes: Uint8Array, start = 0, end = bytes.length) {
  const header = emptyIpv6Header();
  return { result: parseIpv6({ bytes, address: 0 }, start, end, header), header };
}

describe('parseIpv6', () => {
  it('reads a header', () => {
    expect(parse(bytesOf(HEX))).toEqual({ result: { ok: true, value: undefined }, header: HEADER });
  });

  it('ignores what follows the packet', () => {
    expect(parse(bytesOf(`${HEX}ffff`)).header).toEqual(HEADER);
  });

  it.each([
    ['is empty', ''],
    ['lacks the last byte of its header', HEX.replace(/\s/g, '').slice(0, 78)],
    ['lacks the last byte of its payload', HEX.replace(/\s/g, '').slice(0, 94)],
    ['is of IPv4', HEX.replace('6b', '4b')],
    ['comes from a group', HEX.replace('20010db8', 'ff020db8')],
  ])('refuses a packet that %s', (_, hex) => {
    const { result, header } = parse(bytesOf(hex));
    expect(result).toMatchObject({ ok: false, error: { blame: 'peer' } });
    expect(header).toEqual(emptyIpv6Header());
  });

  it('looks at nothing beyond its end', () => {
    const bytes = bytesOf(`ffff${HEX}`);
    expect(parse(bytes, 2, bytes.length).result.ok).toBe(true);
    expect(parse(bytes, 2, bytes.length - 1).result.ok).toBe(false);
  });

  it('reads what emitIpv6 writes', () => {
    const header = fc.record({
      trafficClass: fc.nat(0xff),
      flowLabel: fc.nat(0xf_ffff),
      payloadLength: fc.nat(100),
      nextHeader: fc.nat(0xff),
      hopLimit: fc.integer({ min: 1, max: 255 }),
      source: UNSIGNED(127),
      destination: UNSIGNED(128),
    });
    fc.assert(
      fc.property(header, fc.nat(20), (value, start) => {
        const bytes = new Uint8Array(start + 140).fill(0xff);
        emitIpv6({ bytes, address: 0 }, start, value);
        expect(parse(bytes, start)).toMatchObject({ result: { ok: true }, header: value });
      }),
    );
  });
});

describe('emitIpv6', () => {
  it('writes a header', () => {
    const bytes = bytesOf(HEX);
    bytes.fill(0xee, 0, 40);
    emitIpv6({ bytes, address: 0 }, 0, HEADER);
    expect(toHex(bytes)).toBe(HEX.replace(/\s/g, ''));
  });

  it.each([{ payloadLength: 0x1_0000 }, { hopLimit: 0 }])('throws for %j', (fields) => {
    const region = { bytes: new Uint8Array(40), address: 0 };
    expect(() => emitIpv6(region, 0, { ...HEADER, ...fields })).toThrow(RangeError);
  });
});

describe('describeIpv6', () => {
  it('is one line', () => {
    expect(describeIpv6(HEADER)).toBe('2001:db8::1 > 2001:db8::2 next 17 length 8');
  });
});

describe('addressSum', () => {
  it('has the sum of the bytes', () => {
    fc.assert(
      fc.property(UNSIGNED(127), UNSIGNED(128), (source, destination) => {
        const region = { bytes: new Uint8Array(40), address: 0 };
        emitIpv6(region, 0, { ...HEADER, source, destination });
        // Both zeros of one's complement are the same once anything is added.
        const sums = [addressSum(source, destination), addressSumAt(region, 0, plainChecksum)];
        const [one, other] = sums.map((sum) => plainChecksum.sum(region, 0, 2, sum));
        expect(one).toBe(other);
      }),
    );
  });

  it('is zero or not, but the same to a checksum, where the words add up to nothing', () => {
    const ones = (1n << 128n) - 1n;
    const region = { bytes: bytesOf('0001'), address: 0 };
    expect(plainChecksum.sum(region, 0, 2, addressSum(ones, ones))).toBe(1);
  });
});
