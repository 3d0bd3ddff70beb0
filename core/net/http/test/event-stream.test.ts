import { decodeLatin1, encodeLatin1 } from '@atoll/bytes/latin1';
import { describe, expect, it } from 'vitest';
import { EventStream, encodeEvent } from '../src/event-stream.ts';
import type { BodyStream } from '../src/message.ts';
import { Bench, get, parts } from './kit.ts';

describe('an event', () => {
  it('has a line for each of its parts, and of its data', () => {
    const event = { data: 'a\r\nb\rc\n', event: 'd', id: '7', retry: 100 };
    expect(decodeLatin1(encodeEvent(event))).toBe(
      'event: d\nid: 7\nretry: 100\ndata: a\ndata: b\ndata: c\ndata: \n\n',
    );
    expect(decodeLatin1(encodeEvent({ data: '\u00e4' }))).toBe('data: \xc3\xa4\n\n');
  });

  it('has no line break in its type or id', () => {
    expect(() => encodeEvent({ data: '', event: 'a\nb' })).toThrow(TypeError);
    expect(() => encodeEvent({ data: '', id: 'a\rb' })).toThrow(TypeError);
  });
});

describe('a stream of events', () => {
  it('goes to all who follow, until it ends', () => {
    const stream = new EventStream();
    const bench = new Bench(() => stream.response(() => [{ data: 'first' }]));
    const [one, other] = [bench.connect(), bench.connect()];
    one.send(get('/'));
    other.send(get('/'));
    stream.send({ data: 'news' });
    stream.sendComment();
    const [text] = [one, other].map((connection) => parts(connection.taken()).body);
    expect(text).toBe('d\r\ndata: first\n\n\r\nc\r\ndata: news\n\n\r\n3\r\n:\n\n\r\n');
    other.close('reset');
    expect(stream.size).toBe(1);
    stream.close();
    expect(one.taken()).toBe('0\r\n\r\n');
    expect([stream.size, one.isAborted]).toEqual([0, false]);
  });

  it('leaves behind who does not keep up', () => {
    const stream = new EventStream();
    const bench = new Bench(() => stream.response());
    const [slow, fast] = [bench.connect(), bench.connect()];
    slow.capacity = 1000;
    slow.send(get('/'));
    fast.send(get('/'));
    for (let at = 0; at < 70; at++) stream.send({ data: 'x'.repeat(1000) });
    expect([slow.isAborted, fast.isAborted, stream.size]).toEqual([true, false, 1]);
  });

  it('has so many followers, and HEAD is none', () => {
    const stream = new EventStream(1);
    const bench = new Bench(() => stream.response());
    expect(bench.exchange(get('/').replace('GET', 'HEAD'))).toContain('200 OK');
    expect(stream.size).toBe(0);
    const follower = bench.connect();
    follower.send(get('/'));
    expect(bench.exchange(get('/'))).toContain('503 ');
    expect(encodeLatin1(follower.taken()).length).toBeGreaterThan(0);
  });

  it('has no more of them when they begin late', () => {
    const stream = new EventStream(1);
    const bodies = [stream.response(), stream.response()].map(({ body }) => body as BodyStream);
    const aborted: boolean[] = [false, false];
    for (const [at, body] of bodies.entries()) {
      const abort = () => {
        aborted[at] = true;
      };
      body.start({ write: (bytes) => bytes.length, end: () => {}, abort });
    }
    expect([stream.size, aborted]).toEqual([1, [false, true]]);
  });
});
