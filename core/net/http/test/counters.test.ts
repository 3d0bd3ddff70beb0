import { describe, expect, it } from 'vitest';
import { readBody } from '../src/body.ts';
import { http2 } from '../src/http2/http2.ts';
import type { BodyStream, Handler, Response } from '../src/message.ts';
import { Client, data, headers, post } from './http2/client.ts';
import type { FakeConnection } from './kit.ts';
import { Bench } from './kit.ts';

const LIMITS = { body: 4 };
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

interface Begun {
  readonly connection: FakeConnection;
  /** Sends the rest of the body, which is then longer than the limit. */
  finish(): void;
}

/** Each sends a request whose body is not over. */
const VERSIONS: Record<string, (bench: Bench) => Begun> = {
  'HTTP/1.1': (bench) => {
    const connection = bench.connect();
    connection.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n');
    return { connection, finish: () => connection.send('4\r\nllo!\r\n0\r\n\r\n') };
  },
  'HTTP/2': (bench) => {
    const client = new Client(bench);
    client.send(headers(1, post(), false), data(1, 'he'));
    const { connection } = client;
    return { connection, finish: () => client.send(data(1, 'llo!', true)) };
  },
};

function benchOf(handler: Handler): Bench {
  return new Bench(handler, LIMITS, [http2({ streams: 10 })]);
}

/** What the server of `bench` has counted once it did all it can do. */
async function counted(bench: Bench) {
  await settled();
  bench.poll();
  const { requests, refusals, responses } = bench.server.counters;
  return { requests, refusals, responses: [...responses] };
}

describe.each(Object.entries(VERSIONS))('a request of %s counts once', (_, begin) => {
  it('when it was refused before the handler answered', async () => {
    const bench = benchOf(async ({ body }) => {
      const read = await readBody(body, 1000);
      return { status: read.ok ? 200 : 422 };
    });
    begin(bench).finish();
    expect(await counted(bench)).toEqual({ requests: 1, refusals: 1, responses: [[413, 1]] });
  });

  it('when the handler answers after its time', async () => {
    let answer: ((response: Response) => void) | undefined;
    const bench = benchOf(() => new Promise((resolve) => (answer = resolve)));
    begin(bench);
    bench.pass(120_000);
    answer?.({ status: 200 });
    expect(await counted(bench)).toEqual({ requests: 1, refusals: 1, responses: [[503, 1]] });
  });

  it('when the rest of it comes to be refused after the answer', async () => {
    const endless: BodyStream = { start: () => ({ onWritable: () => {} }) };
    const bench = benchOf(({ body }) => {
      void readBody(body, 1000);
      return { status: 200, body: endless };
    });
    begin(bench).finish();
    expect(await counted(bench)).toEqual({ requests: 1, refusals: 0, responses: [[200, 1]] });
  });

  it('when nobody is left to hear the answer', async () => {
    let answer: ((response: Response) => void) | undefined;
    const bench = benchOf(() => new Promise((resolve) => (answer = resolve)));
    begin(bench).connection.close('reset');
    answer?.({ status: 200 });
    expect(await counted(bench)).toEqual({ requests: 1, refusals: 0, responses: [[200, 1]] });
  });
});
