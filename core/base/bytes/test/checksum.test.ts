import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { internetChecksum, sum } from '../src/checksum.ts';

describe('internetChecksum', () => {
  it('has the sum of the example in RFC 1071 section 3', () => {
    const bytes = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);
    expect(sum(bytes, 0, 8)).toBe(0xddf2);
    expect(internetChecksum(bytes, 0, 8)).toBe(0x220d);
  });

  it('pads an odd last byte behind it', () => {
    expect(sum(Uint8Array.of(0x12), 0, 1)).toBe(0x1200);
    expect(sum(Uint8Array.of(0x00, 0x01, 0xf2), 0, 3)).toBe(0xf201);
  });

  it('is all ones of nothing', () => {
    expect(internetChecksum(new Uint8Array(), 0, 0)).toBe(0xffff);
  });

  it('sums only what lies between start and end', () => {
    const bytes = Uint8Array.of(0xff, 0x12, 0x34, 0xff);
    expect(sum(bytes, 1, 3)).toBe(0x1234);
  });

  it('is 0 of a message that holds its own checksum', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2, maxLength: 1500 }), (bytes) => {
        bytes.fill(0, 0, 2);
        const checksum = internetChecksum(bytes, 0, bytes.length);
        bytes.set([checksum >> 8, checksum & 0xff]);
        expect(internetChecksum(bytes, 0, bytes.length)).toBe(0);
      }),
    );
  });

  it('can be continued at any even offset', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(100), (bytes, half) => {
        const split = Math.min(half * 2, bytes.length & ~1);
        const first = sum(bytes, 0, split);
        expect(sum(bytes, split, bytes.length, first)).toBe(sum(bytes, 0, bytes.length));
      }),
    );
  });

  it('is the sum modulo 65535 of its words', () => {
    const words = fc.array(fc.nat(0xffff), { maxLength: 700 });
    fc.assert(
      fc.property(words, fc.nat(0xffff), (list, initial) => {
        const bytes = Uint8Array.from(list.flatMap((word) => [word >> 8, word & 0xff]));
        const total = list.reduce((left, right) => left + right, initial);
        expect(sum(bytes, 0, bytes.length, initial) % 0xffff).toBe(total % 0xffff);
      }),
    );
  });
});
