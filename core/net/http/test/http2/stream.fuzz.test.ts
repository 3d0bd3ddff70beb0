import { encodeLatin1 } from '@atoll/bytes/latin1';
import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { PREFACE } from '../../src/http2/code.ts';
import type { Frame } from '../../src/http2/frame.ts';
import { CASES } from './cases.ts';
import { ACK, block, data, get, headers, octets, post, settings } from './client.ts';
import { transcript } from './transcript.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 3000);
const SEED = Number(process.env.ATOLL_SEED ?? 1);

const HELLO = [encodeLatin1(PREFACE), octets(settings(), ACK)];
const half = block(get('/', ['cookie', 'a=b'], ['cookie', 'c=d']));

/** Connections whose frames are right, each frame by itself. */
const STREAMS: readonly (readonly Uint8Array[])[] = [
  [octets(headers(1, get('/a?b'))), octets(headers(3, get('/c')))],
  [
    octets(headers(1, post('/', ['content-length', '9']), false)),
    octets(headers(3, get())),
    ...['one', 'two', ''].map((text) => octets(data(1, text, text === '', 5))),
    octets(data(1, 'six', true)),
  ],
  [
    octets({ ...headers(1, get()), isWhole: false, fragment: half.slice(0, 9) } as Frame),
    octets({ type: 'CONTINUATION', stream: 1, isWhole: false, fragment: half.slice(9, 30) }),
    octets({ type: 'CONTINUATION', stream: 1, isWhole: true, fragment: half.slice(30) }),
  ],
  [
    octets(headers(1, post(), false)),
    octets(data(1, 'x'.repeat(500))),
    octets({ type: 'WINDOW_UPDATE', stream: 1, increment: 10 }),
    octets({ type: 'PING', isAck: false, data: new Uint8Array(8) }),
    octets({ type: 'PRIORITY', stream: 9, dependency: 1 }),
    octets(headers(1, [['x-sum', '1']])),
    octets(headers(5, post(), false)),
    octets({ type: 'RST_STREAM', stream: 5, code: 8 }),
    octets(settings({ id: 4, value: 1 })),
    octets({ type: 'GOAWAY', last: 0, code: 0, debug: new Uint8Array(3) }),
  ],
  ...CASES.map(({ sent }) => sent.slice(1)).filter(({ length }) => length > 0 && length < 20),
];

it(`makes the same of ${RUNS} damaged connections however they are cut`, () => {
  const random = new Random(SEED);
  let understood = 0;
  for (let run = 0; run < RUNS; run++) {
    const frames = [...random.pick(STREAMS)];
    const damaged = random.below(frames.length);
    if (random.below(5) > 0) frames[damaged] = mutate(random, frames[damaged]);
    if (random.below(3) === 0) frames.splice(random.below(frames.length), 0, random.pick(frames));
    const bytes = joined([...HELLO, ...frames]);
    const expected = transcript([bytes]);
    understood += expected.some((line) => line.startsWith('[')) ? 1 : 0;
    expect(transcript(cut(random, bytes)), `seed ${SEED}, run ${run}`).toEqual(expected);
  }
  expect(understood).toBeGreaterThan(RUNS / 5);
});

it('makes the same of connections that come octet by octet', () => {
  for (const frames of STREAMS) {
    const bytes = joined([...HELLO, ...frames]);
    const octets = Array.from(bytes, (octet) => Uint8Array.of(octet));
    expect(transcript(octets)).toEqual(transcript([bytes]));
  }
});

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => Array.from(piece)));
}

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
