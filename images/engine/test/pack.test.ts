import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeLengths, codesOf, LONGEST } from '../src/pack/huffman.ts';
import {
  DISTANCE_SYMBOLS,
  DISTANCES,
  FIRST_RECENT,
  LITERAL_SYMBOLS,
  LITERALS,
} from '../src/pack/symbols.ts';
import { pack } from '../src/pack.ts';

/** Bit by bit after the description; the kernel's is `snapshot.c`. */
function unpack(packed: Uint8Array, size: number): Uint8Array {
  let at = 0;
  const bits = (count: number) => {
    let value = 0;
    for (; count > 0; count--, at++) {
      value = (value << 1) | ((packed[at >> 3] >> (7 - (at & 7))) & 1);
    }
    return value;
  };
  const alphabet = (symbols: number) => {
    const lengths = Array.from({ length: symbols }, () => bits(4));
    const codes = codesOf(lengths);
    return new Map(lengths.map((length, symbol) => [`${length} ${codes[symbol]}`, symbol]));
  };
  const symbol = (codes: Map<string, number>) => {
    let code = 0;
    for (let length = 1; length <= LONGEST; length++) {
      code = (code << 1) | bits(1);
      const found = codes.get(`${length} ${code}`);
      if (found !== undefined) return found;
    }
    throw new Error('no symbol has this code');
  };
  const number = (code: number) => {
    if (code < 8) return code;
    const more = (code - 4) >> 2;
    return ((4 | (code & 3)) << more) | bits(more);
  };
  const literals = Array.from({ length: LITERALS }, () => alphabet(LITERAL_SYMBOLS));
  const distances = Array.from({ length: DISTANCES }, () => alphabet(DISTANCE_SYMBOLS));
  const bytes: number[] = [];
  let recent: number[] = [...FIRST_RECENT];
  while (bytes.length < size) {
    const first = symbol(literals[bytes.length & 3]);
    if (first < 256) {
      bytes.push(first);
      continue;
    }
    const length = number(first - 256) + 2;
    const second = symbol(distances[length < 4 ? 0 : 1]);
    if (second === 0) {
      for (let i = 0; i < length; i++) bytes.push(0);
      continue;
    }
    const isRecent = second <= recent.length;
    const lowest = second & 3;
    const distance = isRecent ? recent[second - 1] : (number((second - 4) >> 2) << 2) | lowest;
    const others = isRecent ? recent.filter((_, index) => index !== second - 1) : recent;
    recent = [distance, ...others].slice(0, 3);
    for (let i = 0; i < length; i++) bytes.push(bytes[bytes.length - distance]);
  }
  return Uint8Array.from(bytes);
}

/** Memory as it is: zeros, text, and pieces that come again. */
const piece = fc.oneof(
  fc.nat({ max: 3000 }).map((length) => new Uint8Array(length)),
  fc.uint8Array({ maxLength: 50 }),
  fc.constantFrom('const', 'function', 'aaaaaaaaaaaaaaaaaaaa').map((text) => Buffer.from(text)),
  fc
    .tuple(fc.nat({ max: 255 }), fc.nat({ max: 700 }))
    .map(([byte, length]) => new Uint8Array(length).fill(byte)),
);
const memory = fc
  .array(piece, { maxLength: 30 })
  .map((pieces) => new Uint8Array(Buffer.concat(pieces)));

describe('pack', () => {
  it('loses nothing', () => {
    fc.assert(
      fc.property(memory, (bytes) => {
        expect(Buffer.from(unpack(pack(bytes), bytes.length)).equals(bytes)).toBe(true);
      }),
    );
  });

  it('finds what is far away', () => {
    const random = Uint8Array.from({ length: 1000 }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24);
    const bytes = new Uint8Array(300_000);
    for (const at of [0, 66_535, 299_000]) bytes.set(random, at);
    const packed = pack(bytes);
    expect(unpack(packed, bytes.length)).toEqual(bytes);
    expect(packed.length).toBeLessThan(2300);
  });

  it('ends with literals, so that a copy may overshoot before', () => {
    const bits = (size: number) => pack(new Uint8Array(size)).length;
    expect(bits(20_000) - bits(16)).toBeLessThan(8);
  });
});

describe('the code', () => {
  const counts = fc.array(fc.oneof(fc.constant(0), fc.nat({ max: 1 << 20 })), {
    minLength: 2,
    maxLength: 400,
  });

  it('is complete, and never too long', () => {
    fc.assert(
      fc.property(counts, (counts) => {
        fc.pre(counts.filter((count) => count > 0).length >= 2);
        const lengths = codeLengths(counts);
        let sum = 0;
        for (const [symbol, length] of lengths.entries()) {
          expect(length > 0).toBe(counts[symbol] > 0);
          expect(length).toBeLessThanOrEqual(LONGEST);
          if (length > 0) sum += 2 ** -length;
        }
        expect(sum).toBe(1);
      }),
    );
  });

  it('gives what is frequent no longer code', () => {
    fc.assert(
      fc.property(counts, (counts) => {
        const used = [...codeLengths(counts).entries()].filter(([, length]) => length > 0);
        used.sort(([a], [b]) => counts[b] - counts[a]);
        for (let i = 1; i < used.length; i++) {
          if (counts[used[i][0]] < counts[used[i - 1][0]]) {
            expect(used[i][1]).toBeGreaterThanOrEqual(used[i - 1][1]);
          }
        }
      }),
    );
  });
});
