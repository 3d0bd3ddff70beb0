import { expect as unwrap } from '@atoll/result/result';
import { describe, expect, it } from 'vitest';
import { authorityText, originText, parseUrl, resolveUrl } from '../src/url.ts';

const show = (text: string) => {
  const url = parseUrl(text);
  return url.ok
    ? `${originText(url.value)} ${url.value.port} ${url.value.target}`
    : url.error.reason;
};

describe('a URL', () => {
  it.each([
    ['http://a', 'http://a 80 /'],
    ['HTTPS://A.Example:443/b?c=d#e', 'https://a.example 443 /b?c=d'],
    ['http://a:8080?b', 'http://a:8080 8080 /?b'],
    ['http://[::1]:8/x', 'http://[::1]:8 8 /x'],
    ['http://[::1]', 'http://[::1] 80 /'],
    ['http://a:/', 'http://a 80 /'],
  ])('%s: %s', (text, expected) => expect(show(text)).toBe(expected));

  it.each([
    '',
    'a',
    '/a',
    'ftp://a',
    'http:/a',
    'http://',
    'http:///a',
    'http://u@a/',
    'http://a:0/',
    'http://a:99999/',
    'http://a:b/',
    'http://a/\u00e4',
    'http://a/ b',
    'http://a b/',
    'javascript:x',
  ])('is not %j', (text) => expect(parseUrl(text).ok).toBe(false));

  // RFC 3986 section 5.4, what of it has http and a path.
  it.each([
    ['g', '/b/c/g'],
    ['./g', '/b/c/g'],
    ['g/', '/b/c/g/'],
    ['/g', '/g'],
    ['?y', '/b/c/d;p?y'],
    ['g?y', '/b/c/g?y'],
    ['#s', '/b/c/d;p?q'],
    ['g;x?y#s', '/b/c/g;x?y'],
    ['', '/b/c/d;p?q'],
    ['.', '/b/c/'],
    ['..', '/b/'],
    ['../g', '/b/g'],
    ['../..', '/'],
    ['../../../g', '/g'],
    ['/../g', '/g'],
    ['g.', '/b/c/g.'],
    ['..g', '/b/c/..g'],
    ['./g/.', '/b/c/g/'],
    ['g/./h', '/b/c/g/h'],
    ['g/../h', '/b/c/h'],
    ['g?y/../x', '/b/c/g?y/../x'],
  ])('%j is %s there', (reference, expected) => {
    const base = unwrap(parseUrl('http://a/b/c/d;p?q'));
    expect(unwrap(resolveUrl(reference, base))).toEqual({ ...base, target: expected });
  });

  it('may lead to another server', () => {
    const base = unwrap(parseUrl('https://a/b'));
    expect(originText(unwrap(resolveUrl('//c:1/d', base)))).toBe('https://c:1');
    expect(authorityText(unwrap(resolveUrl('http://c/d', base)))).toBe('c');
    expect(resolveUrl('mailto:x', base).ok).toBe(false);
  });
});
