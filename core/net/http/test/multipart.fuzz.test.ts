import { decodeLatin1, encodeLatin1 } from '@atoll/bytes/latin1';
import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { partsIn } from './parts.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 3000);

const FORM = encodeLatin1(
  '--bb\r\nContent-Disposition: form-data; name="a"\r\n\r\nhello\r\n-\r\n--b\r\n\r\n--bb\r\n' +
    'Content-Disposition: form-data; name="f"; filename="g"\r\nContent-Type: a/b\r\n\r\n\r\n--bb--\r\n',
);

it(`makes the same of ${RUNS} damaged forms however they are cut`, { timeout: 600_000 }, () => {
  const random = new Random(7578);
  let whole = 0;
  for (let run = 0; run < RUNS; run++) {
    const text = decodeLatin1(random.chance(0.1) ? FORM : mutate(random, FORM));
    const expected = partsIn('bb', [text]);
    if (expected.at(-1) === 'end') whole++;
    const pieces: string[] = [];
    for (let at = 0; at < text.length; ) {
      const end = at + 1 + random.below(20);
      pieces.push(text.slice(at, end));
      at = end;
    }
    const found = partsIn('bb', pieces);
    // What came before a failure in the same piece is not told.
    const isFailure = !/^(?:end|the form is not whole)$/.test(expected.at(-1) ?? '');
    if (isFailure) expect(found.at(-1), JSON.stringify(pieces)).toBe(expected.at(-1));
    else expect(found, JSON.stringify(pieces)).toEqual(expected);
  }
  expect(whole).toBeGreaterThan(RUNS / 10);
});
