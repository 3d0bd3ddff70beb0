import { describe, expect, it } from 'vitest';
import { identified, identify, UNKNOWN_IMAGE } from '../src/identity.ts';

describe('the digest of what an image is made of', () => {
  it('is another one for other parts, however they are joined', () => {
    const made = [['ab', 'c'], ['a', 'bc'], ['abc'], ['abc', ''], ['c', 'ab']];
    expect(new Set(made.map(identify)).size).toBe(made.length);
  });

  it('does not care whether a part is text or bytes', () => {
    expect(identify(['ü', 'x'])).toBe(identify([Buffer.from('ü'), 'x']));
  });

  it('goes where a bundle has room for it', () => {
    const image = identify([]);
    const text = `start('${UNKNOWN_IMAGE}', 1);`;
    expect(identified(text, image)).toBe(`start('${image}', 1);`);
    expect(identified(text, image)).toHaveLength(text.length);
  });
});
