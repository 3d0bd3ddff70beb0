import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { parseChain } from '../src/chain.ts';
import { parseAuthorization, parseDirectory, parseOrder } from '../src/packet.ts';
import { parseProblem } from '../src/problem.ts';
import { emitRecord, parseRecord } from '../src/record.ts';
import { parseRenewalInfo } from '../src/renewal.ts';
import { ALGORITHMS, HOUR, MINUTE, World } from './world.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 5000);
const SEED = Number(process.env.ATOLL_SEED ?? 8555);
const RULES = { allowsHttp: false };

/** One answer of each kind. */
function answers(): Map<string, Uint8Array> {
  const world = new World();
  world.ca.window = { start: '2027-01-16T00:00:00Z', end: '2027-01-17T00:00:00Z' };
  const seen = new Map<string, Uint8Array>();
  world.ca.tamper = (name, answer) => {
    if (!seen.has(name)) seen.set(name, answer.body);
    return answer;
  };
  world.run(12 * HOUR);
  seen.set('record', world.disk ?? new Uint8Array());
  return seen;
}

it(`takes ${RUNS} damaged answers`, { timeout: 600_000 }, () => {
  const random = new Random(SEED);
  const seeds = [...answers()].filter(([, body]) => body.length > 0);
  let taken = 0;
  for (let run = 0; run < RUNS; run++) {
    const [name, body] = random.pick(seeds);
    const damaged = mutate(random, body);
    const { text } = parseProblem(damaged);
    expect(text.length).toBeLessThanOrEqual(300);
    const parsers = [parseDirectory, parseOrder, parseAuthorization, parseRenewalInfo];
    for (const parse of parsers) {
      const parsed = parse(damaged, RULES);
      if (parsed.ok) taken++;
      else expect(parsed.error.blame).toBe('peer');
    }
    if (name === 'certificate' && parseChain(damaged).ok) taken++;
    if (name !== 'record') continue;
    const record = parseRecord(damaged, ALGORITHMS);
    if (record.ok) expect(parseRecord(emitRecord(record.value), ALGORITHMS)).toEqual(record);
    else expect(record.error.blame).toBe('config');
  }
  expect(taken).toBeGreaterThan(RUNS / 50);
});

it('lives through authorities that damage every third answer', { timeout: 600_000 }, () => {
  for (let seed = SEED; seed < SEED + Math.ceil(RUNS / 500); seed++) {
    const random = new Random(seed);
    const world = new World({}, seed);
    world.ca.window = { start: '2027-01-16T00:00:00Z', end: '2027-01-17T00:00:00Z' };
    let damages = true;
    world.ca.tamper = (_, answer) => {
      if (!damages || !random.chance(1 / 3)) return answer;
      const status = random.pick([answer.status, 200, 201, 400, 404, 429, 503]);
      return { ...answer, status, body: mutate(random, answer.body) };
    };
    world.run(30 * HOUR);
    const { failures } = world.state.record;
    damages = false;
    world.run(31 * HOUR);
    expect([seed, failures, world.certificate !== undefined]).toEqual([seed, failures, true]);
    expect(world.ca.seen.length).toBeLessThan(2000);
    world.run(MINUTE);
  }
});
