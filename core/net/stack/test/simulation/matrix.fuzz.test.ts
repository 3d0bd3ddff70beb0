import { describe, expect, it } from 'vitest';
import type { Feature } from './meeting.ts';
import { FEATURES, play } from './meeting.ts';
import { expectedMs, scenario } from './scenario.ts';

/** One path for each row and 10,000 inputs; `ATOLL_SEED` is the first of their seeds. */
const { ATOLL_FUZZ, ATOLL_SEED = '1' } = process.env;
const PATHS = ATOLL_FUZZ === undefined ? 30 : Math.ceil(Number(ATOLL_FUZZ) / 10_000);
const FIRST_SEED = Number(ATOLL_SEED);

type Without = readonly [what: string, client: readonly Feature[], server: readonly Feature[]];

const ROWS: Without[] = [
  ['everything', [], []],
  ['nothing of it', FEATURES, FEATURES],
  ...FEATURES.flatMap((feature): Without[] => [
    [`${feature} off at the client`, [feature], []],
    [`${feature} off at the server`, [], [feature]],
    [`${feature} off`, [feature], [feature]],
  ]),
];

describe('streams over any path arrive intact and in time', () => {
  it.each(ROWS)('with %s', (_, ...without) => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + PATHS; seed++) {
      const experiment = scenario(seed, without);
      const expected = expectedMs(experiment);
      const { client, server, tookMs } = play(experiment, PATIENCE_MS + PATIENCE * expected);
      // Nothing is faster than its link.
      const { mbps } = experiment.forth;
      const least = mbps === undefined ? 0 : experiment.client.size / (mbps * 125);
      expect(tookMs, JSON.stringify(experiment)).toBeGreaterThanOrEqual(least);
      for (const { stack } of [client, server]) expect(stack.tcpHost.usedMemory).toBe(0);
    }
  });
});

/**
 * How much longer than by the model it may take. Models tell of the mean: when a SYN or the last segment
 * is lost some times, nothing but ever longer timeouts finds out.
 */
const PATIENCE = 10;
const PATIENCE_MS = 120_000;
