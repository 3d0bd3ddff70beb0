import { encodeLatin1 } from '@atoll/bytes/latin1';
import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { Decoder } from '../../../src/http2/hpack/decoder.ts';
import { block, get } from '../client.ts';
import { huffmanEncode } from './huffman-code.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 3000);
const SEED = Number(process.env.ATOLL_SEED ?? 1);
const LIMITS = { fieldBytes: 1000, fields: 20 };

const word = huffmanEncode(encodeLatin1('/some/path?with=what'));
const BLOCKS: readonly Uint8Array[] = [
  block(get('/', ['cookie', 'a=b'])),
  Uint8Array.of(0x82, 0x86, 0x84, 0xbe, 0xbf, 0xc0),
  Uint8Array.from([0x82, 0x44, 0x80 | word.length, ...word]),
  Uint8Array.of(0x20, 0x3f, 0xe1, 0x1f, 0x40, 1, 0x61, 1, 0x62, 0x7e, 2, 0x63, 0x64),
];

it(`keeps within its limits through ${RUNS} damaged blocks`, () => {
  const random = new Random(SEED);
  let decoder = new Decoder(LIMITS);
  let understood = 0;
  for (let run = 0; run < RUNS; run++) {
    const bytes = mutate(random, random.pick(BLOCKS));
    const problem = decoder.decode(bytes);
    const size = decoder.fields.reduce((sum, field) => sum + field.size, 0);
    expect(size, `seed ${SEED}, run ${run}`).toBeLessThanOrEqual(LIMITS.fieldBytes);
    expect(decoder.fields.length).toBeLessThanOrEqual(LIMITS.fields);
    if (problem === undefined) understood++;
    else decoder = new Decoder(LIMITS);
  }
  expect(understood).toBeGreaterThan(RUNS / 10);
});
