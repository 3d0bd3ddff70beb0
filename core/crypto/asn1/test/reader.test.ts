import { fromHex } from '@atoll/bytes/hex';
import { describe, expect, it } from 'vitest';
import type { DerReader } from '../src/reader.ts';
import { hasBit, readDer } from '../src/reader.ts';
import { IA5_STRING, INTEGER, PRINTABLE_STRING, SET } from '../src/tag.ts';

function read<T>(hex: string, how: (reader: DerReader) => T): T | string {
  const bytes = fromHex(hex);
  if (bytes === undefined) throw new Error(`${hex} is not hexadecimal`);
  const result = readDer(bytes, 'it', how);
  return result.ok ? result.value : result.error.reason;
}

const skip = (reader: DerReader) => reader.skip();
const integer = (reader: DerReader) => [...reader.integer()];
const text = (reader: DerReader) => reader.string();
const time = (reader: DerReader) => reader.time();

describe('lengths', () => {
  it.each([
    ['', 'it: the end, not tag 0x-1, at byte 0'],
    ['30', 'it: an element that is cut off, at byte 0'],
    ['3080 0000', 'it: an indefinite length, at byte 0'],
    ['308100', 'it: a length in more octets than needed, at byte 0'],
    ['30817f', 'it: a length in more octets than needed, at byte 0'],
    ['30820080', 'it: a length in more octets than needed, at byte 0'],
    ['308500000000 00', 'it: a length of more than four octets, at byte 0'],
    ['3084ffffffff', 'it: an element that is cut off, at byte 0'],
    ['3002 0401', 'it: an element that is cut off, at byte 2'],
    ['3000 00', 'it: something follows the end, at byte 2'],
    ['1f2000', 'it: a tag number above 30, at byte 0'],
    ['3003 1f2000', 'it: a tag number above 30, at byte 2'],
  ])('%s: %s', (hex, reason) => {
    expect(read(hex, skip)).toBe(reason.replace('tag 0x-1', 'an element'));
  });

  it('may have four octets', () => {
    expect(read(`048180${'00'.repeat(128)}`, (reader) => reader.octetString().length)).toBe(128);
    expect(read(`04820100${'00'.repeat(256)}`, (reader) => reader.octetString().length)).toBe(256);
  });

  it('of elements in each other end somewhere', () => {
    let hex = '3000';
    for (let depth = 1; depth < 24; depth++)
      hex = `30${(hex.length / 2).toString(16).padStart(2, '0')}${hex}`;
    expect(read(hex, skip)).toBeUndefined();
    hex = `30${(hex.length / 2).toString(16)}${hex}`;
    expect(read(hex, skip)).toBe('it: more than 24 elements in each other, at byte 48');
  });
});

describe('types', () => {
  it('must be what is asked for', () => {
    expect(read('0500', integer)).toBe('it: NULL, not INTEGER, at byte 0');
    expect(read('8300', integer)).toBe('it: [3], not INTEGER, at byte 0');
  });

  it.each([
    ['0100', 'it: a BOOLEAN that is neither 00 nor ff, at byte 0'],
    ['010101', 'it: a BOOLEAN that is neither 00 nor ff, at byte 0'],
    ['010100', false],
    ['0101ff', true],
  ])('BOOLEAN %s: %s', (hex, value) => {
    expect(read(hex, (reader) => reader.boolean())).toBe(value);
  });

  it('have no defaults that are spelled out', () => {
    const flag = (reader: DerReader) => reader.sequence((inner) => inner.flag());
    expect(read('3000', flag)).toBe(false);
    expect(read('30030101ff', flag)).toBe(true);
    expect(read('3003010100', flag)).toBe('it: a default value that is spelled out, at byte 2');
  });

  it.each([
    ['0200', 'it: an INTEGER without octets, at byte 0'],
    ['02020001', 'it: an INTEGER that is longer than needed, at byte 0'],
    ['0202ffff', 'it: an INTEGER that is longer than needed, at byte 0'],
    ['02020080', [0, 0x80]],
    ['0202ff7f', [0xff, 0x7f]],
    ['020100', [0]],
  ])('INTEGER %s: %s', (hex, value) => {
    expect(read(hex, integer)).toEqual(value);
  });

  it('INTEGER has a sign and a range', () => {
    expect(read('0201ff', (reader) => reader.unsigned())).toBe('it: a negative INTEGER, at byte 0');
    expect(read('020200ff', (reader) => [...reader.unsigned()])).toEqual([0xff]);
    expect(read('02020100', (reader) => reader.small(256))).toBe(256);
    expect(read('02020101', (reader) => reader.small(256))).toBe(
      'it: an INTEGER above 256, at byte 0',
    );
    expect(read('0a0102', (reader) => reader.enumerated(2))).toBe(2);
  });

  it.each([
    ['0300', 'it: a BIT STRING with a wrong number of unused bits, at byte 0'],
    ['030101', 'it: a BIT STRING with a wrong number of unused bits, at byte 0'],
    ['03020800', 'it: a BIT STRING with a wrong number of unused bits, at byte 0'],
    ['03020101', 'it: a BIT STRING whose unused bits are not zero, at byte 0'],
    ['03020700', 'it: named bits with zeros at the end, at byte 0'],
    ['03020000', 'it: named bits with zeros at the end, at byte 0'],
    ['030100', [false, false]],
    ['03020640', [false, true]],
    ['030207 80', [true, false]],
  ])('named bits %s: %s', (hex, value) => {
    const bits = (reader: DerReader) => {
      const named = reader.namedBits();
      return [hasBit(named, 0), hasBit(named, 1)];
    };
    expect(read(hex, bits)).toEqual(value);
  });

  it('BIT STRING may have to be of octets', () => {
    expect(read('03020640', (reader) => reader.bitOctets())).toBe(
      'it: a BIT STRING that is not made of whole octets, at byte 0',
    );
  });

  it('SET OF is in order and not empty', () => {
    const set = (reader: DerReader) => reader.setOf((inner) => inner.small(9));
    expect(read('3106 020101 020102', set)).toEqual([1, 2]);
    expect(read('3106 020102 020101', set)).toBe('it: a SET OF that is not in order, at byte 5');
    expect(read('3100', set)).toBe('it: an empty SET, at byte 2');
    expect(read('3100', (reader) => reader.sequenceOf(integer, SET, true))).toEqual([]);
  });

  it('NULL is empty', () => {
    expect(read('0500', (reader) => reader.null())).toBeUndefined();
    expect(read('050100', (reader) => reader.null())).toBe('it: a NULL with contents, at byte 0');
  });

  it('may be optional', () => {
    const version = (reader: DerReader) => reader.optional(0, (inner) => inner.small(3));
    expect(read('a003020102', version)).toBe(2);
    expect(read('', version)).toBeUndefined();
    expect(read('a006020102020103', version)).toBe('it: something follows the end, at byte 5');
  });

  it.each([
    ['06 03 2a8648', '1.2.840'],
    ['06 01 00', '0.0'],
    ['06 02 8837', '2.999'],
    ['06 03 2a8086', undefined],
    ['06 02 2a80', undefined],
    ['06 00', undefined],
    ['06 0b 2affffffffffffffffff7f', '1.2.1180591620717411303423'],
  ])('OBJECT IDENTIFIER %s: %s', (hex, value) => {
    const expected = value ?? 'it: a bad OBJECT IDENTIFIER, at byte 0';
    expect(read(hex, (reader) => reader.oid())).toBe(expected);
  });
});

describe('strings', () => {
  it.each([
    ['0c02c3a9', 'é'],
    ['0c02c328', 'it: not a proper UTF8String, at byte 0'],
    ['0c03efbfbd', '\ufffd'],
    ['0c01c3', 'it: not a proper UTF8String, at byte 0'],
    ['13024141', 'AA'],
    ['13012a', 'it: not a proper PrintableString, at byte 0'],
    ['120120', ' '],
    ['120141', 'it: not a proper NumericString, at byte 0'],
    ['160180', 'it: not a proper IA5String, at byte 0'],
    ['16012a', '*'],
    ['1a0109', 'it: not a proper VisibleString, at byte 0'],
    ['1401e9', 'é'],
    ['1e0200e9', 'é'],
    ['1e01e9', 'it: not a proper BMPString, at byte 0'],
    ['1e02d800', 'it: not a proper BMPString, at byte 0'],
    ['1c040001f600', '\u{1f600}'],
    ['1c0400110000', 'it: not a proper UniversalString, at byte 0'],
    ['0401e9', 'it: not a proper OCTET STRING, at byte 0'],
  ])('%s: %s', (hex, value) => {
    expect(read(hex, text)).toBe(value);
  });

  it('may be implicit', () => {
    expect(read('820161', (reader) => reader.string(IA5_STRING, 0x82))).toBe('a');
    expect(read('82012a', (reader) => reader.string(PRINTABLE_STRING, 0x82))).toContain(
      'Printable',
    );
    expect(read('', text)).toBe('it: the end, not a string, at byte 0');
  });
});

describe('times', () => {
  const ascii = (tag: string, value: string) =>
    `${tag}${value.length.toString(16).padStart(2, '0')}${[...value]
      .map((character) => character.charCodeAt(0).toString(16).padStart(2, '0'))
      .join('')}`;

  it.each([
    ['17', '700101000000Z', Date.UTC(1970, 0, 1)],
    ['17', '491231235959Z', Date.UTC(2049, 11, 31, 23, 59, 59)],
    ['17', '500101000000Z', Date.UTC(1950, 0, 1)],
    ['17', '240229120000Z', Date.UTC(2024, 1, 29, 12)],
    ['17', '230229120000Z', undefined],
    ['17', '231301120000Z', undefined],
    ['17', '230001120000Z', undefined],
    ['17', '230100120000Z', undefined],
    ['17', '230101240000Z', undefined],
    ['17', '230101006000Z', undefined],
    ['17', '230101000060Z', undefined],
    ['17', '2301010000Z', undefined],
    ['17', '230101000000+0000', undefined],
    ['18', '20500101000000Z', Date.UTC(2050, 0, 1)],
    ['18', '99991231235959Z', Date.UTC(9999, 11, 31, 23, 59, 59)],
    ['18', '20500101000000.5Z', undefined],
    ['18', '21000229000000Z', undefined],
    ['18', '24000229000000Z', Date.UTC(2400, 1, 29)],
    ['18', '20491231235959Z', undefined],
    ['18', '19491231235959Z', Date.UTC(1949, 11, 31, 23, 59, 59)],
    ['18', '2050010100000 Z', undefined],
  ])('%s %s', (tag, value, expected) => {
    const what = tag === '17' ? 'UTCTime' : 'GeneralizedTime';
    expect(read(ascii(tag, value), time)).toBe(expected ?? `it: a bad ${what}, at byte 0`);
  });
});

describe('after a failure', () => {
  it('nothing is left, and the first reason stays', () => {
    const seen: unknown[] = [];
    const reason = read('3006 020200 01 020102', (reader) =>
      reader.sequence((inner) => {
        inner.integer();
        inner.fail('something else');
        seen.push(inner.more, inner.oid(), inner.small(3), inner.time(), inner.string());
        seen.push(
          inner.sequenceOf((item) => item.integer()),
          inner.follows(INTEGER),
          inner.peek(),
        );
      }),
    );
    expect(reason).toBe('it: an INTEGER that is longer than needed, at byte 2');
    expect(seen).toEqual([false, '', 0, 0, '', [], false, -1]);
  });

  it('documents of more than 16 MiB are not looked at', () => {
    const result = readDer(new Uint8Array(0x100_0001), 'it', (reader) => reader.more);
    expect(result).toMatchObject({ error: { reason: 'it: more than 16777216 bytes, at byte 0' } });
  });
});
