import { encodeLatin1 } from '@atoll/bytes/latin1';
import { describe, expect, it } from 'vitest';
import { readBody } from '../../src/body.ts';
import { Headers } from '../../src/headers.ts';
import { ERROR } from '../../src/http2/code.ts';
import type { BodyWriter, Request, Response } from '../../src/message.ts';
import { benchOf, Client, data, get, headers, post, settings } from './client.ts';

const hello = (): Response => ({
  status: 200,
  headers: new Headers({ 'content-type': 'text/plain' }),
  body: encodeLatin1('hello'),
});

async function echo({ body }: Request): Promise<Response> {
  const read = await readBody(body, 1_000_000);
  return read.ok ? { status: 200, body: read.value } : { status: 422 };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('a server of HTTP/2', () => {
  it('answers with a status, a date, a length and the fields of the response', () => {
    const bench = benchOf(hello);
    const client = new Client(bench);
    client.request(1);
    expect(client.answer(1)).toEqual({
      fields: {
        ':status': '200',
        date: 'Sun, 06 Nov 1994 08:49:37 GMT',
        'content-length': '5',
        'content-type': 'text/plain',
      },
      ...{ body: 'hello', isEnded: true, reset: undefined, trailers: undefined },
    });
    client.request(3);
    expect(client.answer(3).fields).toEqual(client.answer(1).fields);
  });

  it('gives a handler the same request as HTTP/1.1', () => {
    let seen: Request | undefined;
    const bench = benchOf((request) => {
      seen = request;
      return { status: 204 };
    });
    new Client(bench).request(1, get('/a?b=c', ['x-y', 'z'], ['cookie', 'a=1'], ['cookie', 'b=2']));
    expect(seen).toMatchObject({
      ...{ method: 'GET', scheme: 'https', protocol: 'HTTP/2', authority: 'a.example' },
      ...{ path: '/a', query: 'b=c' },
    });
    expect(seen?.headers.toString()).toBe('x-y: z\r\ncookie: a=1; b=2\r\n');
    expect(seen?.body.isFinished).toBe(true);
  });

  it('takes bodies, with trailers', async () => {
    let seen: Request | undefined;
    const bench = benchOf((request) => {
      seen = request;
      return echo(request);
    });
    const client = new Client(bench);
    client.send(headers(1, post(), false), data(1, 'one '), data(1, 'two', false, 20));
    client.send(headers(1, [['x-sum', '7']]));
    await settled();
    bench.poll();
    expect(client.answer(1)).toMatchObject({ body: 'one two', isEnded: true });
    expect(seen?.body.trailers?.get('x-sum')).toBe('7');
  });

  it('sends no body for HEAD, 204 and 304, but says the length of the first', () => {
    const client = new Client(benchOf(hello));
    client.request(1, [[':method', 'HEAD'], ...get().slice(1)]);
    expect(client.answer(1)).toMatchObject({ body: '', isEnded: true });
    expect(client.answer(1).fields['content-length']).toBe('5');
    for (const status of [204, 304]) {
      const other = new Client(benchOf(() => ({ ...hello(), status })));
      other.request(1);
      expect(other.answer(1)).toMatchObject({ body: '', isEnded: true });
      expect(other.answer(1).fields['content-length']).toBeUndefined();
    }
  });

  it('sends a large body as far as windows go, and in turns', () => {
    const bench = benchOf(({ path }) => ({
      status: 200,
      body: path === '/large' ? new Uint8Array(200_000) : encodeLatin1('small'),
    }));
    const client = new Client(bench);
    client.send(headers(1, get('/large')), headers(3, get('/small')));
    expect(client.answer(1).body.length).toBe(65_535 - 5);
    expect(client.answer(3)).toMatchObject({ body: 'small', isEnded: true });
    client.send({ type: 'WINDOW_UPDATE', stream: 0, increment: 200_000 });
    expect(client.answer(1).body.length).toBe(65_535);
    client.send({ type: 'WINDOW_UPDATE', stream: 1, increment: 200_000 });
    expect(client.answer(1)).toMatchObject({ isEnded: true });
    expect(client.answer(1).body.length).toBe(200_000);
  });

  it('keeps nothing when the connection takes nothing', () => {
    const bench = benchOf(() => ({ status: 200, body: new Uint8Array(50_000) }));
    const client = new Client(bench);
    client.hear();
    client.connection.capacity = 1000;
    client.request(1);
    let length = 0;
    for (let at = 0; at < 100; at++) length = client.answer(1).body.length;
    expect(length).toBe(50_000);
    expect(client.answer(1).isEnded).toBe(true);
  });

  it('sends what is made while it is sent, with trailers', () => {
    const lines = Array.from({ length: 10_000 }, (_, at) => encodeLatin1(`line ${at}\n`));
    const bench = benchOf(() => ({
      status: 200,
      body: {
        start: (writer: BodyWriter) => {
          let at = 0;
          let rest = lines[0];
          return {
            onWritable() {
              for (;;) {
                rest = rest.subarray(writer.write(rest));
                if (rest.length > 0) return;
                if (++at === lines.length) break;
                rest = lines[at];
              }
              writer.end(new Headers({ 'x-lines': String(lines.length) }));
            },
          };
        },
      },
    }));
    const client = new Client(bench);
    client.send({ type: 'WINDOW_UPDATE', stream: 0, increment: 200_000 });
    client.request(1);
    client.send({ type: 'WINDOW_UPDATE', stream: 1, increment: 200_000 });
    expect(client.answer(1).body.split('\n').length).toBe(10_001);
    expect(client.answer(1)).toMatchObject({ isEnded: true, trailers: { 'x-lines': '10000' } });
  });

  it('sends what a stream says later', () => {
    let told: BodyWriter | undefined;
    let waiting = encodeLatin1('');
    const bench = benchOf(() => ({
      status: 200,
      body: {
        start: (writer: BodyWriter) => {
          told = writer;
          return {
            onWritable() {
              waiting = waiting.subarray(writer.write(waiting));
            },
          };
        },
      },
    }));
    const client = new Client(bench);
    client.request(1);
    expect(client.answer(1)).toMatchObject({ body: '', isEnded: false });
    waiting = encodeLatin1('event');
    waiting = waiting.subarray(told?.write(waiting));
    bench.poll();
    expect(client.answer(1)).toMatchObject({ body: 'event', isEnded: false });
    told?.end();
    bench.poll();
    expect(client.answer(1)).toMatchObject({ isEnded: true });
  });

  it('answers requests in whatever order handlers do', async () => {
    const waiting = new Map<string, (response: Response) => void>();
    const bench = benchOf(
      ({ path }) => new Promise<Response>((resolve) => waiting.set(path, resolve)),
    );
    const client = new Client(bench);
    client.request(1, get('/1')).request(3, get('/3'));
    waiting.get('/3')?.({ status: 200 });
    await settled();
    bench.poll();
    expect([client.answer(3).isEnded, client.answer(1).isEnded]).toEqual([true, false]);
  });

  it('answers 500 when the handler throws, and goes on', () => {
    for (const handler of [
      () => {
        throw new Error('oh');
      },
      () => ({ status: 200, headers: new Headers({ connection: 'close' }) }),
      () => ({ status: 100 }),
    ]) {
      const client = new Client(benchOf(handler));
      client.request(1).request(3);
      expect(client.answer(1).fields[':status']).toBe('500');
      expect(client.answer(3).fields[':status']).toBe('500');
    }
  });

  it('resets a stream whose body is given up', () => {
    const bench = benchOf(() => ({
      status: 200,
      body: { length: 10, start: (writer: BodyWriter) => ({ onWritable: () => writer.end() }) },
    }));
    const client = new Client(bench);
    client.request(1);
    expect(client.answer(1)).toMatchObject({ reset: ERROR.INTERNAL_ERROR, isEnded: false });
  });

  it('tells who waits for it to go on, once somebody wants the body', async () => {
    const bench = benchOf(echo);
    const client = new Client(bench);
    client.send(headers(1, post('/', ['expect', '100-continue']), false));
    bench.poll();
    expect(client.answer(1).fields).toEqual({ ':status': '100' });
    client.send(data(1, 'go', true));
    await settled();
    bench.poll();
    expect(client.answer(1)).toMatchObject({ body: 'go', isEnded: true });
  });

  it('answers no more than was asked for when the client ends', () => {
    const bench = benchOf(hello);
    const client = new Client(bench);
    client.request(1);
    client.connection.sendEnd();
    expect(client.answer(1).isEnded).toBe(true);
    expect(client.connection.hasEnded).toBe(true);
  });

  it('takes other settings', () => {
    const bench = benchOf(() => ({ status: 200, body: new Uint8Array(100) }));
    const client = new Client(bench, [settings({ id: 4, value: 10 })]);
    client.request(1);
    expect(client.answer(1).body.length).toBe(10);
    client.send(settings({ id: 4, value: 5 }), settings({ id: 4, value: 60 }));
    expect(client.answer(1).body.length).toBe(60);
  });

  it('speaks HTTP/1.1 where ALPN chose that', () => {
    const bench = benchOf(hello);
    expect(bench.server.protocols).toEqual(['h2', 'http/1.1']);
    expect(bench.exchange('GET / HTTP/1.1\r\nHost: a\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 OK/);
  });
});
