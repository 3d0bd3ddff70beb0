import { describe, expect, it } from 'vitest';
import type { Feature } from './meeting.ts';
import { FEATURES, play } from './meeting.ts';
import { chainMs } from './model.ts';
import { expectedMs, modelOf, scenario } from './scenario.ts';

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
    let sum = 0;
    let count = 0;
    for (let seed = FIRST_SEED; seed < FIRST_SEED + PATHS; seed++) {
      const experiment = scenario(seed, without);
      const expected = expectedMs(experiment);
      const chain = Math.min(chainMs(modelOf(experiment), ODDS), LONGEST_CHAIN_MS);
      const most = PATIENCE * expected + chain;
      const { client, server, tookMs } = play(experiment, most + LONGEST_CHAIN_MS);
      const about = JSON.stringify(experiment);
      // Nothing is faster than its link.
      const { mbps } = experiment.forth;
      const least = mbps === undefined ? 0 : experiment.client.size / (mbps * 125);
      expect(tookMs, about).toBeGreaterThanOrEqual(least);
      expect(tookMs, about).toBeLessThanOrEqual(most);
      for (const { stack } of [client, server]) expect(stack.tcpHost.usedMemory).toBe(0);
      if (expected === 0) continue;
      sum += Math.log(tookMs / expected);
      count++;
    }
    if (count >= ENOUGH) expect(Math.exp(sum / count)).toBeLessThan(USUALLY);
  });
});

/**
 * How much longer than by the model it may take, apart from what is lost again and again: one transfer in
 * so many waits longer than `chainMs` says. Then the end of the connection has time.
 */
const PATIENCE = 8;
const ODDS = 1e6;
const LONGEST_CHAIN_MS = 120_000;
/** The geometric mean of how long it takes by the model, when there are so many paths. */
const USUALLY = 0.8;
const ENOUGH = 25;
