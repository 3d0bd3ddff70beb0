import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { acceptedFormat } from '../src/text.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 5000);

const PARTS = [
  'application/openmetrics-text',
  'text/plain',
  'version=1.0.0',
  'q=0.5',
  'q=1',
  'q=',
  ';',
  ',',
  ' ',
  '"',
  '\0',
  'ü',
];

it(`answers ${RUNS} header fields of any kind`, { timeout: 600_000 }, () => {
  const random = new Random(Number(process.env.ATOLL_SEED ?? 4));
  const found = new Map<string, number>();
  for (let run = 0; run < RUNS; run++) {
    let accept = '';
    for (let count = random.below(20); count > 0; count--) accept += random.pick(PARTS);
    const format = acceptedFormat(accept);
    found.set(format, (found.get(format) ?? 0) + 1);
  }
  expect([...found.keys()].sort()).toEqual(['openmetrics', 'prometheus']);
});
