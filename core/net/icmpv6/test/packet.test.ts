import { fromHex, toHex } from '@atoll/bytes/hex';
import { addressSum } from '@atoll/ipv6/pseudo-header';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Icmpv6Message } from '../src/packet.ts';
import { describeIcmpv6, ECHO_REQUEST, emitIcmpv6, isError, parseIcmpv6 } from '../src/packet.ts';

const SUM = addressSum(1n, 1n);
const REQUEST: Icmpv6Message = {
  type: ECHO_REQUEST,
  code: 0,
  rest: 0x1234_0001,
  body: new Uint8Array([0xab, 0xcd, 0xef]),
};
/** From ::1 to ::1: 8000 + 1234 + 0001 + abcd + ef00 + 0001 + 0001 + 003a + 000b = 22d49, and its carries. */
const HEX = '8000d2b412340001abcdef';

function parse(bytes: Uint8Array, sum = SUM) {
  return parseIcmpv6({ bytes, address: 0 }, 0, bytes.length, sum);
}

describe('parseIcmpv6', () => {
  it('reads an echo request, whose checksum counts the addresses', () => {
    const bytes = fromHex(HEX) ?? new Uint8Array();
    expect(parse(bytes)).toEqual({ ok: true, value: REQUEST });
    expect(toHex(emitIcmpv6(REQUEST, SUM))).toBe(HEX);
    expect(parse(bytes, addressSum(1n, 2n)).ok).toBe(false);
  });

  it.each(['', '8000d2b4123400', '8000d2b512340001abcdef', '8000d2b412340001abcdef00'])(
    'refuses %j',
    (hex) => {
      expect(parse(fromHex(hex) ?? new Uint8Array()).ok).toBe(false);
    },
  );

  it('reads what emitIcmpv6 writes', () => {
    const message = fc.record({
      type: fc.nat(255),
      code: fc.nat(255),
      rest: fc.nat(0xffff_ffff),
      body: fc.uint8Array({ maxLength: 100 }),
    });
    fc.assert(
      fc.property(message, fc.nat(0xffff), (value, sum) => {
        expect(parse(emitIcmpv6(value, sum), sum)).toEqual({ ok: true, value });
      }),
    );
  });
});

describe('isError', () => {
  it('is true of the lower half of all types', () => {
    expect([0, 1, 4, 127, 128, 129, 255].map(isError)).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('describeIcmpv6', () => {
  it.each([
    [128, 0, 0x1_0002, 'ICMPv6 echo request id 1 seq 2 length 3'],
    [129, 0, 0x1_0002, 'ICMPv6 echo reply id 1 seq 2 length 3'],
    [1, 4, 0, 'ICMPv6 unreachable code 4'],
    [2, 0, 1280, 'ICMPv6 packet too big mtu 1280'],
    [3, 1, 0, 'ICMPv6 time exceeded code 1'],
    [4, 1, 40, 'ICMPv6 parameter problem code 1 at 40'],
    [135, 0, 0, 'ICMPv6 type 135 code 0'],
  ])('of type %i and code %i is one line', (type, code, rest, line) => {
    expect(describeIcmpv6({ ...REQUEST, type, code, rest })).toBe(line);
  });
});
