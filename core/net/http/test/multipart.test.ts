import { describe, expect, it } from 'vitest';
import { formBoundary } from '../src/multipart.ts';
import { partsIn } from './parts.ts';

const FORM = [
  'preamble\r\n--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nhello\r\n--bworld\r\n--\r\n',
  '\r\n--b  \r\nContent-Disposition: form-data; name="\xc3\xa4"; filename="x\\"y"\r\nContent-Type: text/plain\r\n\r\n',
  '\r\n--b--\r\nepilogue\r\n--b\r\n',
].join('');

describe('a form of parts', () => {
  it('is taken apart', () => {
    const form = FORM.replace('\r\n--bworld', '\r\n--cworld');
    expect(partsIn('b', [form])).toEqual([
      'a|undefined|1|hello\r\n--cworld\r\n--\r\n',
      '\u00e4|x"y|2|',
      'end',
    ]);
    expect(partsIn('b', [...form])).toEqual(partsIn('b', [form]));
  });

  it('may start with its boundary', () => {
    const form = '--b\r\ncontent-disposition: form-data; name=a\r\n\r\n\r\r\n-\r\n--\r\n--b--';
    expect(partsIn('b', [form])).toEqual(['a|undefined|1|\r\r\n-\r\n--', 'end']);
    expect(partsIn('b', [...form])).toEqual(partsIn('b', [form]));
  });

  it.each([
    ['', 'the form is not whole'],
    ['--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nhello', 'the form is not whole'],
    [FORM, 'a boundary in a longer line'],
    ['--b\r\n\r\nhello\r\n--b--', 'a part without a name'],
    ['--b\r\nContent-Disposition: attachment; name="a"\r\n\r\n', 'a part without a name'],
    ['--b\r\nContent-Disposition: form-data\r\n\r\n', 'a part without a name'],
    ['--b\r\nContent Disposition: form-data\r\n\r\n', 'a line that is no field'],
    [`--b\r\nA: ${'a'.repeat(5000)}`, 'over 4096 octets of fields'],
    [`--b${' '.repeat(100)}\r\n`, 'white space behind a boundary'],
    ['--b\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n'.repeat(4), 'more than 3 parts'],
  ])('%j: %s', (text, reason) => {
    expect(partsIn('b', [text], { parts: 3, fieldBytes: 4096 }).at(-1)).toBe(reason);
  });

  it.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['Multipart/Form-Data; charset=x; boundary="a b"', 'a b'],
    ['multipart/form-data', undefined],
    ['multipart/form-data; boundary=""', undefined],
    ['multipart/form-data; boundary="a "', undefined],
    [`multipart/form-data; boundary=${'a'.repeat(71)}`, undefined],
    ['multipart/mixed; boundary=abc', undefined],
    [undefined, undefined],
  ])('has its boundary in %s: %s', (type, expected) => {
    expect(formBoundary(type)).toBe(expected);
  });
});
