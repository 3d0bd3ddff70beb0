import { decodeLatin1, encodeLatin1 } from '@atoll/bytes/latin1';
import type { TcpConnection } from '@atoll/device/socket';
import { fastHeads } from '@atoll/http/fast';
import { Headers } from '@atoll/http/headers';
import type { Limits } from '@atoll/http/limits';
import { DEFAULT_LIMITS } from '@atoll/http/limits';
import type { Request } from '@atoll/http/message';
import { HttpServer } from '@atoll/http/server';
import { StaticFile } from '@atoll/http/static';
import { Logger } from '@atoll/log/log';
import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeFastPaths } from '../src/fast.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 3000);

/** Heads that the fast path takes; its rules end where these are damaged. */
const HEADS = [
  'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /a/b%20c?d=e?f HTTP/1.1\r\nHost: A.example:8080\r\nAccept-Encoding: gzip, br\r\n\r\n',
  'HEAD /x? HTTP/1.1\r\nX-A: \t b \u00a0\r\nx-a:c\r\nhost:10.0.0.2\r\nConnection: Keep-Alive\r\n\r\n',
  'DELETE /~a HTTP/1.1\r\nHost: b.\r\nIf-Match: "x"\r\nIf-Range: "y"\r\nRange: bytes=0-1\r\nA:\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: \xff\xfe\r\nCookie: a=b\r\nReferer: c\r\nConnection: keep-alive\r\n\r\n',
];
/** And some that it leaves alone. */
const OTHERS = [
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc',
  'GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: [::1]\r\nConnection: close\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n',
  'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /#f HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n',
  'GET / HTTP/1.1\r\n\r\n',
  'GET / HTTP/1.0\r\nHost: a\r\n\r\n',
  `GET / HTTP/1.1\r\nHost: a\r\nA: ${'b'.repeat(5000)}\r\n\r\n`,
];
const LIMITS: readonly Partial<Limits>[] = [
  {},
  { requestLine: 20 },
  { fieldBytes: 30 },
  { fields: 2 },
];

describe('fastHeads', () => {
  let heads: ReturnType<typeof fastHeads>;
  beforeAll(async () => {
    heads = fastHeads(await nodeFastPaths(['http']));
  });

  it('takes what it is for, and nothing else', () => {
    for (const head of HEADS) {
      const bytes = encodeLatin1(`${head}GET`);
      expect(heads.read(bytes, DEFAULT_LIMITS), head).toBeDefined();
      expect(heads.used).toBe(head.length);
      for (let length = 0; length < head.length; length++) {
        expect(heads.read(bytes.subarray(0, length), DEFAULT_LIMITS)).toBeUndefined();
      }
    }
    for (const other of OTHERS) {
      expect(heads.read(encodeLatin1(other), DEFAULT_LIMITS), other).toBeUndefined();
    }
  });

  it('says of each field that is looked for whether it may be there', () => {
    for (const name of [
      'If-None-Match',
      'if-unmodified-since',
      'If-Range',
      'RANGE',
      'Accept-Encoding',
    ]) {
      const text = `GET / HTTP/1.1\r\nHost: a\r\n${name}: x\r\n\r\n`;
      const found = heads.read(encodeLatin1(text), DEFAULT_LIMITS);
      const bits = [1, 2, 4].filter((bit) => found?.headers.mayHave(bit));
      expect(bits, name).toHaveLength(1);
      expect(found?.headers.get(name)).toBe('x');
    }
  });

  it(`has a server say the same as without it, of ${RUNS} damaged requests`, () => {
    const random = new Random(9112);
    for (let run = 0; run < RUNS; run++) {
      const limits = random.chance(0.7) ? {} : random.pick(LIMITS);
      const pieces = Array.from({ length: 1 + random.below(3) }, () => {
        const whole = encodeLatin1(random.pick(random.chance(0.8) ? HEADS : OTHERS));
        return decodeLatin1(random.chance(0.4) ? whole : mutate(random, whole));
      });
      const bytes = encodeLatin1(pieces.join(''));
      const note = `run ${run}: ${JSON.stringify(pieces)}`;
      expect(answers(bytes, { limits, heads }), note).toEqual(answers(bytes, { limits }));
    }
  });
});

const FILE = new StaticFile({ path: 'f', type: 'x/y', digest: 'x', content: encodeLatin1('file') });

/** All that a server writes when it is sent `bytes`, and what its log says. */
function answers(
  bytes: Uint8Array,
  options: { limits: Partial<Limits>; heads?: ReturnType<typeof fastHeads> },
): { text: string; log: readonly string[]; hasEnded: boolean } {
  const connection = new Fake(bytes);
  const log: string[] = [];
  const server = new HttpServer({
    ...options,
    handler,
    clock: { monotonic: () => 0, wall: () => 0 },
    log: new Logger((_, line) => log.push(line), 'debug'),
    wake: () => {},
  });
  server.accept(connection).onReadable();
  while (server.poll(0) <= 0);
  return { text: connection.written, log, hasEnded: connection.hasEnded };
}

/** A file for some requests; others hear what they said. */
function handler(request: Request) {
  if (request.path.length % 2 === 1) return FILE.respond(request, 0);
  const { method, authority, path, query, headers, body, protocol } = request;
  const seen = [method, authority, path, query, protocol, body.length, headers.get('x-a')];
  const text = JSON.stringify([...seen, headers.all('x-a'), headers.size, headers.toString()]);
  return { status: 200, headers: new Headers({ 'content-type': 'a/b' }), body: encodeLatin1(text) };
}

/** A connection with a peer that sent everything at once, and takes everything. */
class Fake implements TcpConnection {
  readonly local = { address: 1, port: 80 };
  readonly remote = { address: 2, port: 40_000 };
  readonly isFinished = false;
  readonly room = 1_000_000;
  noDelay = false;
  keepAliveMs = 0;
  written = '';
  hasEnded = false;
  #unread: Uint8Array;

  constructor(unread: Uint8Array) {
    this.#unread = unread;
  }

  peek(): Uint8Array {
    return this.#unread;
  }

  consume(count: number): void {
    this.#unread = this.#unread.subarray(count);
  }

  write(bytes: Uint8Array): number {
    this.written += decodeLatin1(bytes);
    return bytes.length;
  }

  end(): void {
    this.hasEnded = true;
  }

  abort(): void {}
}
