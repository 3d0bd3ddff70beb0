import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { emitDomains, readDomains } from '../src/packet.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 5000);

it(`takes ${RUNS} damaged lists`, { timeout: 600_000 }, () => {
  const random = new Random(1035);
  const seeds = [['lan'], ['lan', 'office.example'], ['a'.repeat(63), 'x.y.z', 'b_c']];
  let read = 0;
  for (let run = 0; run < RUNS; run++) {
    const bytes = mutate(random, emitDomains(random.pick(seeds)));
    const start = random.chance(0.5) ? 0 : random.below(bytes.length + 1);
    const { domains, end } = readDomains(bytes, start, bytes.length);
    const again = emitDomains(domains);
    if (again.length !== end - start) throw new Error('a part was read twice, or not at all');
    read += domains.length;
  }
  expect(read).toBeGreaterThan(RUNS / 10);
});
