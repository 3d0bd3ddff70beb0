import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../src/hex.ts';

describe('toHex', () => {
  it('writes two lower-case digits a byte', () => {
    expect(toHex(Uint8Array.of(0, 0x0a, 0xff))).toBe('000aff');
    expect(toHex(Uint8Array.of(0, 0x0a, 0xff), ':')).toBe('00:0a:ff');
    expect(toHex(new Uint8Array())).toBe('');
  });
});

describe('fromHex', () => {
  it('ignores white space, colons and case', () => {
    expect([...(fromHex(' 00:0a\nFF ') ?? [])]).toEqual([0, 0x0a, 0xff]);
  });

  it.each(['0', '000', '0g', '0x00', '-1'])('refuses %j', (text) => {
    expect(fromHex(text)).toBeUndefined();
  });

  it('undoes toHex', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.constantFrom('', ':', ' '), (bytes, separator) => {
        expect(fromHex(toHex(bytes, separator))).toEqual(bytes);
      }),
    );
  });
});
