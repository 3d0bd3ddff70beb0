import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeLatin1, encodeLatin1 } from '../src/latin1.ts';

it('has a character for each byte, and back', () => {
  expect(encodeLatin1('h\u00ff2')).toEqual(Uint8Array.of(0x68, 0xff, 0x32));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const text = decodeLatin1(bytes);
      expect(text.length).toBe(bytes.length);
      expect(encodeLatin1(text)).toEqual(bytes);
    }),
  );
});
