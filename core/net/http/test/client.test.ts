import { encodeLatin1 } from '@atoll/bytes/latin1';
import type { TcpHandler } from '@atoll/device/socket';
import { describe, expect, it } from 'vitest';
import { readBody } from '../src/body.ts';
import type { ClientRequest } from '../src/client.ts';
import { HttpClient } from '../src/client.ts';
import { Headers } from '../src/headers.ts';
import type { BodyWriter } from '../src/message.ts';
import type { Origin } from '../src/url.ts';
import { originText } from '../src/url.ts';
import { FakeConnection } from './kit.ts';

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A client whose servers are the test: it gets each connection that is opened. */
class Desk {
  now = 0;
  readonly opened: { origin: string; connection: FakeConnection }[] = [];
  readonly client: HttpClient;
  /** When set, nobody can be connected to. */
  failure: string | undefined;
  isSilent = false;

  constructor(limits = {}) {
    this.client = new HttpClient({
      limits,
      clock: { monotonic: () => this.now, wall: () => this.now },
      wake: () => {},
      connect: (origin: Origin, open, failed) => {
        if (this.isSilent) return;
        if (this.failure !== undefined) {
          failed(this.failure);
          return;
        }
        const connection = new FakeConnection();
        const handler: TcpHandler = open(connection);
        connection.handler = handler;
        this.opened.push({ origin: originText(origin), connection });
        handler.onConnected?.();
      },
    });
  }

  /** Starts a request; what becomes of it is the status and the body, or the reason of the failure. */
  ask(request: ClientRequest | string): Promise<string> {
    return this.#ask(typeof request === 'string' ? { url: request } : request);
  }

  /** Waits until `count` connections were opened, and answers the last of them. */
  async connection(count = 1): Promise<FakeConnection> {
    for (let at = 0; at < 10 && this.opened.length < count; at++) await settled();
    expect(this.opened.length).toBe(count);
    return this.opened[count - 1].connection;
  }

  pass(milliseconds: number): void {
    this.now += milliseconds;
    this.client.poll(this.now);
  }

  async #ask(request: ClientRequest): Promise<string> {
    const response = await this.client.request(request);
    if (!response.ok) return response.error.reason;
    const { status, body } = response.value;
    const read = await readBody(body, 10_000);
    if (!read.ok) return `${status}, ${read.error.reason}`;
    return `${status} ${String.fromCharCode(...read.value)}${body.trailers?.toString() ?? ''}`;
  }
}

const URL_A = 'http://a.example/x?y';

describe('a client', () => {
  it('sends a request and reads the response', async () => {
    const desk = new Desk();
    const answer = desk.ask({ url: `${URL_A}#z`, headers: new Headers({ accept: 'b/c' }) });
    const connection = await desk.connection();
    expect(connection.taken()).toBe('GET /x?y HTTP/1.1\r\nhost: a.example\r\naccept: b/c\r\n\r\n');
    connection.send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello');
    expect(await answer).toBe('200 hello');
  });

  it.each([
    ['with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', true, '200 hello'],
    [
      'in chunks',
      'HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\n\r\n',
      true,
      '200 helloa: b\r\n',
    ],
    ['until the end', 'HTTP/1.1 200 OK\r\n\r\nhello', false, '200 hello'],
    ['until the end of HTTP/1.0', 'HTTP/1.0 404 No\r\n\r\nhello', false, '404 hello'],
    [
      'with a length, then the end',
      'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello',
      false,
      '200 hello',
    ],
    ['not at all', 'HTTP/1.1 204 No Content\r\n\r\n', true, '204 '],
    [
      'not at all, of so many octets',
      'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n',
      true,
      '304 ',
    ],
    [
      'after interim ones',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
      true,
      '200 ',
    ],
  ])('reads a body %s, in one piece and octet by octet', async (_, text, isKept, expected) => {
    for (const pieces of [[text], [...text]]) {
      const desk = new Desk();
      const answer = desk.ask(URL_A);
      const connection = await desk.connection();
      for (const piece of pieces) connection.send(piece);
      if (!isKept) connection.sendEnd();
      expect(await answer).toBe(expected);
      expect(connection.isAborted).toBe(false);
      expect(connection.hasEnded).toBe(!isKept);
    }
  });

  it.each([
    ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell', '200, the response is not whole'],
    [
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n',
      '200, the response is not whole',
    ],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n', '200, a bad chunk size'],
    [
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n',
      'Transfer-Encoding beside Content-Length',
    ],
    ['HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n', 'a bad Content-Length'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n', 'the transfer coding gzip'],
    ['HTTP/1.1 200 OK\nA: b\n\n', 'a bare LF'],
    ['HTTP/1.1 200 OK\r\nA: b', 'the response is not whole'],
    ['HTTP/2 200 OK\r\n\r\n', 'a bad status line'],
    ['HTTP/1.1 20 OK\r\n\r\n', 'a bad status line'],
    ['SSH-2.0-x\r\n\r\n', 'a bad status line'],
    ['HTTP/1.1 101 Switching\r\n\r\n', 'the status 101'],
    ['HTTP/1.1 100 \r\n\r\n'.repeat(9), 'too many interim responses'],
    [`HTTP/1.1 200 ${'x'.repeat(2000)}`, 'a first line of over 1024 octets'],
    [`HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(201)}\r\n`, '201 fields'],
    [`HTTP/1.1 200 OK\r\nA: ${'b'.repeat(70_000)}`, 'over 65536 octets of fields'],
    [`HTTP/1.1 200 OK\r\n\r\n${'b'.repeat(10_001)}`, '200, a body of more than 10000 octets'],
  ])('does not believe %j', async (text, reason) => {
    const desk = new Desk();
    const answer = desk.ask(URL_A);
    const connection = await desk.connection();
    connection.send(text);
    connection.sendEnd();
    expect(await answer).toBe(reason);
  });

  it('sends bodies of bytes and streams', async () => {
    const desk = new Desk();
    desk.ask({ url: URL_A, method: 'POST', body: encodeLatin1('hello') });
    const whole = await desk.connection();
    expect(whole.taken()).toMatch(/^POST .*\r\ncontent-length: 5\r\n\r\nhello$/s);
    let writer: BodyWriter | undefined;
    const start = (given: BodyWriter) => {
      writer = given;
      return { onWritable: () => {} };
    };
    const answer = desk.ask({ url: URL_A, method: 'PUT', body: { start } });
    const streamed = await desk.connection(2);
    writer?.write(encodeLatin1('hel'));
    writer?.end();
    expect(streamed.taken()).toMatch(/transfer-encoding: chunked\r\n\r\n3\r\nhel\r\n0\r\n\r\n$/);
    streamed.send('HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n');
    expect(await answer).toBe('201 ');
    desk.ask({ url: URL_A, method: 'POST' });
    expect((await desk.connection(2)).taken()).toContain('content-length: 0\r\n');
  });

  it('goes on with a connection, and on a new one when the server has closed it', async () => {
    const desk = new Desk();
    const response = 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1';
    for (let at = 0; at < 3; at++) {
      const answer = desk.ask(URL_A);
      (await desk.connection()).send(response);
      expect(await answer).toBe('200 1');
    }
    // It closed while it was idle.
    desk.opened[0].connection.sendEnd();
    expect(desk.opened[0].connection.hasEnded).toBe(true);
    let answer = desk.ask(URL_A);
    (await desk.connection(2)).send(response);
    expect(await answer).toBe('200 1');
    // It closes just when it is asked.
    answer = desk.ask(URL_A);
    await settled();
    desk.opened[1].connection.close('reset');
    (await desk.connection(3)).send(response);
    expect(await answer).toBe('200 1');
    // Who may have been heard does not ask again.
    answer = desk.ask({ url: URL_A, method: 'POST' });
    await settled();
    desk.opened[2].connection.close('reset');
    expect(await answer).toBe('the connection is reset');
  });

  it('keeps few connections, and not for long', async () => {
    const desk = new Desk({ idleConnections: 2 });
    for (const at of [1, 2, 3]) {
      const answer = desk.ask(`http://${at}.example/`);
      (await desk.connection(at)).send('HTTP/1.1 204 \r\n\r\n');
      await answer;
    }
    const states = () => desk.opened.map(({ connection }) => connection.isAborted);
    expect(states()).toEqual([true, false, false]);
    desk.pass(15_000);
    expect(states()).toEqual([true, true, true]);
  });

  it('does not take what nobody asked for', async () => {
    const desk = new Desk();
    const answer = desk.ask(URL_A);
    const connection = await desk.connection();
    connection.send('HTTP/1.1 204 \r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    expect(await answer).toBe('204 ');
    const other = desk.ask(URL_A);
    connection.send('HTTP/1.1 200 OK\r\n');
    (await desk.connection(2)).send('HTTP/1.1 205 \r\nContent-Length: 0\r\n\r\n');
    expect(await other).toBe('205 ');
  });

  it('waits only so long', async () => {
    const desk = new Desk();
    desk.isSilent = true;
    const first = desk.ask(URL_A);
    desk.pass(15_000);
    expect(await first).toBe('there is no connection');
    desk.isSilent = false;
    const second = desk.ask(URL_A);
    const connection = await desk.connection();
    desk.pass(30_000);
    expect([await second, connection.isAborted]).toEqual(['the server takes too long', true]);
    const third = desk.ask(URL_A);
    (await desk.connection(2)).send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel');
    await settled();
    desk.pass(30_000);
    expect(await third).toBe('200, the server takes too long');
  });

  it('says why there is no connection', async () => {
    const desk = new Desk();
    desk.failure = 'a.example: no such name';
    expect(await desk.ask(URL_A)).toBe('a.example: no such name');
    expect(await desk.ask('ftp://a/')).toBe('no URL of http or https');
  });

  it('writes no line that somebody smuggled in', async () => {
    const desk = new Desk();
    await expect(desk.ask({ url: URL_A, method: 'GET / HTTP/1.1\r\nA: b' })).rejects.toThrow(
      TypeError,
    );
    expect(await desk.ask('http://a.example/x y')).toContain('not encoded');
    expect(await desk.ask('http://a.example/\r\nA: b')).toContain('not encoded');
    expect(await desk.ask('http://a.example\r\nA: b/')).toContain('a bad host');
  });
});

describe('a redirection', () => {
  async function follow(desk: Desk, count: number, status: number, location: string) {
    const connection = await desk.connection(count);
    const text = connection.taken();
    connection.send(
      `HTTP/1.1 ${status} \r\nLocation: ${location}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    );
    connection.sendEnd();
    return text;
  }

  it('is followed as often as asked, secrets stay', async () => {
    const desk = new Desk();
    const headers = new Headers({ authorization: 'x', accept: 'y' });
    const answer = desk.ask({ url: URL_A, headers, redirects: 2 });
    expect(await follow(desk, 1, 302, '/z')).toContain('authorization: x');
    expect(await follow(desk, 2, 301, 'https://b.example/')).toMatch(
      /^GET \/z .*authorization: x/s,
    );
    expect(await follow(desk, 3, 302, '/')).not.toContain('authorization');
    expect(await answer).toBe('more than 2 redirections');
    expect(desk.opened.map(({ origin }) => origin)).toEqual([
      'http://a.example',
      'http://a.example',
      'https://b.example',
    ]);
  });

  it('is told when nobody asked to follow', async () => {
    const desk = new Desk();
    const answer = desk.ask(URL_A);
    await follow(desk, 1, 302, '/z');
    expect(await answer).toBe('302 ');
  });

  it.each([
    [303, 'POST', 'GET /z ', false],
    [302, 'POST', 'GET /z ', false],
    [307, 'POST', 'POST /z ', true],
    [308, 'PUT', 'PUT /z ', true],
  ])('by %s of %s is %j', async (status, method, line, hasBody) => {
    const desk = new Desk();
    desk.ask({ url: URL_A, method, body: encodeLatin1('hello'), redirects: 1 });
    await follow(desk, 1, status, '/z');
    const text = (await desk.connection(2)).taken();
    expect(text.startsWith(line)).toBe(true);
    expect(text.includes('hello')).toBe(hasBody);
  });

  it('does not lead out of TLS', async () => {
    const desk = new Desk();
    const answer = desk.ask({ url: 'https://a.example/', redirects: 1 });
    await follow(desk, 1, 302, 'http://a.example/');
    expect(await answer).toBe('a redirection from https to http');
  });
});
