import { decodeLatin1, encodeLatin1 } from '@atoll/bytes/latin1';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Headers } from '../src/headers.ts';
import { parseRange, rangeResponse } from '../src/range.ts';

const LENGTH = 10;

describe('a range', () => {
  it.each<[string, number[][] | undefined]>([
    ['bytes=0-4', [[0, 5]]],
    ['Bytes=0-4', [[0, 5]]],
    ['bytes=5-', [[5, 10]]],
    ['bytes=-3', [[7, 10]]],
    ['bytes=-30', [[0, 10]]],
    ['bytes=9-9', [[9, 10]]],
    ['bytes=5-99', [[5, 10]]],
    [
      'bytes=0-1, 4-5 ,8-',
      [
        [0, 2],
        [4, 6],
        [8, 10],
      ],
    ],
    [
      'bytes=8-,0-1',
      [
        [8, 10],
        [0, 2],
      ],
    ],
    ['bytes=0-1,20-30', [[0, 2]]],
    ['bytes=10-', []],
    ['bytes=-0', []],
    ['bytes=20-30,40-50', []],
    ['bytes=5-4', undefined],
    ['bytes=-', undefined],
    ['bytes=', undefined],
    ['bytes=,', undefined],
    ['bytes=a-b', undefined],
    ['bytes=0-1-2', undefined],
    ['bytes 0-1', undefined],
    ['lines=0-1', undefined],
    ['bytes=0-4,4-6', undefined],
    ['bytes=0-,0-', undefined],
    [`bytes=${Array.from({ length: 17 }, (_, at) => `${at}-${at}`).join()}`, undefined],
    ['bytes=99999999999999999999-', undefined],
  ])('%s: %j', (value, expected) => {
    expect(parseRange(value, LENGTH)?.map(({ start, end }) => [start, end])).toEqual(expected);
  });

  it('never reaches out of the bytes', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^bytes=[0-9, -]{0,30}$/), fc.nat(50), (value, length) => {
        let sum = 0;
        for (const { start, end } of parseRange(value, length) ?? []) {
          expect(start).toBeLessThan(end);
          expect(end).toBeLessThanOrEqual(length);
          sum += end - start;
        }
        expect(sum).toBeLessThanOrEqual(length);
      }),
    );
  });
});

describe('the answer', () => {
  const bytes = encodeLatin1('0123456789');
  const headers = new Headers({ 'content-type': 'text/plain', etag: '"a"' });
  const answer = (value: string) => {
    const response = rangeResponse(bytes, parseRange(value, LENGTH) ?? [], headers, 'BOUNDARY');
    const { body = [] } = response;
    const pieces = body instanceof Uint8Array ? [body] : (body as Uint8Array[]);
    return { ...response, body: pieces.map(decodeLatin1).join('') };
  };

  it('to one range is that part', () => {
    const { status, headers, body } = answer('bytes=2-4');
    expect([status, body, headers?.get('content-range')]).toEqual([206, '234', 'bytes 2-4/10']);
    expect(headers?.get('etag')).toBe('"a"');
  });

  it('to several has parts that say where they are from', () => {
    const { status, headers, body } = answer('bytes=0-0,-1');
    expect(status).toBe(206);
    expect(headers?.get('content-type')).toBe('multipart/byteranges; boundary=BOUNDARY');
    expect(body).toBe(
      '\r\n--BOUNDARY\r\ncontent-type: text/plain\r\ncontent-range: bytes 0-0/10\r\n\r\n0' +
        '\r\n--BOUNDARY\r\ncontent-type: text/plain\r\ncontent-range: bytes 9-9/10\r\n\r\n9' +
        '\r\n--BOUNDARY--\r\n',
    );
  });

  it('to none says how many octets there are', () => {
    const { status, headers } = answer('bytes=10-');
    expect([status, headers?.get('content-range')]).toEqual([416, 'bytes */10']);
  });
});
