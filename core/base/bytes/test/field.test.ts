import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { u16, u32, writeU16, writeU32 } from '../src/field.ts';

describe('fields in place', () => {
  it('are big-endian and unsigned', () => {
    const bytes = new Uint8Array([0x00, 0xff, 0xee, 0xdd, 0xcc]);
    expect([u16(bytes, 1), u32(bytes, 1)]).toEqual([0xffee, 0xffee_ddcc]);
  });

  it('read what was written and touch nothing else', () => {
    fc.assert(
      fc.property(fc.nat(0xffff), fc.nat(0xffff_ffff), (word, long) => {
        const bytes = new Uint8Array(8).fill(0xaa);
        writeU16(bytes, 1, word);
        writeU32(bytes, 3, long);
        expect([u16(bytes, 1), u32(bytes, 3)]).toEqual([word, long]);
        expect([bytes[0], bytes[7]]).toEqual([0xaa, 0xaa]);
      }),
    );
  });
});
