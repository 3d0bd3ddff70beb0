import { encodeLatin1 } from '@atoll/bytes/latin1';
import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { Headers } from '../../src/headers.ts';
import { ClientEngine } from '../../src/http1/client-engine.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 3000);
const LIMITS = { statusLine: 100, fieldBytes: 500, fields: 10 };

const RESPONSES = [
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nA: b\r\n\r\nhello',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n3;a\r\nabc\r\n0\r\nT: u\r\n\r\n',
  'HTTP/1.0 404 Not Found\r\n\r\nhello',
  'HTTP/1.1 304\r\nETag: "a"\r\n\r\n',
].map(encodeLatin1);

/** What a client makes of a response that comes in `pieces`, and then nothing more. */
function outcome(pieces: readonly Uint8Array[]): string {
  const engine = new ClientEngine(LIMITS);
  engine.request('GET', '/', 'a', new Headers(), 0);
  let body = '';
  for (const piece of pieces) {
    for (let at = 0, steps = 0; at < piece.length; steps++) {
      if (steps > 3 * piece.length + 10) throw new Error('it goes on and on');
      const rest = piece.subarray(at);
      if (engine.phase === 'failed' || engine.phase === 'received') break;
      if (engine.phase === 'body' && engine.payload > 0) {
        const count = Math.min(rest.length, engine.payload);
        body += String.fromCharCode(...rest.subarray(0, count));
        engine.take(count);
        at += count;
      } else {
        at += engine.receive(rest);
      }
    }
  }
  if (engine.phase !== 'received') engine.receiveEnd();
  const { failure, response, trailers } = engine;
  return failure ?? JSON.stringify([response?.status, `${response?.headers}`, body, `${trailers}`]);
}

it(`makes the same of ${RUNS} damaged responses however they are cut`, { timeout: 600_000 }, () => {
  const random = new Random(9112);
  let understood = 0;
  for (let run = 0; run < RUNS; run++) {
    const whole = random.pick(RESPONSES);
    const bytes = random.chance(0.2) ? whole : mutate(random, whole);
    const expected = outcome([bytes]);
    if (expected.startsWith('[')) understood++;
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; ) {
      const end = at + 1 + random.below(random.pick([1, 5, 50]));
      pieces.push(bytes.slice(at, end));
      at = end;
    }
    expect(outcome(pieces), `run ${run}: ${pieces.join('|')}`).toBe(expected);
  }
  expect(understood).toBeGreaterThan(RUNS / 5);
});
