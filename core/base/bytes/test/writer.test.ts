import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Reader } from '../src/reader.ts';
import { Writer } from '../src/writer.ts';

describe('Writer', () => {
  it('writes big-endian fields', () => {
    const writer = new Writer();
    writer.u8(0x12);
    writer.u16(0x3456);
    writer.u32(0x89ab_cdef);
    writer.bytes(Uint8Array.of(1, 2));
    writer.zeros(2);
    expect([...writer.finish()]).toEqual([0x12, 0x34, 0x56, 0x89, 0xab, 0xcd, 0xef, 1, 2, 0, 0]);
  });

  it('grows past its capacity', () => {
    const writer = new Writer(16);
    const bytes = Uint8Array.from({ length: 1000 }, (_, index) => index);
    writer.bytes(bytes);
    writer.u8(7);
    expect([...writer.view()]).toEqual([...bytes, 7]);
  });

  it('writes zeros over what was truncated', () => {
    const writer = new Writer();
    writer.u32(0xffff_ffff);
    writer.truncate(1);
    writer.zeros(2);
    expect([...writer.finish()]).toEqual([0xff, 0, 0]);
  });

  it('patches what was written, and nothing else', () => {
    const writer = new Writer();
    writer.u32(0);
    writer.patchU16(1, 0xabcd);
    expect([...writer.finish()]).toEqual([0, 0xab, 0xcd, 0]);
    expect(() => writer.patchU16(3, 0)).toThrow(RangeError);
    expect(() => writer.patchU16(-1, 0)).toThrow(RangeError);
    expect(() => writer.truncate(5)).toThrow(RangeError);
  });

  it('finishes with a copy', () => {
    const writer = new Writer();
    writer.u8(1);
    const finished = writer.finish();
    writer.truncate(0);
    writer.u8(2);
    expect([...finished]).toEqual([1]);
  });

  it('writes what a Reader reads', () => {
    const field = fc.oneof(
      fc.record({ size: fc.constant('u8' as const), value: fc.nat(0xff) }),
      fc.record({ size: fc.constant('u16' as const), value: fc.nat(0xffff) }),
      fc.record({ size: fc.constant('u32' as const), value: fc.nat(0xffff_ffff) }),
    );
    fc.assert(
      fc.property(fc.array(field), (fields) => {
        const writer = new Writer(1);
        for (const { size, value } of fields) writer[size](value);
        const reader = new Reader(writer.finish());
        expect(fields.map(({ size }) => reader[size]())).toEqual(fields.map(({ value }) => value));
        expect(reader.remaining).toBe(0);
      }),
    );
  });
});
