import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compress } from '../src/lz4.ts';

/** Byte by byte after LZ4's description, with an offset of 0 for zeros; the kernel's is `snapshot.c`. */
function decompress(block: Uint8Array): Uint8Array {
  const bytes: number[] = [];
  let at = 0;
  const extended = (count: number) => {
    if (count < 15) return count;
    for (;;) {
      const more = block[at++];
      count += more;
      if (more < 255) return count;
    }
  };
  for (;;) {
    const token = block[at++];
    const literals = extended(token >> 4);
    bytes.push(...block.subarray(at, at + literals));
    at += literals;
    if (at === block.length) return Uint8Array.from(bytes);
    const offset = block[at] | (block[at + 1] << 8);
    at += 2;
    const length = extended(token & 15) + 4;
    for (let i = 0; i < length; i++) bytes.push(offset === 0 ? 0 : bytes[bytes.length - offset]);
  }
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

describe('compress', () => {
  it('loses nothing', () => {
    fc.assert(
      fc.property(memory, (bytes) => {
        expect(Buffer.from(decompress(compress(bytes))).equals(bytes)).toBe(true);
      }),
    );
  });

  it('finds nothing farther away than an offset can say', () => {
    const random = Uint8Array.from({ length: 1000 }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24);
    const bytes = new Uint8Array(140_000);
    for (const at of [0, 66_535, 139_000]) bytes.set(random, at);
    const block = compress(bytes);
    expect(decompress(block)).toEqual(bytes);
    expect(block.length).toBeGreaterThan(2000);
  });

  it('ends with literals, so that a copy may overshoot before', () => {
    const block = compress(new Uint8Array(1000));
    expect(block.subarray(-32)).toEqual(new Uint8Array(32));
    expect(block.length).toBeLessThan(45);
  });
});
