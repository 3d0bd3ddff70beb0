import { encodeLatin1 } from '@atoll/bytes/latin1';
import { describe, expect, it } from 'vitest';
import { compressed } from '../src/compress.ts';
import { Headers } from '../src/headers.ts';
import type { Request, Response } from '../src/message.ts';

const halved = (bytes: Uint8Array) => bytes.subarray(0, bytes.length / 2);
const request = (coding: string) =>
  ({ headers: new Headers({ 'accept-encoding': coding }) }) as Request;
const response = (fields: Record<string, string> = {}, length = 2000): Response => ({
  status: 200,
  headers: new Headers({ 'content-type': 'text/plain', etag: '"a"', ...fields }),
  body: encodeLatin1('x'.repeat(length)),
});

describe('a response', () => {
  it('is compressed for who can read that, and has another tag then', () => {
    const { headers, body } = compressed(request('gzip, br'), response(), halved);
    expect((body as Uint8Array).length).toBe(1000);
    expect(headers?.get('content-encoding')).toBe('gzip');
    expect(headers?.get('etag')).toBe('W/"a"');
    expect(headers?.get('vary')).toBe('accept-encoding');
  });

  it('says that there are others when this one is as it was', () => {
    for (const [coding, gzip] of [
      ['br', halved],
      ['gzip', () => undefined],
    ] as const) {
      const { headers, body } = compressed(request(coding), response(), gzip);
      expect((body as Uint8Array).length).toBe(2000);
      expect([headers?.get('vary'), headers?.get('etag')]).toEqual(['accept-encoding', '"a"']);
    }
  });

  it.each([
    ['short', response({}, 500)],
    ['compressed already', response({ 'content-encoding': 'br' })],
    ['a picture', response({ 'content-type': 'image/png' })],
    ['an error', { ...response(), status: 404 }],
    ['without a body', { status: 200 }],
    ['a stream', { status: 200, body: { start: () => ({ onWritable: () => {} }) } }],
  ])('stays when it is %s', (_, one: Response) => {
    expect(compressed(request('gzip'), one, halved)).toBe(one);
  });
});
