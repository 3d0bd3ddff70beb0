import { TextDecoder, TextEncoder } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '../src/utf8.ts';

/** The judge: the Encoding Standard's implementation in Node.js, which drops no byte order mark here. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/** Bytes that are more often the start or the end of something than random ones. */
const suspiciousByte = fc.constantFrom(
  ...[0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1],
  ...[0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff],
);
const suspiciousBytes = fc
  .array(suspiciousByte, { maxLength: 12 })
  .map((list) => Uint8Array.from(list));

describe('decodeUtf8', () => {
  it.each([
    ['an overlong slash', [0xc0, 0xaf]],
    ['an overlong NUL of three bytes', [0xe0, 0x80, 0x80]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a value above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a sequence that ends too early', [0xe2, 0x82]],
    ['a sequence that another one interrupts', [0xf0, 0x9f, 0xc3, 0xa9]],
    ['a byte order mark', [0xef, 0xbb, 0xbf, 0x41]],
  ])('decodes %s like TextDecoder', (_, list) => {
    const bytes = Uint8Array.from(list);
    expect(decodeUtf8(bytes)).toBe(decoder.decode(bytes));
  });

  it('agrees with TextDecoder on any bytes', () => {
    fc.assert(
      fc.property(fc.oneof(suspiciousBytes, fc.uint8Array({ maxLength: 64 })), (bytes) => {
        expect(decodeUtf8(bytes)).toBe(decoder.decode(bytes));
      }),
      { numRuns: 5000 },
    );
  });
});

describe('encodeUtf8', () => {
  it('agrees with TextEncoder on any text, lone surrogates included', () => {
    const codeUnits = fc.array(fc.nat(0xffff), { maxLength: 20 });
    const anything = codeUnits.map((units) => String.fromCharCode(...units));
    fc.assert(
      fc.property(fc.oneof(anything, fc.string({ unit: 'binary' })), (text) => {
        expect([...encodeUtf8(text)]).toEqual([...encoder.encode(text)]);
      }),
      { numRuns: 2000 },
    );
  });

  it('is undone by decodeUtf8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(decodeUtf8(encodeUtf8(text))).toBe(text);
      }),
    );
  });
});
