import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64, encodeBase64, plainDecodeBase64, plainEncodeBase64 } from '../src/base64.ts';

describe.each([
  ['the engine', encodeBase64, decodeBase64],
  ['TypeScript', plainEncodeBase64, plainDecodeBase64],
])('Base64 by %s', (_, encode, decode) => {
  it('is what Node.js makes of it, and back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = Buffer.from(bytes).toString('base64');
        expect(encode(bytes)).toBe(text);
        expect(decode(text)).toEqual(bytes);
      }),
    );
  });

  it.each([
    'A',
    'AA',
    'AAA',
    'AA=',
    'AB==',
    'AAB=',
    'A===',
    '====',
    'AA==AAAA',
    'AA\nA',
    'A A=',
    'AA-_',
    'ÄAAA',
  ])('is not %j', (text) => expect(decode(text)).toBeUndefined());
});
