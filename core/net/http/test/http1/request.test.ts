import { describe, expect, it } from 'vitest';
import { transcriptOf } from './transcript.ts';

/** What becomes of one head: the status of a refusal, or what was understood. */
function judged(text: string): unknown {
  const [line = 'nothing'] = transcriptOf(text);
  return line.startsWith('refused')
    ? Number(line.split(' ')[1])
    : line === 'nothing'
      ? line
      : JSON.parse(line).slice(0, 4);
}

const head = (line: string, ...fields: string[]) => [line, ...fields, '', ''].join('\r\n');
const withHost = (...fields: string[]) => head('POST / HTTP/1.1', 'Host: a', ...fields);

describe('a request line', () => {
  it.each([
    ['GET / HTTP/1.1', ['GET', 'a', '/', null]],
    ['GET /a/b%20c?d=e&f?g HTTP/1.1', ['GET', 'a', '/a/b%20c', 'd=e&f?g']],
    ['M-SEARCH /? HTTP/1.1', ['M-SEARCH', 'a', '/', '']],
    ['OPTIONS * HTTP/1.1', ['OPTIONS', 'a', '*', null]],
    ['GET http://B.example:80/x?y HTTP/1.1', ['GET', 'b.example:80', '/x', 'y']],
    ['GET https://b?y HTTP/1.1', ['GET', 'b', '/', 'y']],
    ['GET / HTTP/1.9', ['GET', 'a', '/', null]],
    ['get / HTTP/1.1', ['get', 'a', '/', null]],
  ])('%s', (line, expected) => {
    expect(judged(head(line, 'Host: A'))).toEqual(expected);
  });

  it.each([
    ['GET  / HTTP/1.1', 400],
    ['GET /  HTTP/1.1', 400],
    [' GET / HTTP/1.1', 400],
    ['GET / HTTP/1.1 ', 400],
    ['GET\t/ HTTP/1.1', 400],
    ['GET /a b HTTP/1.1', 400],
    ['GET /\u00e4 HTTP/1.1', 400],
    ['GET /\x00 HTTP/1.1', 400],
    ['GET / HTTP/1.10', 400],
    ['GET / http/1.1', 400],
    ['GET /', 400],
    ['', 'nothing'],
    ['G(T / HTTP/1.1', 400],
    ['GET / HTTP/2.0', 505],
    ['GET / HTTP/0.9', 505],
    ['PRI * HTTP/2.0', 505],
    ['GET * HTTP/1.1', 400],
    ['GET a HTTP/1.1', 400],
    ['GET /#a HTTP/1.1', 400],
    ['GET http:///a HTTP/1.1', 400],
    ['GET http://u@b/ HTTP/1.1', 400],
    ['GET http://b:x/ HTTP/1.1', 400],
    ['GET ftp://b/ HTTP/1.1', 400],
    ['CONNECT a:443 HTTP/1.1', 501],
    [`GET /${'a'.repeat(8200)} HTTP/1.1`, 414],
  ])('%j: %s', (line, expected) => {
    expect(judged(line === '' ? '\r\n' : head(line, 'Host: a'))).toEqual(expected);
  });

  it('may be behind an empty line or two', () => {
    const request = head('GET / HTTP/1.1', 'Host: a');
    expect(judged(`\r\n\r\n${request}`)).toEqual(['GET', 'a', '/', null]);
    expect(judged(`\r\n\r\n\r\n${request}`)).toBe(400);
  });

  it('must end with CRLF', () => {
    expect(judged('GET / HTTP/1.1\nHost: a\r\n\r\n')).toBe(400);
    expect(judged('GET / HTTP/1.1\r\nHost: a\n\r\n')).toBe(400);
    expect(judged('GET / HTTP/1.1\r\nHost: a\r\n\n')).toBe(400);
    expect(judged('\nGET / HTTP/1.1\r\nHost: a\r\n\r\n')).toBe(400);
    expect(judged('GET / HTTP/1.1\r\r\nHost: a\r\n\r\n')).toBe(400);
  });
});

describe('a host', () => {
  it.each([
    [['Host: a:80'], 'a:80'],
    [['Host: [2001:DB8::1]:80'], '[2001:db8::1]:80'],
    [['hOST:a'], 'a'],
    [['Host: \t a \t '], 'a'],
  ])('%j', (fields, expected) => {
    expect(judged(head('GET / HTTP/1.1', ...fields))).toEqual(['GET', expected, '/', null]);
  });

  it.each([
    [[]],
    [['Host:']],
    [['Host: a', 'Host: a']],
    [['Host: a', 'host: b']],
    [['Host: a, b']],
    [['Host: a b']],
    [['Host: a/b']],
    [['Host: a@b']],
    [['Host: a:b']],
    [['Host: [::1']],
    [['Host: a\u00e4']],
  ])('%j is refused', (fields) => {
    expect(judged(head('GET / HTTP/1.1', ...fields))).toBe(400);
  });

  it('is not needed in HTTP/1.0', () => {
    expect(judged(head('GET / HTTP/1.0'))).toEqual(['GET', '', '/', null]);
  });
});

describe('request smuggling', () => {
  it.each([
    ['both lengths', ['Content-Length: 3', 'Transfer-Encoding: chunked'], 400],
    ['both lengths, the other way round', ['Transfer-Encoding: chunked', 'Content-Length: 3'], 400],
    ['two lengths', ['Content-Length: 3', 'Content-Length: 4'], 400],
    ['the same length twice', ['Content-Length: 3', 'Content-Length: 3'], 400],
    ['a list of lengths', ['Content-Length: 3, 3'], 400],
    ['a signed length', ['Content-Length: +3'], 400],
    ['a negative length', ['Content-Length: -3'], 400],
    ['a hexadecimal length', ['Content-Length: 0x3'], 400],
    ['a length with white space', ['Content-Length: 3 3'], 400],
    ['a length that is none', ['Content-Length:'], 400],
    ['a length with an underscore', ['Content-Length: 1_0'], 400],
    ['a length beyond numbers', [`Content-Length: ${'9'.repeat(20)}`], 400],
    ['an unknown coding', ['Transfer-Encoding: xchunked'], 400],
    ['a coding before chunked', ['Transfer-Encoding: gzip, chunked'], 501],
    ['chunked before a coding', ['Transfer-Encoding: chunked, gzip'], 400],
    ['chunked twice', ['Transfer-Encoding: chunked, chunked'], 501],
    [
      'chunked twice, in two fields',
      ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'],
      501,
    ],
    ['identity', ['Transfer-Encoding: identity'], 400],
    ['chunked with a parameter', ['Transfer-Encoding: chunked;a=b'], 400],
    ['chunked in quotes', ['Transfer-Encoding: "chunked"'], 400],
    ['no coding', ['Transfer-Encoding:'], 400],
    ['a vertical tab', ['Transfer-Encoding: \x0bchunked'], 400],
    ['white space before the colon', ['Transfer-Encoding : chunked'], 400],
    ['a tab before the colon', ['Content-Length\t: 3'], 400],
    ['a folded line', ['X: a', ' Content-Length: 3'], 400],
    ['a folded line with a tab', ['X: a', '\tb'], 400],
    ['a folded first line', [' X: a'], 400],
    ['a bare CR in a value', ['X: a\rContent-Length: 3'], 400],
    ['a bare CR in a name', ['X\r: a'], 400],
    ['a NUL', ['X: a\x00b'], 400],
    ['a NUL in a name', ['Content-Length\x00: 3'], 400],
    ['no colon', ['Content-Length 3'], 400],
    ['no name', [': a'], 400],
    ['a name that is no token', ['Content(Length: 3'], 400],
    ['a name with octets beyond ASCII', ['Content-Length\u00a0: 3'], 400],
  ])('%s', (_, fields, status) => {
    expect(judged(withHost(...fields))).toBe(status);
  });

  it('of chunks by HTTP/1.0', () => {
    expect(judged(head('POST / HTTP/1.0', 'Transfer-Encoding: chunked'))).toBe(400);
  });

  it.each([
    ['no digits', '\r\n'],
    ['white space before', ' 3\r\nabc\r\n'],
    ['white space behind', '3 \r\nabc\r\n'],
    ['a sign', '+3\r\nabc\r\n'],
    ['a prefix', '0x3\r\nabc\r\n'],
    ['an underscore', '1_0\r\n'],
    ['too many digits', `${'f'.repeat(17)}\r\n`],
    ['a bare LF', '3\nabc\r\n'],
    ['a bare CR', '3\rabc\r\n'],
    ['a CR in an extension', '3;a\rb\r\nabc\r\n'],
    ['a LF in an extension', '3;a\nabc\r\n'],
    ['an extension without end', `3;${'a'.repeat(300)}`],
    ['no CRLF behind the payload', '3\r\nabcd\r\n'],
    ['LF behind the payload', '3\r\nabc\n'],
    ['a length in the trailers', '0\r\nContent-Length: 3\r\n\r\n'],
    ['a folded trailer', '0\r\nA: b\r\n c\r\n\r\n'],
    ['a bare LF behind the trailers', '0\r\nA: b\r\n\n'],
  ])('by a chunk with %s', (_, body) => {
    expect(judged(withHost('Transfer-Encoding: chunked') + body)).toBe(400);
  });

  it('does not happen when a body looks like a request', () => {
    const inner = head('GET /inner HTTP/1.1', 'Host: a');
    const outer = withHost(`Content-Length: ${inner.length}`) + inner;
    expect(transcriptOf(outer + outer)).toHaveLength(2);
  });
});

describe('limits of a head', () => {
  it.each([
    ['fields', Array.from({ length: 101 }, () => 'a: b')],
    ['octets', [`a: ${'b'.repeat(16_384)}`]],
    ['octets of all fields', Array.from({ length: 50 }, () => `a: ${'b'.repeat(400)}`)],
  ])('of %s', (_, fields) => {
    expect(judged(withHost(...fields))).toBe(431);
  });

  it('hold before the head is whole', () => {
    expect(judged('A'.repeat(8200))).toBe(414);
    expect(judged(`GET / HTTP/1.1\r\n${'a'.repeat(16_400)}`)).toBe(431);
  });

  it('hold for trailers', () => {
    const trailers = `0\r\n${'a: b\r\n'.repeat(101)}\r\n`;
    expect(judged(withHost('Transfer-Encoding: chunked') + trailers)).toBe(431);
  });
});

it('an expectation that nobody knows is refused', () => {
  expect(judged(withHost('Expect: miracles', 'Content-Length: 3'))).toBe(417);
});
