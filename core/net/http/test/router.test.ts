import { describe, expect, it } from 'vitest';
import { Headers } from '../src/headers.ts';
import type { Request, Response } from '../src/message.ts';
import type { Parameters } from '../src/router.ts';
import { Router } from '../src/router.ts';

const request = (method: string, path: string) => ({ method, path }) as Request;
const saying = (name: string) => (_: Request, parameters: Parameters) =>
  ({ status: 200, headers: new Headers({ route: name, ...parameters }) }) as Response;

const router = new Router()
  .on('GET', '/', saying('root'))
  .on('GET', '/users', saying('users'))
  .on('POST', '/users', saying('new user'))
  .on('GET', '/users/me', saying('me'))
  .on('GET', '/users/:name', saying('user'))
  .on('DELETE', '/users/:name', saying('gone'))
  .on('GET', '/users/:name/:item', saying('item'))
  .on('GET', '/a%2Db', saying('nobody'))
  .on('GET', '/files/*', (_, { '*': path }) => saying(path)({} as Request, {}));

/** The status and the fields of the answer. */
function answer(method: string, path: string): string {
  const { status, headers = [] } = router.handle(request(method, path)) as Response;
  return [status, ...Array.from(headers, (pair) => pair.join('='))].join(' ');
}

describe('a router', () => {
  it.each([
    ['GET', '/', '200 route=root'],
    ['HEAD', '/users', '200 route=users'],
    ['POST', '/users', '200 route=new user'],
    ['GET', '/users/me', '200 route=me'],
    ['GET', '/users/you', '200 route=user name=you'],
    ['GET', '/users/m%65', '200 route=me'],
    ['GET', '/users/a%20b', '200 route=user name=a b'],
    ['DELETE', '/users/me', '200 route=gone name=me'],
    ['GET', '/files/a/b', '200 route=a/b'],
    ['GET', '/files/', '200 route='],
    ['GET', '/a%2Db', '404'],
    ['GET', '/files', '404'],
    ['GET', '/users/', '404'],
    ['GET', '//users', '404'],
    ['GET', '/Users', '404'],
    ['PUT', '/users', '405 allow=GET, POST, HEAD, OPTIONS'],
    ['POST', '/users/me', '405 allow=GET, DELETE, HEAD, OPTIONS'],
    ['OPTIONS', '/users', '204 allow=GET, POST, HEAD, OPTIONS'],
    ['OPTIONS', '*', '204 allow=GET, HEAD, OPTIONS'],
    ['GET', '/nothing', '404'],
  ])('%s %s: %s', (method, path, expected) => {
    expect(answer(method, path)).toBe(expected);
  });

  it.each([
    '/..',
    '/a/../b',
    '/%2e%2E/b',
    '/a/.',
    '/a%2fb',
    '/a%5Cb',
    '/a\\b',
    '/a%00',
    '/a%0a',
    '/%',
    '/%4',
    '/%zz',
  ])('refuses %s', (path) => expect(answer('GET', path)).toBe('400'));

  it('does not take two handlers for one thing', () => {
    expect(() => router.on('GET', '/users/:other', saying(''))).toThrow(TypeError);
    expect(() => router.on('GET', 'users', saying(''))).toThrow(TypeError);
  });

  it('takes names that objects have', () => {
    expect(answer('GET', '/users/__proto__')).toBe('200 route=user name=__proto__');
    expect(answer('GET', '/constructor')).toBe('404');
  });
});
