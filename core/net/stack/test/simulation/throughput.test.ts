import { describe, expect, it } from 'vitest';
import type { PathOptions } from './bottleneck.ts';
import { ENDLESS, goodput } from './measure.ts';
import type { Experiment, Feature } from './meeting.ts';
import { FEATURES } from './meeting.ts';
import { pftk } from './model.ts';
import { modelOf } from './scenario.ts';

/**
 * Measures with each of {@link SEEDS}, and compares the mean with what Reno does on such a path by the model
 * of Padhye et al. Nobody gets more than the link carries.
 */
function compare(experiment: Omit<Experiment, 'seed' | 'client' | 'server'>, ms = 10_000): number {
  const model = modelOf({ ...experiment, ...ENDLESS, seed: 1 });
  let sum = 0;
  for (const seed of SEEDS) {
    const rate = goodput({ ...experiment, seed }, 3000 + 5 * model.rttMs, ms);
    // What came before may have waited behind a gap.
    expect(rate, `seed ${seed}`).toBeLessThanOrEqual(model.rate * (1 + model.rttMs / ms));
    sum += rate;
  }
  return sum / SEEDS.length / pftk(model);
}

/** Its queue holds what the path does, as the rule of thumb is. */
function path(
  mbps: number,
  delay: number,
  options: PathOptions = {},
): Pick<Experiment, 'forth' | 'back'> {
  const back = { mbps, delay, queue: Math.max(2 * delay * mbps * 125, 20_000) };
  return { forth: { ...back, ...options }, back };
}

const SEEDS = process.env.ATOLL_FUZZ === undefined ? [1] : [1, 2, 3, 4, 5];

describe('throughput', () => {
  it.each([0, 0.001, 0.01, 0.05, 0.1, 0.2])('with a loss of %f is what the model says', (loss) => {
    expect(compare(path(10, 20, { loss }))).toBeGreaterThan(0.9);
  });

  const rows: [string, Feature[]][] = FEATURES.map((feature) => [feature, [feature]]);
  it.each([...rows, ['everything', [...FEATURES]] as const])(
    'without %s is so, too',
    (_, names) => {
      const without = [names, names] as const;
      for (const loss of [0, 0.01, 0.05]) {
        expect(compare({ ...path(10, 20, { loss }), without }, 8000), `${loss}`).toBeGreaterThan(
          0.7,
        );
      }
    },
  );

  it.each([1, 10, 50, 200, 500])('uses the link at a delay of %i ms', (delay) => {
    expect(compare(path(5, delay), 10_000 + 20 * delay)).toBeGreaterThan(0.85);
  });

  it.each([1, 10, 100])('uses a link of %i Mbit/s', (mbps) => {
    expect(compare(path(mbps, 10), 3000)).toBeGreaterThan(0.9);
  });

  it.each([
    [576, false],
    [1280, true],
    [1500, true],
    [9000, false],
    [9000, true],
  ])('uses a link with an MTU of %i (IPv6: %s)', (mtu, isIpv6) => {
    expect(compare({ ...path(10, 20), mtu, isIpv6 })).toBeGreaterThan(0.9);
  });

  it.each([
    ['a queue of ten packets', { queue: 15_000 }, 0.6],
    ['a queue of a second', { queue: 1_250_000 }, 0.9],
    ['a twentieth doubled', { duplicate: 0.05 }, 0.8],
    ['a twentieth ahead of others', { reorder: 0.05 }, 0.8],
    ['delays that vary by a quarter', { jitter: 5 }, 0.8],
    ['a hundredth damaged', { corrupt: 0.01 }, 0.9],
  ])('with %s is not far from it', (_, options, least) => {
    expect(compare(path(10, 20, options))).toBeGreaterThan(least);
  });

  it('hardly depends on the acknowledgments that are lost', () => {
    const { forth } = path(10, 20);
    expect(compare({ forth, back: { ...forth, loss: 0.2 } })).toBeGreaterThan(0.9);
  });
});
