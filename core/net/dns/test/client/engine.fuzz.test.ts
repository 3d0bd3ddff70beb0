import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import type { Message } from '../../src/message.ts';
import { emitMessage } from '../../src/packet.ts';
import { RCODE } from '../../src/type.ts';
import { OTHER_UPSTREAM, responseTo, rr, UPSTREAM } from '../kit.ts';
import { type Sent, World } from './world.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 5000);

it(`takes ${RUNS} damaged answers`, { timeout: 600_000 }, () => {
  const random = new Random(1034);
  const world = new World();
  const asked = new Set<number>();
  let counted = 0;
  for (let run = 0; run < RUNS; run++) {
    const host = `h${random.below(30)}.example`;
    const number = world.ask(`${host} ${random.pick(['A', 'AAAA', 'MX'])}`);
    if (typeof number === 'number') asked.add(number);
    const sent = random.chance(0.8) ? world.sent.at(-1) : random.pick(world.sent);
    if (sent === undefined) continue;
    const bytes = emitMessage(answer(random, sent));
    const damaged = random.chance(0.7) ? mutate(random, bytes) : bytes;
    world.deliver(damaged, sent.port, random.chance(0.9) ? sent.to : UPSTREAM);
    if (random.chance(0.1)) world.closed(sent);
    if (random.chance(0.2) && world.engine.nextTimeout < Number.POSITIVE_INFINITY) world.timeout();
    if (random.chance(0.002)) world.engine.setServers([OTHER_UPSTREAM, UPSTREAM], world.now);
    world.drain();
    if (world.sent.length > 200) world.sent.splice(0, 100);

    for (const one of world.finished.splice(0)) {
      if (!asked.delete(one.number)) throw new Error('a lookup ended twice');
      if (one.outcome.ok) {
        counted++;
        const { records } = one.outcome.value;
        if (records.length === 0) throw new Error('an answer without records');
      }
    }
    if (world.open.size > 64 * 12) throw new Error('too many ports');
  }
  while (world.engine.nextTimeout < Number.POSITIVE_INFINITY) world.timeout();
  for (const { number } of world.finished) asked.delete(number);
  expect(asked.size).toBe(0);
  expect(world.open.size).toBe(0);
  expect(counted).toBeGreaterThan(RUNS / 100);
});

function answer(random: Random, { message }: Sent): Message {
  const [{ name, type }] = message.questions;
  const own = {
    ...rr(type === 1 ? 'x. 1 A 192.0.2.1' : type === 28 ? 'x. 1 AAAA ::1' : 'x. 1 MX 1 y.'),
    name,
  };
  return responseTo(
    message,
    random.pick<Partial<Message>>([
      { answers: [own] },
      {
        answers: [
          { ...rr('x. 1 CNAME a.example.'), name },
          rr('a.example. 1 CNAME b.example.'),
          rr('b.example. 1 A 1.2.3.4'),
        ],
      },
      { rcode: RCODE.NXDOMAIN, authorities: [rr('example. 1 SOA a. b. 1 2 3 4 5')] },
      { rcode: RCODE.SERVFAIL },
      { rcode: RCODE.FORMERR, edns: undefined },
      { truncated: true },
    ]),
  );
}
