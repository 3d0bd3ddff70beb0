import { describe, expect, it } from 'vitest';
import { createFastPaths } from '../src/fast.ts';

/** A module that imports the memory and exports `peek(address)`: the byte there. */
const PEEK = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  // Type 0: (i32) -> i32. Imported: env.memory, at least 0 pages. Function 0 of type 0.
  ...[0x01, 0x06, 0x01, 0x60, 0x01, 0x7f, 0x01, 0x7f],
  ...[
    0x02, 0x0f, 0x01, 0x03, 0x65, 0x6e, 0x76, 0x06, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 0x02, 0x00,
    0x00,
  ],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x07, 0x08, 0x01, 0x04, 0x70, 0x65, 0x65, 0x6b, 0x00, 0x00],
  // local.get 0, i32.load8_u, end
  ...[0x0a, 0x09, 0x01, 0x07, 0x00, 0x20, 0x00, 0x2d, 0x00, 0x00, 0x0b],
]);

describe('createFastPaths', () => {
  it('gives out zeros, aligned to 16 bytes, that do not overlap', () => {
    const fast = createFastPaths({});
    const regions = [1, 16, 17, 0, 2048].map((size) => ({ size, ...fast.allocate(size) }));
    let end = 1;
    for (const { size, bytes, address } of regions) {
      expect(bytes).toHaveLength(size);
      expect(bytes.every((byte) => byte === 0)).toBe(true);
      expect(address % 16).toBe(0);
      expect(address).toBeGreaterThanOrEqual(end);
      end = address + size;
      bytes.fill(0xff);
    }
  });

  it('lets a module see what was written into a region', () => {
    const fast = createFastPaths({ peek: PEEK });
    const { bytes, address } = fast.allocate(3);
    bytes.set([7, 8, 9]);
    expect(fast.load('peek').peek(address + 2)).toBe(9);
  });

  it('instantiates a module once', () => {
    const fast = createFastPaths({ peek: PEEK });
    expect(fast.load('peek')).toBe(fast.load('peek'));
  });

  it('throws for a module that it was not given, whatever its name', () => {
    expect(() => createFastPaths({}).load('peek')).toThrow('there is no fast path "peek"');
    expect(() => createFastPaths({}).load('toString')).toThrow('there is no fast path');
  });

  it('throws when its memory is full, and still has what is left', () => {
    const fast = createFastPaths({});
    expect(() => fast.allocate(2 ** 30)).toThrow(RangeError);
    expect(() => fast.allocate(-1)).toThrow(RangeError);
    expect(fast.allocate(32).bytes).toHaveLength(32);
  });
});
