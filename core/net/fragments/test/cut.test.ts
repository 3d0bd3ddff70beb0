import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut } from '../src/cut.ts';

describe('cut', () => {
  it('makes fragments that follow each other, as large as they can be', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 65_535 }),
        fc.integer({ min: 8, max: 9000 }),
        (length, room) => {
          const pieces = cut(length, room);
          let at = 0;
          for (const { offset, length: size, more } of pieces) {
            expect(offset).toBe(at);
            at += size;
            expect(more).toBe(at < length);
            if (more) expect(size).toBe(Math.floor(room / 8) * 8);
          }
          expect(at).toBe(length);
        },
      ),
    );
  });

  it('throws when there is no room for eight bytes', () => {
    expect(() => cut(100, 7)).toThrow(RangeError);
  });
});
