import { fromHex, toHex } from '@atoll/bytes/hex';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeIcmp, ECHO_REQUEST, emitIcmp, isError, parseIcmp } from '../src/packet.ts';

const REQUEST = { type: ECHO_REQUEST, code: 0, rest: 0x0001_0001, body: new Uint8Array() };

function parse(bytes: Uint8Array) {
  return parseIcmp({ bytes, address: 0 }, 0, bytes.length);
}

describe('parseIcmp', () => {
  it('reads an echo request', () => {
    const bytes = fromHex('0800f7fd00010001') ?? new Uint8Array();
    expect(parse(bytes)).toEqual({ ok: true, value: REQUEST });
    expect(toHex(emitIcmp(REQUEST))).toBe(toHex(bytes));
  });

  it.each(['', '0800f7fd000100', '0800f7fe00010001'])('refuses %j', (hex) => {
    expect(parse(fromHex(hex) ?? new Uint8Array()).ok).toBe(false);
  });

  it('reads what emitIcmp writes', () => {
    const message = fc.record({
      type: fc.nat(255),
      code: fc.nat(255),
      rest: fc.nat(0xffff_ffff),
      body: fc.uint8Array({ maxLength: 100 }),
    });
    fc.assert(
      fc.property(message, (value) => {
        expect(parse(emitIcmp(value))).toEqual({ ok: true, value });
      }),
    );
  });
});

describe('isError', () => {
  it('is true of the five messages that report errors', () => {
    const errors = Array.from({ length: 256 }, (_, type) => type).filter(isError);
    expect(errors).toEqual([3, 4, 5, 11, 12]);
  });
});

describe('describeIcmp', () => {
  it('is one line', () => {
    expect(describeIcmp(REQUEST)).toBe('ICMP echo request id 1 seq 1 length 0');
    expect(describeIcmp({ ...REQUEST, type: 3, code: 3 })).toBe('ICMP unreachable code 3');
    expect(describeIcmp({ ...REQUEST, type: 13 })).toBe('ICMP type 13 code 0');
  });
});
