import { decodeLatin1 } from '@atoll/bytes/latin1';
import { describe, expect, it } from 'vitest';
import { parseCookies, setCookie } from '../src/cookie.ts';
import { parseForm } from '../src/form.ts';
import { Headers } from '../src/headers.ts';
import { acceptedCoding } from '../src/negotiation.ts';
import { secureHeaders } from '../src/security.ts';
import { listElements, parseParameters, quote } from '../src/syntax.ts';

describe('fields', () => {
  it('are found in any case, one by one and as a list', () => {
    const headers = new Headers({ 'Set-Cookie': 'a' }).append('set-COOKIE', ' b ').append('x', 'y');
    expect(headers.get('SET-cookie')).toBe('a, b');
    expect(headers.all('set-cookie')).toEqual(['a', 'b']);
    expect(headers.delete('Set-Cookie').has('set-cookie')).toBe(false);
    expect(decodeLatin1(headers.lines())).toBe('x: y\r\n');
    expect(decodeLatin1(headers.set('X', 'z').lines())).toBe('x: z\r\n');
  });

  it.each([
    ['a b', 'c'],
    ['', 'c'],
    ['a:', 'c'],
    ['a', 'b\r\nc: d'],
    ['a', 'b\n'],
    ['a', '\0'],
    ['a', '\u0100'],
  ])('cannot be %j: %j', (name, value) => {
    expect(() => new Headers({ [name]: value })).toThrow(TypeError);
  });
});

describe('lists and parameters', () => {
  it.each([
    ['a, b,, c ', ['a', 'b', 'c']],
    ['"a, b", c', ['"a, b"', 'c']],
    ['"a\\", b", c', ['"a\\", b"', 'c']],
    ['"a, b', ['"a, b']],
    ['', []],
  ])('%j', (text, expected) => expect(listElements(text)).toEqual(expected));

  it.each([
    ['text/html; Charset=utf-8 ; q="a;\\"b"; q=2', 'text/html', { charset: 'utf-8', q: 'a;"b' }],
    ['a;;=b;c', 'a', {}],
    ['a;b="', 'a', { b: '' }],
  ])('%j', (text, value, parameters) => {
    const parsed = parseParameters(text);
    expect([parsed.value, Object.fromEntries(parsed.parameters)]).toEqual([value, parameters]);
  });

  it('are quoted so that they are read again', () => {
    const text = 'a"b\\c;,';
    expect(parseParameters(`x;y=${quote(text)}`).parameters.get('y')).toBe(text);
  });
});

describe('the coding of a response', () => {
  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['gzip', 'gzip'],
    ['gzip, br', 'br'],
    ['gzip, deflate, br, zstd', 'br'],
    ['br;q=0.5, gzip', 'gzip'],
    ['br;q=0, gzip;q=0', 'identity'],
    ['*', 'br'],
    ['br;q=0, *', 'gzip'],
    ['*;q=0', 'identity'],
    ['GZIP', 'gzip'],
    ['identity, gzip;q=0.5', 'identity'],
    ['identity;q=0.5, gzip;q=0.5', 'gzip'],
    ['gzip;q=2', 'identity'],
    ['zstd', 'identity'],
  ])('%s: %s', (value, expected) => {
    const headers = new Headers(value === undefined ? {} : { 'accept-encoding': value });
    expect(acceptedCoding(headers, ['br', 'gzip'])).toBe(expected);
  });
});

describe('a form', () => {
  it.each([
    [
      'a=b&c=d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'a=b+c%20%C3%A4&a',
      [
        ['a', 'b c \u00e4'],
        ['a', ''],
      ],
    ],
    [
      '=x&&a==',
      [
        ['', 'x'],
        ['a', '='],
      ],
    ],
    ['a=%zz%4', [['a', '%zz%4']]],
    ['a=%ff', [['a', '\ufffd']]],
    ['', []],
  ])('%j', (text, expected) => expect(parseForm(text)).toMatchObject({ value: expected }));

  it('has so many fields', () => {
    expect(parseForm('a&'.repeat(1000))).toHaveProperty('ok', true);
    expect(parseForm('a&'.repeat(1001))).toHaveProperty('ok', false);
  });
});

describe('cookies', () => {
  it('are read, the first of a name', () => {
    const headers = new Headers({ cookie: 'a=b; c="d e"; a=f; =g; h; i=j=k' }).append(
      'cookie',
      'l=m',
    );
    expect([...parseCookies(headers)]).toEqual([
      ['a', 'b'],
      ['c', 'd e'],
      ['i', 'j=k'],
      ['l', 'm'],
    ]);
  });

  it('are safe unless somebody says otherwise', () => {
    expect(setCookie('__Host-a', 'b')).toBe('__Host-a=b; Path=/; Secure; HttpOnly; SameSite=Lax');
    expect(
      setCookie('a', '', {
        domain: 'b.example',
        path: '/c',
        maxAge: 0,
        expires: 0,
        secure: false,
        httpOnly: false,
        sameSite: 'Strict',
      }),
    ).toBe(
      'a=; Path=/c; Domain=b.example; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; SameSite=Strict',
    );
  });

  it.each([
    ['a b', 'c', {}],
    ['a', 'b;c', {}],
    ['a', 'b c', {}],
    ['a', 'b\r\nc', {}],
    ['a', '\u00e4', {}],
    ['a', 'b', { path: '/;Domain=c' }],
    ['__Host-a', 'b', { domain: 'c' }],
    ['__Host-a', 'b', { path: '/c' }],
    ['__host-a', 'b', { secure: false }],
    ['__Secure-a', 'b', { secure: false }],
    ['a', 'b', { sameSite: 'None' as const, secure: false }],
  ])('cannot be %j=%j with %j', (name, value, options) => {
    expect(() => setCookie(name, value, options)).toThrow(TypeError);
  });
});

describe('security', () => {
  it('lets a page use its own server and nothing else', () => {
    const headers = secureHeaders(new Headers({ 'referrer-policy': 'same-origin' }), 'http', {
      policy: { 'img-src': '', 'font-src': "'self'" },
      strictTransport: 100,
    });
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; font-src 'self'",
    );
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(headers.has('strict-transport-security')).toBe(false);
    const secure = secureHeaders(new Headers(), 'https', { strictTransport: 100 });
    expect(secure.get('strict-transport-security')).toBe('max-age=100');
  });
});
