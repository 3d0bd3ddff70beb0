import { fromHex, toHex } from '@atoll/bytes/hex';
import { addressSum } from '@atoll/ipv4/pseudo-header';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  describeUdp,
  emitUdp,
  emptyUdpHeader,
  parseUdp,
  UDP_HEADER_LENGTH,
} from '../src/packet.ts';

const SOURCE = 0xc000_0201;
const DESTINATION = 0xc000_0202;
/** Port 53 to port 40000, with the letter A; the checksum was added up by hand. */
const HEX = '00359c4000099e6241';

function parse(hex: string, source = SOURCE) {
  const bytes = fromHex(hex) ?? new Uint8Array();
  const header = emptyUdpHeader();
  const result = parseUdp(
    { bytes, address: 0 },
    0,
    bytes.length,
    addressSum(source, DESTINATION),
    header,
  );
  return result.ok ? header : result.error.reason;
}

describe('parseUdp', () => {
  const header = { sourcePort: 53, destinationPort: 40_000, length: 9 };

  it('reads a datagram', () => {
    expect(parse(HEX)).toEqual(header);
  });

  it('ignores what follows it', () => {
    expect(parse(`${HEX}0000`)).toEqual(header);
  });

  it('accepts one without a checksum', () => {
    expect(parse(HEX.replace('9e62', '0000'))).toEqual(header);
  });

  it.each([
    ['a truncated header', '00359c4000099e'],
    ['a truncated payload', HEX.slice(0, -2)],
    ['a length shorter than the header', HEX.replace('0009', '0007')],
    ['a wrong checksum', HEX.replace('9e62', '9e63')],
  ])('refuses %s', (_, hex) => {
    expect(parse(hex)).toBeTypeOf('string');
  });

  it('refuses a datagram whose addresses were changed', () => {
    expect(parse(HEX, SOURCE + 1)).toBeTypeOf('string');
  });
});

describe('emitUdp', () => {
  it('writes the header of RFC 768', () => {
    const bytes = new Uint8Array(9);
    bytes[8] = 0x41;
    const header = { sourcePort: 53, destinationPort: 40_000, length: 9 };
    emitUdp({ bytes, address: 0 }, 0, addressSum(SOURCE, DESTINATION), header);
    expect(toHex(bytes)).toBe(HEX);
  });

  it('writes a checksum that comes out as zero as all ones', () => {
    const bytes = new Uint8Array(10);
    const header = { sourcePort: 0, destinationPort: 0, length: 10 };
    // 0x0011 and twice the length come from the pseudo-header and the header.
    bytes.set([0xff, 0xff - 0x11 - 20], 8);
    emitUdp({ bytes, address: 0 }, 0, 0, header);
    expect(toHex(bytes.subarray(6, 8))).toBe('ffff');
  });

  it('is the inverse of parseUdp', () => {
    const port = fc.nat(0xffff);
    const address = fc.nat(0xffff_ffff);
    const payload = fc.uint8Array({ maxLength: 64 });
    fc.assert(
      fc.property(port, port, address, address, payload, (from, to, source, destination, data) => {
        const length = UDP_HEADER_LENGTH + data.length;
        const region = { bytes: new Uint8Array(length + 3), address: 0 };
        region.bytes.set(data, 2 + UDP_HEADER_LENGTH);
        const value = { sourcePort: from, destinationPort: to, length };
        const read = emptyUdpHeader();
        const addresses = addressSum(source, destination);
        emitUdp(region, 2, addresses, value);
        expect(parseUdp(region, 2, 2 + length, addresses, read).ok).toBe(true);
        expect(read).toEqual(value);
      }),
    );
  });
});

describe('describeUdp', () => {
  it('is one line', () => {
    expect(describeUdp({ sourcePort: 53, destinationPort: 68, length: 32 })).toBe(
      'UDP 53 > 68 length 24',
    );
  });
});
