import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { huffmanDecode } from '../../../src/http2/hpack/huffman.ts';
import { EOS, huffmanEncode } from './huffman-code.ts';

const decoded = (bytes: Uint8Array) => huffmanDecode(bytes, 0, bytes.length);
const text = (octets: readonly number[]) => String.fromCharCode(...octets);

describe('the Huffman code', () => {
  it('has each octet', () => {
    for (let octet = 0; octet < 256; octet++) {
      expect(decoded(huffmanEncode([octet])), `octet ${octet}`).toBe(text([octet]));
    }
  });

  it('is undone, wherever the string lies', () => {
    const octets = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 100 });
    const around = fc.uint8Array({ maxLength: 5 });
    fc.assert(
      fc.property(octets, around, around, (octets, before, behind) => {
        const bytes = huffmanEncode(octets);
        const all = Uint8Array.from([...before, ...bytes, ...behind]);
        const end = before.length + bytes.length;
        expect(huffmanDecode(all, before.length, end)).toBe(text(octets));
      }),
    );
  });

  it.each([
    ['EOS', huffmanEncode([EOS])],
    ['EOS behind a letter', huffmanEncode([0x61, EOS])],
    ['padding of eight bits', Uint8Array.of(0x1f, 0xff)],
    ['padding of zeros', Uint8Array.of(0x18)],
    ['padding with a zero in it', Uint8Array.of(0x1e)],
    ['nothing but padding', Uint8Array.of(0xff)],
    ['half a code', Uint8Array.of(0xff, 0xf8)],
    ['four octets of ones', Uint8Array.of(0xff, 0xff, 0xff, 0xff)],
  ])('refuses %s', (_, bytes) => {
    expect(decoded(bytes)).toBeUndefined();
  });

  it('reads only codes that are whole: what it reads is what it would be written as', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = decoded(bytes);
        if (text === undefined) return;
        expect(huffmanEncode(Array.from(text, (one) => one.charCodeAt(0)))).toEqual(bytes);
      }),
    );
  });
});
