import { toHex } from '@atoll/bytes/hex';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DerReader } from '../src/reader.ts';
import { compareBytes, hasBit, readDer } from '../src/reader.ts';
import { IA5_STRING, PRINTABLE_STRING } from '../src/tag.ts';
import {
  asciiString,
  bitString,
  boolean,
  integer,
  namedBits,
  nullValue,
  octetString,
  oid,
  sequence,
  setOf,
  tagged,
  time,
  utf8String,
} from '../src/writer.ts';

function read<T>(bytes: Uint8Array, how: (reader: DerReader) => T): T {
  const result = readDer(bytes, 'what was written', how);
  if (!result.ok) throw new Error(`${result.error.reason} of ${toHex(bytes)}`);
  return result.value;
}

describe('what is written can be read', () => {
  it('whole numbers', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const octets = read(integer(value), (reader) => reader.unsigned());
        expect(octets.reduce((sum, octet) => sum * 256 + octet, 0)).toBe(value);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (octets) => {
        const first = octets.findIndex((octet) => octet !== 0);
        const expected = first < 0 ? Uint8Array.of(0) : octets.subarray(first);
        expect(
          compareBytes(
            read(integer(octets), (reader) => reader.unsigned()),
            expected,
          ),
        ).toBe(0);
      }),
    );
  });

  it('bytes of any length', () => {
    fc.assert(
      fc.property(fc.nat(70_000), (length) => {
        expect(read(octetString(new Uint8Array(length)), (r) => r.octetString().length)).toBe(
          length,
        );
      }),
    );
    expect(() => bitString(new Uint8Array(0), 1)).toThrow('unused bits');
    expect(() => bitString(Uint8Array.of(1), 1)).toThrow('unused bits');
    expect(read(bitString(Uint8Array.of(2), 1), (reader) => reader.bitString().unused)).toBe(1);
  });

  it('named bits', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(30)), (numbers) => {
        const bits = read(namedBits(numbers), (reader) => reader.namedBits());
        for (let i = 0; i < 40; i++) expect(hasBit(bits, i)).toBe(numbers.includes(i));
      }),
    );
  });

  it('object identifiers', () => {
    const arcs = fc.array(fc.bigInt(0n, 2n ** 40n), { maxLength: 6 });
    const start = fc.oneof(
      fc.tuple(fc.integer({ min: 0, max: 1 }), fc.nat(39)),
      fc.tuple(fc.constant(2), fc.nat(10_000)),
    );
    fc.assert(
      fc.property(start, arcs, ([top, second], others) => {
        const text = [top, second, ...others].join('.');
        expect(read(oid(text), (reader) => reader.oid())).toBe(text);
      }),
    );
    for (const bad of ['', '1', '3.1', '1.40', '1.2.', '1.02', '1.2.01', '1.2.x', '-1.2']) {
      expect(() => oid(bad)).toThrow('no object identifier');
    }
    expect(() => oid(`1.2${'.18446744073709551616'.repeat(10)}`)).toThrow('too long');
  });

  it('text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(read(utf8String(text), (reader) => reader.string())).toBe(text);
      }),
    );
    expect(read(asciiString(IA5_STRING, 'a@b', 0x81), (r) => r.string(IA5_STRING, 0x81))).toBe(
      'a@b',
    );
    expect(() => asciiString(PRINTABLE_STRING, 'a@b')).toThrow('other characters');
    expect(() => asciiString(IA5_STRING, 'é')).toThrow('other characters');
  });

  it('times from 0000 to 9999', () => {
    const seconds = fc.integer({ min: Date.UTC(0) / 1000 - 62_135_596_800, max: 253_402_300_799 });
    fc.assert(
      fc.property(
        seconds.filter((s) => new Date(s * 1000).getUTCFullYear() >= 0),
        (second) => {
          const bytes = time(second * 1000 + 250);
          expect(read(bytes, (reader) => reader.time())).toBe(second * 1000);
          const year = new Date(second * 1000).getUTCFullYear();
          expect(bytes[0]).toBe(year >= 1950 && year < 2050 ? 0x17 : 0x18);
        },
      ),
    );
    expect(() => time(253_402_300_800_000)).toThrow('cannot be written');
  });

  it('structures', () => {
    const set = setOf(integer(300), integer(2), boolean(true));
    const bytes = sequence(tagged(3, nullValue()), set);
    const seen = read(bytes, (reader) =>
      reader.sequence((inner) => [
        inner.optional(3, (none) => none.null()),
        inner.setOf((item) => toHex(item.element())),
      ]),
    );
    expect(seen).toEqual([undefined, ['0101ff', '020102', '0202012c']]);
  });
});
