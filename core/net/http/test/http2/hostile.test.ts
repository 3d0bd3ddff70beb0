import { decodeLatin1, encodeLatin1 } from '@atoll/bytes/latin1';
import { describe, expect, it } from 'vitest';
import { Headers } from '../../src/headers.ts';
import { ERROR, FRAME_SIZE, PREFACE, SETTING } from '../../src/http2/code.ts';
import type { Frame } from '../../src/http2/frame.ts';
import type { BodyReader, Handler, Response } from '../../src/message.ts';
import type { Bench } from '../kit.ts';
import { FakeConnection } from '../kit.ts';
import {
  ACK,
  benchOf,
  block,
  Client,
  data,
  get,
  headers,
  octets,
  post,
  settings,
} from './client.ts';

const NEVER = new Promise<Response>(() => {});
const ok: Handler = () => ({ status: 200, body: encodeLatin1('ok') });

const reset = (stream: number): Frame => ({ type: 'RST_STREAM', stream, code: ERROR.CANCEL });
const greeting = PREFACE + decodeLatin1(octets(settings(), ACK, headers(1, get())));
const PING: Frame = { type: 'PING', isAck: false, data: new Uint8Array(8) };

/** Sends `frames` until the connection ends; answers how often. */
function flood(bench: Bench, client: Client, frames: (round: number) => readonly Frame[]): number {
  for (let round = 0; round < 20_000; round++) {
    if (client.connection.hasEnded) return round;
    client.send(...frames(round));
    bench.poll();
    client.hear();
  }
  return Number.POSITIVE_INFINITY;
}

/** What the ends of floods have in common. */
function expectCalmed(bench: Bench, client: Client): void {
  expect(client.goneAway?.code).toBe(ERROR.ENHANCE_YOUR_CALM);
  expect(bench.server.counters.refusals).toBeGreaterThan(0);
  bench.pass(40_000);
  expect(client.connection.isAborted).toBe(true);
  expect(bench.server.size).toBe(0);
}

describe('floods', () => {
  it('ends who takes requests back again and again (rapid reset)', () => {
    let handled = 0;
    const bench = benchOf(() => {
      handled++;
      return NEVER;
    });
    const client = new Client(bench);
    const rounds = flood(bench, client, (round) => [
      headers(2 * round + 1, get()),
      reset(2 * round + 1),
    ]);
    expect(rounds).toBeLessThan(300);
    // However many are reset, no more handlers work at a time than there may be streams.
    expect(handled).toBe(100);
    expectCalmed(bench, client);
  });

  it('ends who makes us reset requests (MadeYouReset)', () => {
    let handled = 0;
    const bench = benchOf(() => {
      handled++;
      return NEVER;
    });
    for (const provoke of [
      (stream: number): Frame => ({ type: 'WINDOW_UPDATE', stream, increment: 0x7fff_ffff }),
      (stream: number): Frame => ({ type: 'PRIORITY', stream, dependency: stream }),
      (stream: number): Frame => data(stream, 'x'),
      (stream: number): Frame => headers(stream, [['x', 'y']]),
    ]) {
      handled = 0;
      const client = new Client(bench);
      const rounds = flood(bench, client, (round) => {
        const stream = 2 * round + 1;
        return [headers(stream, get()), provoke(stream)];
      });
      expect(rounds).toBeLessThan(300);
      expect(handled).toBe(100);
      expect(client.goneAway?.code).toBe(ERROR.ENHANCE_YOUR_CALM);
    }
  });

  it('lets who takes back a request now and then go on', () => {
    const bench = benchOf(ok);
    const client = new Client(bench);
    for (let round = 0; round < 1000; round++) {
      bench.pass(100);
      client.send(headers(2 * round + 1, post(), false), reset(2 * round + 1)).hear();
    }
    client.request(3001);
    expect(client.answer(3001).body).toBe('ok');
  });

  it.each<[string, (round: number) => readonly Frame[]]>([
    ['PING', () => [PING]],
    ['SETTINGS', () => [settings({ id: SETTING.INITIAL_WINDOW_SIZE, value: 1 })]],
    ['answers to SETTINGS', () => [ACK]],
    ['PRIORITY', () => [{ type: 'PRIORITY', stream: 1, dependency: 0 }]],
    ['unknown frames', () => [{ type: 'unknown', code: 0x10, stream: 0 }]],
    ['WINDOW_UPDATE', () => [{ type: 'WINDOW_UPDATE', stream: 0, increment: 1 }]],
    [
      'empty DATA',
      (round) => [...(round === 0 ? [headers(1, post(), false)] : []), data(1, ''), data(1, '')],
    ],
    [
      'DATA of padding',
      (round) => [...(round === 0 ? [headers(1, post(), false)] : []), data(1, '', false, 9)],
    ],
  ])('ends who sends %s without end', (_, frames) => {
    const bench = benchOf(() => NEVER);
    const client = new Client(bench);
    expect(flood(bench, client, frames)).toBeLessThan(1100);
    expectCalmed(bench, client);
  });

  it('ends who sends CONTINUATION without end', () => {
    for (const size of [0, 1, 1000]) {
      const bench = benchOf(ok);
      const client = new Client(bench);
      const fragment = new Uint8Array(size).fill(0x82);
      client.send({ ...headers(1, get()), isWhole: false } as Frame);
      const more: Frame = { type: 'CONTINUATION', stream: 1, isWhole: false, fragment };
      expect(flood(bench, client, () => [more])).toBeLessThan(150);
      expectCalmed(bench, client);
    }
  });

  it('reads no more from who asks and does not take the answers', () => {
    const bench = benchOf(ok);
    const client = new Client(bench);
    client.hear();
    client.connection.capacity = 0;
    client.sendBytes(octets(...Array.from({ length: 400 }, () => PING)));
    bench.poll();
    expect(client.connection.unread).toBeGreaterThan(250 * 17);
    bench.pass(31_000);
    expect(client.connection.isAborted).toBe(true);
  });

  it('gives others a turn when a thousand requests come at once', () => {
    const bench = benchOf(ok, {}, 1000);
    const client = new Client(bench);
    const all = Array.from({ length: 1000 }, (_, at) => headers(2 * at + 1, get()));
    client.sendBytes(octets(...all));
    expect(bench.server.counters.requests).toBeLessThan(100);
    bench.poll();
    expect(bench.server.counters.requests).toBe(1000);
    expect(client.answer(1999).body).toBe('ok');
  });

  it('keeps thousands of idle connections, in 6 KiB each', () => {
    const bench = benchOf(ok, { connections: 5000, connectionsOfPeer: 5000 });
    global.gc?.();
    const before = process.memoryUsage().heapUsed;
    const connections = Array.from({ length: 2000 }, () => {
      const connection = Object.assign(new FakeConnection(), { connected: { protocol: 'h2' } });
      connection.handler = bench.server.accept(connection, 'https');
      connection.handler.onConnected?.();
      connection.send(greeting);
      connection.taken();
      return connection;
    });
    global.gc?.();
    const each = (process.memoryUsage().heapUsed - before) / connections.length;
    expect(bench.server.counters.requests).toBe(2000);
    expect(each).toBeLessThan(6144);
  });

  it('refuses streams beyond the limit, and goes on when there are fewer', () => {
    const bench = benchOf(() => NEVER, {}, 3);
    const client = new Client(bench);
    for (let stream = 1; stream < 11; stream += 2) client.request(stream);
    expect(client.answer(5).reset).toBeUndefined();
    expect(client.answer(7).reset).toBe(ERROR.REFUSED_STREAM);
    expect(client.answer(9).reset).toBe(ERROR.REFUSED_STREAM);
  });
});

describe('slow peers', () => {
  it('resets responses for which there is no window, and answers others', () => {
    const bench = benchOf(({ path }) => ({
      status: 200,
      body: path === '/' ? new Uint8Array(100) : new Uint8Array(0),
    }));
    const client = new Client(bench, [
      settings({ id: SETTING.INITIAL_WINDOW_SIZE, value: 0 }),
      ACK,
    ]);
    for (let stream = 1; stream < 200; stream += 2) client.request(stream);
    bench.pass(20_000);
    expect(client.answer(1).reset).toBeUndefined();
    bench.pass(15_000);
    for (let stream = 1; stream < 200; stream += 2) {
      expect(client.answer(stream).reset).toBe(ERROR.CANCEL);
    }
    client.request(201, get('/empty'));
    expect(client.answer(201).isEnded).toBe(true);
  });

  it('resets a response that is taken octet by octet, but not one that is taken slowly', () => {
    for (const [increment, isTaken] of [
      [1, false],
      [100, true],
    ] as const) {
      const bench = benchOf(() => ({ status: 200, body: new Uint8Array(4000) }));
      const client = new Client(bench, [
        settings({ id: SETTING.INITIAL_WINDOW_SIZE, value: 0 }),
        ACK,
      ]);
      client.request(1);
      for (let second = 0; second < 40; second++) {
        client.send({ type: 'WINDOW_UPDATE', stream: 1, increment }).hear();
        bench.pass(1000);
      }
      expect(client.answer(1).reset).toBe(isTaken ? undefined : ERROR.CANCEL);
      expect(client.answer(1).isEnded).toBe(isTaken);
    }
  });

  it('leaves alone who has taken all there is', () => {
    let event = new Uint8Array(100);
    const bench = benchOf(() => ({
      status: 200,
      body: {
        start: (writer) => ({
          onWritable() {
            event = event.subarray(writer.write(event));
          },
        }),
      },
    }));
    const client = new Client(bench, [
      settings({ id: SETTING.INITIAL_WINDOW_SIZE, value: 0 }),
      ACK,
    ]);
    client.request(1);
    bench.pass(20_000);
    client.send({ type: 'WINDOW_UPDATE', stream: 1, increment: 1000 });
    bench.pass(50_000);
    expect(client.answer(1)).toMatchObject({ body: '\0'.repeat(100), reset: undefined });
  });

  it('tells who makes a response that nobody takes it', () => {
    let isClosed = false;
    const bench = benchOf(() => ({
      status: 200,
      body: {
        start: (writer) => ({
          onWritable: () => void writer.write(new Uint8Array(100_000)),
          onClosed: () => {
            isClosed = true;
          },
        }),
      },
    }));
    new Client(bench).request(1);
    bench.pass(31_000);
    expect(isClosed).toBe(true);
  });

  it('answers 408 to a body that is too slow', () => {
    const bench = benchOf(() => NEVER);
    const client = new Client(bench);
    client.send(headers(1, post(), false));
    for (let second = 0; second < 12; second++) {
      bench.pass(1000);
      if (client.answer(1).isEnded) break;
      client.send(data(1, 'x'));
    }
    // The handler did not read: that is not the peer's fault.
    expect(client.answer(1).isEnded).toBe(false);
    const other = benchOf(({ body }) => {
      body.onReadable = () => body.consume(body.peek().length);
      return NEVER;
    });
    const slow = new Client(other);
    slow.send(headers(1, post(), false));
    for (let second = 0; second < 20 && !slow.answer(1).isEnded; second++) {
      slow.send(data(1, 'x'));
      other.pass(1000);
    }
    expect(slow.answer(1).fields[':status']).toBe('408');
  });

  it('ends who does not finish what it began, or does not greet', () => {
    for (const sent of [
      octets(headers(1, get())).slice(0, 5),
      octets(headers(1, get())).slice(0, 20),
      octets({ ...headers(1, get()), isWhole: false } as Frame),
    ]) {
      const bench = benchOf(ok);
      const client = new Client(bench);
      client.sendBytes(sent);
      bench.pass(11_000);
      client.hear();
      expect(client.goneAway?.code).toBe(ERROR.ENHANCE_YOUR_CALM);
    }
    const bench = benchOf(ok);
    const client = new Client(bench, [settings()]);
    bench.pass(11_000);
    client.hear();
    expect(client.goneAway?.code).toBe(ERROR.SETTINGS_TIMEOUT);
  });

  it('ends who asks for nothing for a minute', () => {
    const bench = benchOf(ok);
    const client = new Client(bench);
    client.request(1);
    for (let second = 0; second < 59; second++) {
      bench.pass(1000);
      client.send(PING);
    }
    client.hear();
    expect(client.goneAway).toBeUndefined();
    bench.pass(2000);
    client.hear();
    expect(client.goneAway).toMatchObject({ code: ERROR.NO_ERROR, last: 1 });
    expect(client.connection.hasEnded).toBe(true);
  });

  it('answers 503 for a handler that does not', () => {
    const bench = benchOf(() => NEVER);
    const client = new Client(bench);
    client.request(1);
    bench.pass(62_000);
    expect(client.answer(1)).toMatchObject({ isEnded: true });
    expect(client.answer(1).fields[':status']).toBe('503');
  });
});

describe('windows', () => {
  it('ends who sends more than the window of the connection', () => {
    const bench = benchOf(() => NEVER);
    const client = new Client(bench);
    const piece = 'x'.repeat(FRAME_SIZE);
    client.send(headers(1, post(), false), headers(3, post(), false), headers(5, post(), false));
    for (const stream of [1, 3, 5]) {
      for (let at = 0; at < 3; at++) client.send(data(stream, piece));
    }
    client.hear();
    expect(client.goneAway?.code).toBe(ERROR.FLOW_CONTROL_ERROR);
  });

  it('resets a stream that gets more than its window', () => {
    const bench = benchOf(() => NEVER);
    const client = new Client(bench);
    client.send(headers(1, post(), false));
    for (let at = 0; at < 5; at++) client.send(data(1, 'x'.repeat(FRAME_SIZE)));
    expect(client.answer(1).reset).toBe(ERROR.FLOW_CONTROL_ERROR);
    expect(client.goneAway).toBeUndefined();
  });

  it('keeps what nobody reads in one piece, however many it came in', () => {
    let body: BodyReader | undefined;
    const bench = benchOf((request) => {
      body = request.body;
      return NEVER;
    });
    const client = new Client(bench);
    client.send(headers(1, post(), false));
    for (let at = 0; at < 60; at++) {
      client.sendBytes(octets(...Array.from({ length: 1000 }, () => data(1, 'x'))));
      bench.poll();
    }
    expect(body?.peek().length).toBe(60_000);
  });

  it('gives back what came for streams that are gone', () => {
    const bench = benchOf(() => ({ status: 404 }));
    const client = new Client(bench);
    for (let at = 0; at < 30; at++) {
      const stream = 2 * at + 1;
      client.send(headers(stream, post(), false), data(stream, 'x'.repeat(FRAME_SIZE)));
      expect(client.answer(stream)).toMatchObject({ isEnded: true, reset: ERROR.NO_ERROR });
      // It was on its way when the reset was.
      client.send(data(stream, 'x'.repeat(FRAME_SIZE), true));
      bench.pass(1000);
    }
    client.hear();
    expect(client.goneAway).toBeUndefined();
  });
});

describe('requests that are not what they seem', () => {
  /** The status, or the code of a reset. */
  function judged(
    fields: Parameters<typeof headers>[1],
    body?: string,
  ): string | number | undefined {
    const client = new Client(benchOf(ok, { body: 1000 }));
    client.send(headers(1, fields, body === undefined));
    if (body !== undefined) client.send(data(1, body, true));
    const { fields: answered, reset } = client.answer(1);
    return answered[':status'] ?? (reset === undefined ? undefined : `reset ${reset}`);
  }
  const MALFORMED = `reset ${ERROR.PROTOCOL_ERROR}`;
  const but = (name: string, value: string) =>
    get().map(([one, old]) => [one, one === name ? value : old] as const);

  it.each<[string, Parameters<typeof headers>[1]]>([
    ['a line break in a value', get('/', ['a', 'b\r\nc: d'])],
    ['NUL in a value', get('/', ['a', 'b\0'])],
    ['white space around a value', get('/', ['a', ' b'])],
    ['a tab behind a value', get('/', ['a', 'b\t'])],
    ['a colon in a name', get('/', ['a:b', 'c'])],
    ['a line break in a name', get('/', ['a\r\nb', 'c'])],
    ['an empty name', get('/', ['', 'c'])],
    ['white space in a name', get('/', ['a b', 'c'])],
    ['white space in a path', get('/ HTTP/1.1\r\nx: y')],
    ['a path that is none', get('x')],
    ['a whole URI as path', get('http://a.example/')],
    ['a method that is none', but(':method', 'GET / HTTP/1.1\r\n')],
    ['an empty method', but(':method', '')],
    ['transfer-encoding', get('/', ['transfer-encoding', 'chunked'])],
    ['upgrade', get('/', ['upgrade', 'h2c'])],
    ['keep-alive', get('/', ['keep-alive', '1'])],
    ['proxy-connection', get('/', ['proxy-connection', 'close'])],
    ['two lengths', post('/', ['content-length', '0'], ['content-length', '0'])],
    ['a length with a sign', post('/', ['content-length', '+1'])],
    ['a length without a body', post('/', ['content-length', '1'])],
    ['two hosts', get('/', ['host', 'a.example'], ['host', 'a.example'])],
    ['a host beside another authority', get('/', ['host', 'b.example'])],
    ['CONNECT with a path', but(':method', 'CONNECT')],
    ['extended CONNECT', [...but(':method', 'CONNECT'), [':protocol', 'websocket']]],
  ])('are malformed: %s', (_, fields) => {
    expect(judged(fields)).toBe(MALFORMED);
  });

  it.each<[string, Parameters<typeof headers>[1], string]>([
    [
      'CONNECT',
      [
        [':method', 'CONNECT'],
        [':authority', 'a.example:443'],
      ],
      '501',
    ],
    ['no authority', get().slice(0, 3), '400'],
    ['an authority with a user', but(':authority', 'u@a.example'), '400'],
    ['a path with a fragment', get('/a#b'), '400'],
    ['* of another method than OPTIONS', get('*'), '400'],
    ['OPTIONS of *', [[':method', 'OPTIONS'], ...get('*').slice(1)], '200'],
    ['host instead of an authority', [...get().slice(0, 3), ['host', 'a.example']], '200'],
    ['host beside the same authority', get('/', ['host', 'a.example']), '200'],
    ['another scheme', but(':scheme', 'http'), '421'],
    ['a path of nine kilobytes', get(`/${'a'.repeat(9000)}`), '414'],
    ['another expectation', get('/', ['expect', 'a miracle']), '417'],
    [
      'a hundred fields more',
      get('/', ...Array.from({ length: 100 }, () => ['a', 'b'] as const)),
      '431',
    ],
    ['te with trailers', get('/', ['te', 'trailers']), '200'],
  ])('are answered: %s', (_, fields, status) => {
    expect(judged(fields)).toBe(status);
  });

  it('are answered: bodies that are too large', () => {
    expect(judged(post('/', ['content-length', '1001']), 'x')).toBe('413');
    const client = new Client(benchOf(() => NEVER, { body: 1000 }));
    client.send(headers(1, post(), false), data(1, 'x'.repeat(600)), data(1, 'x'.repeat(600)));
    expect(client.answer(1)).toMatchObject({ isEnded: true, reset: ERROR.NO_ERROR });
    expect(client.answer(1).fields[':status']).toBe('413');
  });

  it('are answered: lists that are larger than the limit, and the table goes on', () => {
    const client = new Client(benchOf(ok));
    const indexed = Uint8Array.of(0x40, 1, 0x61, 1, 0x62);
    const large = block(get('/', ['x', 'y'.repeat(15_200)], ['z', 'y'.repeat(1000)]));
    const fragment = Uint8Array.from([...large, ...indexed]);
    const rest = { isEnd: true, dependency: undefined, padding: 0 };
    client.send({ type: 'HEADERS', stream: 1, isWhole: true, fragment, ...rest });
    expect(client.answer(1).fields[':status']).toBe('431');
    client.send({
      ...{ type: 'HEADERS', stream: 3, isWhole: true, ...rest },
      fragment: Uint8Array.from([...block(get()), 0xbe]),
    });
    expect(client.answer(3).fields[':status']).toBe('200');
  });
});

describe('a server that closes', () => {
  it('announces it, answers what is under way, and ends', async () => {
    let answer: (response: Response) => void = () => {};
    const bench = benchOf(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const client = new Client(bench);
    client.request(1).hear();
    bench.server.close();
    const frames = client.hear();
    expect(frames[0]).toMatchObject({ type: 'GOAWAY', last: 0x7fff_ffff, code: ERROR.NO_ERROR });
    // What was on its way is still answered, until the client has heard.
    client.request(3).hear();
    client.send({ ...PING, isAck: true, data: (frames[1] as Frame & { type: 'PING' }).data });
    client.request(5).hear();
    expect(client.goneAway).toMatchObject({ last: 3 });
    expect(bench.server.counters.requests).toBe(2);
    expect(client.connection.hasEnded).toBe(false);
    answer({ status: 200, headers: new Headers() });
    await new Promise((resolve) => setTimeout(resolve, 0));
    bench.poll();
    expect(client.answer(3).isEnded).toBe(true);
    client.send(reset(1)).hear();
    expect(client.connection.hasEnded).toBe(true);
  });

  it('does not wait for who does not answer', () => {
    const bench = benchOf(ok);
    const client = new Client(bench);
    bench.server.close();
    bench.pass(11_000);
    client.hear();
    expect(client.goneAway).toMatchObject({ last: 0 });
    expect(client.connection.hasEnded).toBe(true);
  });

  it('asks for another connection after many requests', () => {
    const bench = benchOf(ok, { requests: 10 });
    const client = new Client(bench);
    for (let stream = 1; stream < 21; stream += 2) client.request(stream).hear();
    expect(client.goneAway).toMatchObject({ last: 0x7fff_ffff, code: ERROR.NO_ERROR });
  });
});
