import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { MessageStream } from '../src/framing.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 5000);
const LIMIT = 1000;

it(`takes ${RUNS} pieces of streams of any octets`, { timeout: 600_000 }, () => {
  const random = new Random(7766);
  let stream = new MessageStream(LIMIT);
  let pushed = 0;
  let found = 0;
  for (let run = 0; run < RUNS; run++) {
    const bytes = random.bytes(random.below(200));
    // Lengths that are mostly possible, so that a stream goes on for a while.
    for (let at = 0; at < bytes.length; at += 2) bytes[at] &= 1;
    pushed += bytes.length;
    const result = stream.push(bytes);
    if (!result.ok) {
      expect(stream.push(new Uint8Array(20))).toEqual(result);
      stream = new MessageStream(LIMIT);
      pushed = 0;
      continue;
    }
    found += result.value.length;
    const octets = result.value.reduce((sum, one) => sum + one.length, 0);
    if (octets > pushed) throw new Error(`${octets} octets of ${pushed}`);
    if (stream.pending >= LIMIT + 2) throw new Error(`${stream.pending} octets wait`);
  }
  expect(found).toBeGreaterThan(RUNS / 20);
});
