import { encodeLatin1 } from '@atoll/bytes/latin1';
import { describe, expect, it } from 'vitest';
import { readBody } from '../src/body.ts';
import { FixedResponse } from '../src/fixed.ts';
import { Headers } from '../src/headers.ts';
import type { BodyWriter, Request, Response } from '../src/message.ts';
import { Bench, get, parts } from './kit.ts';

const hello = (): Response => ({ status: 200, body: encodeLatin1('hello') });
const name = ({ method, path }: Request): Response => ({
  status: 200,
  body: encodeLatin1(`${method} ${path}`),
});
const post = (body: string, ...fields: string[]) =>
  ['POST / HTTP/1.1', 'Host: a', ...fields, '', body].join('\r\n');

async function echo({ body }: Request): Promise<Response> {
  const read = await readBody(body, 1000);
  return read.ok ? { status: 200, body: read.value } : { status: 422 };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('a server', () => {
  it('answers with a date, a length and the fields of the response', () => {
    const bench = new Bench(() => ({
      status: 200,
      headers: new Headers({ 'Content-Type': 'text/plain' }),
      body: [encodeLatin1('hel'), encodeLatin1('lo')],
    }));
    expect(bench.exchange(get('/'))).toBe(
      'HTTP/1.1 200 OK\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\n' +
        'content-length: 5\r\ncontent-type: text/plain\r\n\r\nhello',
    );
  });

  it('answers with what stays the same, and with the date of the second', () => {
    const fixed = new FixedResponse(200, new Headers({ a: 'b' }), encodeLatin1('hello'));
    const bench = new Bench(() => fixed);
    const like = (date: string, ...lines: string[]) =>
      `${['HTTP/1.1 200 OK', `date: ${date}`, ...lines, 'content-length: 5', 'a: b', ''].join('\r\n')}\r\n`;
    const [first, second] = [37, 38].map((seconds) => `Sun, 06 Nov 1994 08:49:${seconds} GMT`);
    const connection = bench.connect();
    connection.send(get('/') + get('/'));
    expect(connection.taken()).toBe(`${like(first)}hello`.repeat(2));
    bench.pass(1000);
    connection.send(get('/') + get('/', 'Connection: close'));
    expect(connection.taken()).toBe(
      `${like(second)}hello${like(second, 'connection: close')}hello`,
    );
    expect(bench.exchange(get('/').replace('GET', 'HEAD'))).toBe(like(second));
    expect(bench.exchange('GET / HTTP/1.0\r\n\r\n')).toContain('connection: close');
    const large = new FixedResponse(200, new Headers(), new Uint8Array(100_000).fill(0x2e));
    const answer = new Bench(() => large).exchange(get('/'));
    expect(answer).toMatch(/content-length: 100000\r\n\r\n\.{100000}$/);
  });

  it('answers pipelined requests in their order', async () => {
    const bench = new Bench(async (request) => name(request));
    const connection = bench.connect();
    connection.send(get('/1') + get('/2') + get('/3'));
    expect(connection.unread).toBe(2 * get('/1').length);
    for (let at = 0; at < 3; at++) await settled();
    expect(connection.taken().match(/GET \/./g)).toEqual(['GET /1', 'GET /2', 'GET /3']);
    expect(connection.unread).toBe(0);
  });

  it('does not read the next request before the last one was answered', () => {
    const bench = new Bench(name);
    const connection = bench.connect();
    connection.capacity = 50;
    connection.send(get('/1') + get('/2'));
    expect(connection.unread).toBe(get('/2').length);
    let text = '';
    for (let at = 0; at < 10; at++) text += connection.taken();
    expect(text).toMatch(/GET \/1HTTP.*GET \/2$/s);
  });

  it('gives others a turn when a thousand requests come at once', () => {
    const bench = new Bench(hello);
    const connection = bench.connect();
    connection.send(get('/').repeat(1000));
    expect(connection.taken().split('HTTP/1.1 200').length).toBeLessThan(100);
    bench.poll();
    expect(connection.unread).toBe(0);
    expect(bench.server.counters.requests).toBe(1000);
  });

  it('closes after HTTP/1.0, unless asked not to', () => {
    const bench = new Bench(hello);
    expect(bench.exchange('GET / HTTP/1.0\r\n\r\n')).toContain('\r\nconnection: close\r\n');
    expect(bench.exchange('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n')).toContain(
      '\r\nconnection: keep-alive\r\n',
    );
  });

  it('ends when the client asks for it, and waits for its end', () => {
    const bench = new Bench(hello);
    const connection = bench.connect();
    connection.send(`${get('/', 'Connection: close')}garbage`);
    expect(connection.hasEnded).toBe(true);
    expect(connection.unread).toBe(0);
    expect(connection.taken()).toContain('connection: close');
    bench.pass(29_000);
    expect(connection.isAborted).toBe(false);
    bench.pass(2000);
    expect(connection.isAborted).toBe(true);
    expect(bench.server.size).toBe(0);
  });

  it('sends no body for HEAD, 204 and 304, but says the length of the first', () => {
    const bench = new Bench(hello);
    expect(bench.exchange(get('/').replace('GET', 'HEAD'))).toMatch(/content-length: 5\r\n\r\n$/);
    for (const status of [204, 304]) {
      const text = new Bench(() => ({ ...hello(), status })).exchange(get('/'));
      expect(text).toMatch(/\r\n\r\n$/);
      expect(text).not.toContain('content-length');
    }
  });

  it('answers 500 when the handler throws, and goes on', async () => {
    for (const handler of [
      () => {
        throw new Error('oh');
      },
      () => Promise.reject(new Error('oh')),
      () => ({ status: 200, headers: new Headers({ 'content-length': '1' }) }),
      () => ({ status: 100 }),
    ]) {
      const bench = new Bench(handler);
      const connection = bench.connect();
      connection.send(get('/'));
      await settled();
      expect(connection.taken()).toContain('HTTP/1.1 500 ');
      connection.send(get('/'));
      await settled();
      expect(connection.taken()).toContain('HTTP/1.1 500 ');
      expect(bench.lines.join()).toContain('GET /: ');
    }
  });

  it('answers itself when the handler does not, and ends', async () => {
    let answer: ((response: Response) => void) | undefined;
    const bench = new Bench(() => new Promise((resolve) => (answer = resolve)));
    for (const request of [get('/'), post('hello', 'Content-Length: 5')]) {
      const connection = bench.connect();
      connection.send(request);
      bench.pass(59_000);
      expect(connection.taken()).toBe('');
      bench.pass(12_000);
      answer?.(hello());
      await settled();
      expect(connection.taken()).toMatch(/^HTTP\/1.1 503 .*connection: close.*\n503 [ \w]+\n$/s);
      expect(connection.hasEnded).toBe(true);
    }
    expect(bench.lines.join()).toContain('503: the handler does not answer');
  });

  it('finishes the response for a client that sends no more', async () => {
    const bench = new Bench(async () => hello());
    const connection = bench.connect();
    connection.send(get('/'));
    connection.sendEnd();
    await settled();
    expect(parts(connection.taken()).body).toBe('hello');
    expect(connection.hasEnded).toBe(true);
  });

  it('ends its connections when it closes', async () => {
    const bench = new Bench(async () => hello());
    const [idle, busy] = [bench.connect(), bench.connect()];
    busy.send(get('/'));
    bench.server.close();
    expect(idle.hasEnded).toBe(true);
    expect(busy.hasEnded).toBe(false);
    await settled();
    expect(busy.taken()).toContain('connection: close');
    expect(busy.hasEnded).toBe(true);
    expect(bench.connect().isAborted).toBe(true);
  });
});

describe('the body of a request', () => {
  it.each([
    ['with a length', ['Content-Length: 5'], 'hello', 'hello'],
    [
      'in chunks',
      ['Transfer-Encoding: chunked'],
      '3;a=b\r\nhel\r\n2\r\nlo\r\n0\r\nT: x\r\n\r\n',
      'hello',
    ],
    ['of no chunks', ['Transfer-Encoding: chunked'], '0\r\n\r\n', ''],
    ['that is empty', ['Content-Length: 0'], '', ''],
  ])('is read %s, in one piece and octet by octet', async (_, fields, body, expected) => {
    const bench = new Bench(echo);
    const whole = bench.connect();
    whole.send(post(body, ...fields));
    await settled();
    const slow = bench.connect();
    for (const octet of post(body, ...fields)) {
      slow.send(octet);
      await Promise.resolve();
    }
    await settled();
    for (const connection of [whole, slow]) {
      expect(parts(connection.taken())).toMatchObject({ status: 200, body: expected });
      connection.send(get('/'));
      await settled();
      expect(connection.taken()).toContain('200 OK');
    }
  });

  it('waits in the connection until the handler wants it', async () => {
    let taken: Request | undefined;
    const bench = new Bench((request) => {
      taken = request;
      return new Promise(() => {});
    });
    const connection = bench.connect();
    connection.send(post('x'.repeat(100), 'Content-Length: 100'));
    expect(connection.unread).toBe(100);
    bench.pass(50_000);
    expect(connection.hasEnded || connection.isAborted).toBe(false);
    expect(taken?.body.peek().length).toBe(100);
    taken?.body.consume(40);
    expect(connection.unread).toBe(60);
    expect(taken?.body.isFinished).toBe(false);
    taken?.body.consume(60);
    expect(taken?.body.isFinished).toBe(true);
  });

  it('whose reader throws ends its connection only, and is logged', () => {
    const bench = new Bench(({ body }) => {
      body.onReadable = () => {
        throw new Error('oh');
      };
      return new Promise(() => {});
    });
    const [one, other] = [bench.connect(), bench.connect()];
    for (const connection of [one, other]) connection.send(post('', 'Content-Length: 5'));
    one.send('hello');
    expect([one.isAborted, other.isAborted]).toEqual([true, false]);
    other.close('reset');
    // The first is told of its end as well.
    expect(bench.lines.filter((line) => line.includes('POST /: Error: oh'))).toHaveLength(3);
    expect(bench.server.size).toBe(0);
  });

  it('is asked for when it is wanted, with 100 Continue', async () => {
    const bench = new Bench(echo);
    const connection = bench.connect();
    connection.send(post('', 'Content-Length: 5', 'Expect: 100-Continue'));
    expect(connection.taken()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    connection.send('hello');
    await settled();
    expect(parts(connection.taken())).toMatchObject({ status: 200, body: 'hello' });
  });

  it('is not asked for when nobody wants it', () => {
    const bench = new Bench(() => ({ status: 403 }));
    const connection = bench.connect();
    connection.send(post('', 'Content-Length: 5', 'Expect: 100-continue'));
    expect(connection.taken()).toMatch(/^HTTP\/1.1 403 Forbidden\r\n.*connection: close\r\n/s);
    expect(connection.hasEnded).toBe(true);
  });

  it('that nobody read is skipped when it is short, and ends the connection when it is long', () => {
    const bench = new Bench(hello, { discarded: 10 });
    const short = bench.connect();
    short.send(post('x'.repeat(10), 'Content-Length: 10') + get('/'));
    expect(short.taken().match(/200 OK/g)).toHaveLength(2);
    const long = bench.connect();
    long.send(post('x'.repeat(11), 'Content-Length: 11') + get('/'));
    expect(long.taken().match(/200 OK/g)).toHaveLength(1);
    expect(long.hasEnded).toBe(true);
    const chunks = bench.connect();
    chunks.send(post('b\r\nxxxxxxxxxxx\r\n', 'Transfer-Encoding: chunked'));
    expect(chunks.hasEnded).toBe(true);
  });

  it('that is cut off, or damaged, fails', async () => {
    const reasons: (string | undefined)[] = [];
    const bench = new Bench(async ({ body }) => {
      const read = await readBody(body, 1000);
      reasons.push(read.ok ? undefined : read.error.reason);
      return { status: 200 };
    });
    const short = bench.connect();
    short.send(post('hell', 'Content-Length: 5'));
    short.sendEnd();
    expect(short.taken()).toContain('HTTP/1.1 400 ');
    const damaged = bench.connect();
    damaged.send(post('5\r\nhelloX', 'Transfer-Encoding: chunked'));
    expect(damaged.taken()).toContain('HTTP/1.1 400 ');
    const gone = bench.connect();
    gone.send(post('hell', 'Content-Length: 5'));
    gone.close('reset');
    const long = bench.connect();
    long.send(post('x'.repeat(1001), 'Content-Length: 1001'));
    await settled();
    expect(reasons).toEqual([
      'the request is not whole',
      'a chunk without its end',
      'the connection is reset',
      'a body of more than 1000 octets',
    ]);
    expect(bench.server.size).toBe(3);
  });

  it.each([
    ['Content-Length: 101', ''],
    ['Transfer-Encoding: chunked', '65\r\n'],
    ['Transfer-Encoding: chunked', `32\r\n${'x'.repeat(50)}\r\n33\r\n`],
  ])('of more than the limit is refused: %s', async (field, body) => {
    const bench = new Bench(echo, { body: 100 });
    const connection = bench.connect();
    connection.send(post(body, field));
    await settled();
    expect(connection.taken()).toContain('HTTP/1.1 413 ');
    expect(connection.hasEnded).toBe(true);
  });
});

describe('a body that is made while it is sent', () => {
  function streamer(length?: number) {
    let writer: BodyWriter | undefined;
    const calls: string[] = [];
    const handler = (): Response => ({
      status: 200,
      body: {
        ...(length !== undefined && { length }),
        start(given) {
          writer = given;
          return { onWritable: () => calls.push('writable'), onClosed: () => calls.push('closed') };
        },
      },
    });
    return {
      handler,
      calls,
      write: (text: string) => writer?.write(encodeLatin1(text)),
      end: (trailers?: Headers) => writer?.end(trailers),
    };
  }

  it('goes in chunks, with trailers', () => {
    const stream = streamer();
    const connection = new Bench(stream.handler).connect();
    connection.send(get('/') + get('/'));
    expect(stream.write('hello')).toBe(5);
    expect(stream.write('')).toBe(0);
    stream.end(new Headers({ sum: '5' }));
    expect(connection.taken()).toMatch(
      /transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nsum: 5\r\n\r\nHTTP\/1.1 200 OK/,
    );
  });

  it('ends with the connection for HTTP/1.0', () => {
    const stream = streamer();
    const connection = new Bench(stream.handler).connect();
    connection.send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
    stream.write('hello');
    stream.end();
    expect(connection.taken()).toMatch(/connection: close\r\n\r\nhello$/);
    expect(connection.hasEnded).toBe(true);
  });

  it('has the length that it said, or the client sees that it has not', () => {
    const stream = streamer(5);
    const bench = new Bench(stream.handler);
    const connection = bench.connect();
    connection.send(get('/'));
    expect(() => stream.write('too long')).toThrow(RangeError);
    stream.write('hello');
    stream.end();
    expect(connection.taken()).toMatch(/content-length: 5\r\n\r\nhello$/);
    expect(connection.isAborted).toBe(false);
    connection.send(get('/'));
    stream.write('hell');
    stream.end();
    expect(connection.isAborted).toBe(true);
  });

  it.each([undefined, 1000])('of length %s gets through any eye of a needle', (length) => {
    const stream = streamer(length);
    const connection = new Bench(stream.handler).connect();
    connection.capacity = 13;
    connection.send(get('/'));
    let sent = 0;
    let text = '';
    for (let round = 0; round < 1000 && sent < 1000; round++) {
      sent += stream.write('x'.repeat(Math.min(100, 1000 - sent))) ?? 0;
      text += connection.taken();
    }
    stream.end();
    for (let round = 0; round < 10; round++) text += connection.taken();
    const { body } = parts(text);
    expect(body.match(/x/g)).toHaveLength(1000);
    if (length === undefined) expect(body).toMatch(/^(?:([0-9a-f]+)\r\nx+\r\n)+0\r\n\r\n$/);
  });

  it('that throws ends its connection, is logged, and leaves others alone', () => {
    let appetite = 0;
    const bench = new Bench(({ path }) => ({
      status: 200,
      body: {
        start: (writer) => ({
          onWritable() {
            if (appetite++ > 0) throw new Error('oh');
            writer.write(new Uint8Array(100));
          },
          onClosed() {
            if (path === '/closed') throw new Error('ah');
          },
        }),
      },
    }));
    const connection = bench.connect();
    connection.capacity = 150;
    connection.send(get('/writable'));
    while (!connection.isAborted) connection.taken();
    expect(bench.lines.join()).toContain('GET /writable: Error: oh');
    appetite = 0;
    const other = bench.connect();
    other.send(get('/closed'));
    other.close('reset');
    expect(bench.lines.join()).toContain('GET /closed: Error: ah');
    expect(bench.server.size).toBe(0);
  });

  it('that does not start ends the connection, and is logged', () => {
    const start = () => {
      throw new Error('oh');
    };
    const bench = new Bench(() => ({ status: 200, body: { start } }));
    const connection = bench.connect();
    connection.send(get('/'));
    expect(connection.isAborted).toBe(true);
    expect(bench.lines.join()).toContain('GET /: Error: oh');
    expect(bench.server.size).toBe(0);
  });

  it('hears when the peer is gone', () => {
    const stream = streamer();
    const connection = new Bench(stream.handler).connect();
    connection.send(get('/'));
    connection.close('reset');
    expect(stream.calls).toEqual(['writable', 'closed']);
    expect(stream.write('x')).toBe(0);
  });

  it('is given up when the peer takes nothing, but may be silent itself', () => {
    const stream = streamer();
    const bench = new Bench(stream.handler);
    const connection = bench.connect();
    connection.capacity = 200;
    connection.send(get('/'));
    bench.pass(1_000_000);
    stream.write('x'.repeat(1000));
    bench.pass(29_000);
    expect(connection.isAborted).toBe(false);
    bench.pass(2000);
    expect(connection.isAborted).toBe(true);
    expect(stream.calls).toEqual(['writable', 'closed']);
  });
});

describe('time', () => {
  it('is limited for a head, however steadily it comes', () => {
    const bench = new Bench(hello);
    const connection = bench.connect();
    for (const octet of get('/').slice(0, 11)) {
      bench.pass(1000);
      if (!connection.hasEnded) connection.send(octet);
    }
    expect(connection.taken()).toContain('HTTP/1.1 408 ');
    expect(connection.hasEnded).toBe(true);
  });

  it('is limited for who says nothing, and for who says nothing more', () => {
    const bench = new Bench(hello);
    const [silent, idle] = [bench.connect(), bench.connect()];
    idle.send(get('/'));
    idle.taken();
    bench.pass(11_000);
    expect([silent.hasEnded, idle.hasEnded]).toEqual([true, false]);
    bench.pass(50_000);
    expect(idle.hasEnded).toBe(true);
    expect(idle.taken()).toBe('');
  });

  it('is limited for a body by its rate', async () => {
    const bench = new Bench(echo);
    const connection = bench.connect();
    connection.send(post('', 'Content-Length: 1000000'));
    let seconds = 0;
    for (; seconds < 100 && !connection.hasEnded; seconds++) {
      connection.send('x'.repeat(40));
      await settled();
      bench.pass(1000);
    }
    expect(seconds).toBeGreaterThan(9);
    expect(seconds).toBeLessThan(20);
    expect(connection.taken()).toContain('HTTP/1.1 408 ');
  });
});

describe('room', () => {
  it('for a newcomer is made by who has no request, the oldest first', () => {
    const bench = new Bench(() => new Promise<Response>(() => {}), { connections: 3 });
    const [busy, idle, slow] = [bench.connect(), bench.connect(), bench.connect()];
    busy.send(get('/'));
    slow.send('GET');
    expect(bench.connect().isAborted).toBe(false);
    expect([busy, idle, slow].map(({ isAborted }) => isAborted)).toEqual([false, true, false]);
    expect(bench.connect().isAborted).toBe(false);
    expect(slow.isAborted).toBe(true);
    expect(bench.server.size).toBe(3);
  });

  it('is limited for each peer, and given back', () => {
    const bench = new Bench(hello, { connectionsOfPeer: 2 });
    const connections = [bench.connect(1), bench.connect(1)];
    expect(bench.connect(1).isAborted).toBe(true);
    expect(bench.connect(2).isAborted).toBe(false);
    connections[0].close('finished');
    expect(bench.connect(1).isAborted).toBe(false);
  });

  it('is limited for requests on one connection', () => {
    const bench = new Bench(hello, { requests: 2 });
    const connection = bench.connect();
    connection.send(get('/').repeat(3));
    expect(connection.taken().match(/200 OK/g)).toHaveLength(2);
    expect(connection.hasEnded).toBe(true);
  });
});
