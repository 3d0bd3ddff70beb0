import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Reader } from '../src/reader.ts';

const BYTES = Uint8Array.of(0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0);

describe('Reader', () => {
  it('reads big-endian fields one after the other', () => {
    const reader = new Reader(BYTES);
    expect([reader.u8(), reader.u16(), reader.u32()]).toEqual([0x12, 0x3456, 0x789a_bcde]);
    expect(reader.remaining).toBe(1);
    expect(reader.truncated).toBe(false);
  });

  it('reads numbers with the highest bit as positive', () => {
    expect(new Reader(Uint8Array.of(0xff, 0xff, 0xff, 0xff)).u32()).toBe(0xffff_ffff);
  });

  it('stays within its own end', () => {
    const reader = new Reader(BYTES, 2, 5);
    expect(reader.u16()).toBe(0x5678);
    expect(reader.u16()).toBe(0);
    expect(reader.truncated).toBe(true);
  });

  it('yields nothing more after it was truncated once', () => {
    const reader = new Reader(BYTES, 6);
    expect(reader.u32()).toBe(0);
    expect(reader.u8()).toBe(0);
    expect(reader.take(1)).toHaveLength(0);
    expect(reader.truncated).toBe(true);
  });

  it('lends views of the bytes it was given', () => {
    const reader = new Reader(BYTES);
    reader.skip(1);
    const taken = reader.take(2);
    expect(taken.buffer).toBe(BYTES.buffer);
    expect([...taken]).toEqual([0x34, 0x56]);
    expect([...reader.rest()]).toEqual([0x78, 0x9a, 0xbc, 0xde, 0xf0]);
    expect(reader.remaining).toBe(0);
    expect(reader.truncated).toBe(false);
  });

  it('refuses a negative length', () => {
    const reader = new Reader(BYTES, 4);
    reader.skip(-1);
    expect(reader.truncated).toBe(true);
    expect(reader.offset).toBe(4);
  });

  it('throws when its bounds lie outside of the bytes', () => {
    expect(() => new Reader(BYTES, -1)).toThrow(RangeError);
    expect(() => new Reader(BYTES, 0, 9)).toThrow(RangeError);
    expect(() => new Reader(BYTES, 5, 4)).toThrow(RangeError);
  });

  it('agrees with DataView on any bytes, and never leaves them', () => {
    const step = fc.constantFrom('u8', 'u16', 'u32');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.array(step), (bytes, steps) => {
        const reader = new Reader(bytes);
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        let at = 0;
        for (const name of steps) {
          const size = { u8: 1, u16: 2, u32: 4 }[name];
          const isThere = !reader.truncated && at + size <= bytes.length;
          const expected = { u8: 'getUint8', u16: 'getUint16', u32: 'getUint32' } as const;
          expect(reader[name]()).toBe(isThere ? view[expected[name]](at) : 0);
          if (isThere) at += size;
          expect(reader.offset).toBe(at);
        }
      }),
    );
  });
});
