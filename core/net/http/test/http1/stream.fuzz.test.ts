import { encodeLatin1 } from '@atoll/bytes/latin1';
import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { transcript } from './transcript.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 3000);

const STREAMS = [
  'GET /a?b HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\nGET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello\r\nGET / HTTP/1.1\r\nHost: b\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0A\r\n0123456789\r\n0\r\nT: u\r\n\r\n' +
    'HEAD http://b/c HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n',
  'PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n0\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n',
].map(encodeLatin1);

it(`makes the same of ${RUNS} damaged streams however they are cut`, { timeout: 600_000 }, () => {
  const random = new Random(9112);
  let understood = 0;
  for (let run = 0; run < RUNS; run++) {
    const whole = random.pick(STREAMS);
    const bytes = random.chance(0.2) ? whole : mutate(random, whole);
    const expected = transcript([bytes]);
    if (expected.length > 1) understood++;
    const pieces = cut(random, bytes);
    expect(transcript(pieces), `run ${run}: ${JSON.stringify(pieces.map(String))}`).toEqual(
      expected,
    );
  }
  expect(understood).toBeGreaterThan(RUNS / 5);
});

it('makes the same of streams that come octet by octet', () => {
  for (const bytes of STREAMS) {
    const octets = Array.from(bytes, (octet) => Uint8Array.of(octet));
    expect(transcript(octets)).toEqual(transcript([bytes]));
    expect(transcript([bytes]).length).toBeGreaterThan(1);
  }
});

function cut(random: Random, bytes: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const longest = random.pick([1, 3, 20, 100]);
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + random.below(longest);
    pieces.push(bytes.slice(at, end));
    at = end;
  }
  return pieces;
}
