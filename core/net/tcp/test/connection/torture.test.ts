import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { cubic } from '../../src/congestion/cubic.ts';
import { newReno } from '../../src/congestion/newreno.ts';
import type { TcpFeatures } from '../../src/features.ts';
import type { EndOptions, Link } from '../pair.ts';
import { Pair } from '../pair.ts';
import { Transfer } from './streams.ts';

const RUNS = Number(process.env.ATOLL_TORTURE ?? 60);
const FIRST = Number(process.env.ATOLL_TORTURE_SEED ?? 1);

describe('two connections over a bad link', () => {
  it(`carry every stream through ${RUNS} random links, features and applications`, () => {
    for (let seed = FIRST; seed < FIRST + RUNS; seed++) torture(seed);
  });
});

/** Two random applications over a random link; the seed is in what fails when a stream does not arrive. */
function torture(seed: number): void {
  const random = new Random(seed);
  const link = randomLink(random);
  const sizes = [0, 1, 1000, 20_000, 100_000, 400_000];
  const forth = random.pick(sizes);
  const back = random.pick(sizes);
  const client = randomTransfer(random, forth, back);
  const server = randomTransfer(random, back, forth);
  if (client.endsLast && server.endsLast) return;
  const pair = new Pair(seed, link, [client, randomEnd(random)], [server, randomEnd(random)]);
  pair.open();
  // With a long delay and much loss timers double often.
  const isOver = pair.run(
    20 * 3_600_000,
    () => pair.client.closed !== undefined && pair.server.closed !== undefined,
  );
  const { closed } = pair.client;
  if (closed === 'timeout' && client.sent + client.received === 0) return;
  // Nobody knows whether the last acknowledgment arrived, and a peer that is gone cannot say so.
  for (const end of [pair.client, pair.server]) {
    expect([seed, isOver, end.closed]).toEqual([
      seed,
      true,
      expect.stringMatching(/finished|timeout|reset/),
    ]);
    expect([seed, end.pool.used]).toEqual([seed, 0]);
  }
  expect([seed, client.received, server.received]).toEqual([seed, back, forth]);
}

function randomLink(random: Random): Partial<Link> {
  const delay = random.pick([1, 5, 20, 100, 500, 2000]);
  return {
    delay,
    jitter: random.chance(0.5) ? delay * random.float() : 0,
    reorder: random.pick([0, 0, 0.01, 0.1, 0.5]),
    reorderDelay: delay * random.float() * 2,
    loss: random.pick([0, 0, 0.01, 0.05, 0.1, 0.2]),
    duplicate: random.pick([0, 0, 0.01, 0.1]),
    mtu: random.pick([576, 1280, 1500, 9000]),
    tellsMtu: random.chance(0.5),
    rate: random.pick([Number.POSITIVE_INFINITY, 1000, 100]),
    queueMs: random.pick([Number.POSITIVE_INFINITY, 200, 50]),
  };
}

function randomTransfer(random: Random, total: number, expected: number): Transfer {
  return new Transfer({
    total,
    expected,
    piece: random.pick([1 + Math.floor(total / 500), 1 + Math.floor(total / 40), 0x1_0000]),
    pause: random.pick([0, 0, 1, 30]),
    bite: random.pick([1 + Math.floor(expected / 500), 0x1_0000]),
    rest: random.pick([0, 0, 0, 10, 100]),
    endsLast: random.chance(0.3),
  });
}

function randomEnd(random: Random): EndOptions {
  const off = () => !random.chance(0.25);
  const features: TcpFeatures = {
    windowScaling: off(),
    timestamps: off(),
    sack: off(),
    rack: off(),
    delayedAck: off(),
    nagle: off(),
    autoTuning: off(),
    pacing: off(),
    congestion: random.pick([cubic, newReno]),
  };
  return {
    features,
    mss: random.pick([536, 1220, 1460, 8960]),
    initialSequence: random.below(2 ** 32),
    mostPayload: random.pick([0, 0, 16_384, 65_536]),
    userTimeoutMs: Number.POSITIVE_INFINITY,
    blocks: random.pick([64, 256, 4096]),
    ...(random.chance(0.3)
      ? { buffers: { receive: 500 + random.below(20_000), mostReceive: 20_000, send: 4096 } }
      : {}),
  };
}
