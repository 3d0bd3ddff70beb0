import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { parseIa } from '../src/identity-association.ts';
import { describeMessage, emitMessage, parseMessage } from '../src/packet.ts';
import { association, CONFIGURATION, complaint, lent, reply, T, World } from './client/kit.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 5000);

it(`takes ${RUNS} damaged messages`, { timeout: 600_000 }, () => {
  const random = new Random(9915);
  const { last } = World.started();
  const two = association({ addresses: [lent(), lent(7n)], t1: 5 });
  const seeds = [
    last,
    reply(last, T.REPLY, [association(), ...CONFIGURATION]),
    reply(last, T.ADVERTISE, [two, complaint(2), ...CONFIGURATION]),
  ].map(emitMessage);
  let parsed = 0;
  let associations = 0;
  for (let run = 0; run < RUNS; run++) {
    const bytes = random.chance(0.1)
      ? random.bytes(random.below(200))
      : mutate(random, random.pick(seeds));
    const result = parseMessage(bytes);
    if (!result.ok) {
      expect(result.error.blame).toBe('peer');
      continue;
    }
    parsed++;
    expect(emitMessage(result.value)).toEqual(bytes);
    if (describeMessage(result.value).length > 20 * bytes.length + 50) throw new Error('too long');
    for (const { data } of result.value.options) {
      const read = parseIa(data);
      if (!read.ok) continue;
      associations++;
      if (read.value.addresses.length * 28 > data.length) throw new Error('too many addresses');
    }
  }
  expect(parsed).toBeGreaterThan(RUNS / 10);
  expect(associations).toBeGreaterThan(RUNS / 100);
});
