import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { type ClientOutput, Dhcpv6Client } from '../../src/client/engine.ts';
import { OPTION, type Option, STATUS } from '../../src/option.ts';
import { type Dhcpv6Message, emitMessage, parseMessage } from '../../src/packet.ts';
import {
  ADDRESS,
  association,
  CONFIGURATION,
  complaint,
  DUID,
  lent,
  OTHER_SERVER,
  RAPID_COMMIT,
  reply,
  SERVER,
  T,
} from './kit.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 5000);

/**
 * Servers that answer what the client really asked, with everything that a server may say and a lot
 * that it may not. Whatever comes, the client's promises hold.
 */
it(`takes ${RUNS} damaged answers`, { timeout: 600_000 }, () => {
  const random = new Random(8415);
  const client = new Dhcpv6Client({ duid: DUID, entropy: random, startDelayMs: 0 });
  let asked: Dhcpv6Message | undefined;
  let now = 0;
  let inUse = false;
  let bound = 0;

  function check({ send, events }: ClientOutput): void {
    for (const { payload } of send) {
      const result = parseMessage(payload);
      if (!result.ok) throw new Error(result.error.reason);
      if (payload.length > 1000) throw new Error('too long a message');
      asked = result.value;
    }
    if (send.length > 4 || events.length > 12) throw new Error('too much at once');
    for (const event of events) {
      if (event.kind === 'configured') continue;
      if ((event.kind === 'bound') === inUse) throw new Error(`${event.kind} out of turn`);
      if (event.kind === 'bound') bound++;
      inUse = event.kind !== 'lost';
      const { addresses, renewAt, rebindAt, configuration } = event.lease;
      if (addresses.length === 0 || addresses.length > 8) throw new Error('no or many addresses');
      if (!(renewAt <= rebindAt)) throw new Error('times out of order');
      if (configuration.dnsServers.length > 8) throw new Error('a list without end');
    }
    if ((client.lease !== undefined) !== inUse) throw new Error('an event is missing');
    for (const { validUntil } of client.lease?.addresses ?? []) {
      if (validUntil <= now) throw new Error('an address outlived its end');
    }
    if (client.nextTimeout <= now) throw new Error('a timeout was left behind');
  }

  check(client.start('stateful', now));
  for (let run = 0; run < RUNS; run++) {
    if (client.state === 'stopped') {
      check(client.start(random.chance(0.1) ? 'stateless' : 'stateful', now));
    }
    now += random.below(random.chance(0.02) ? 10_000_000 : 2000);
    if (random.chance(0.1)) now = Math.min(client.nextTimeout, now + 1e9);
    check(client.handleTimeout(now));
    if (random.chance(0.005)) check(client.release(now));
    if (random.chance(0.01)) check(client.handleLinkUp(now));
    if (random.chance(0.005)) check(client.handleConflict(ADDRESS, now));
    if (asked === undefined) throw new Error('nothing was asked for');
    const bytes = emitMessage(answer(random, asked));
    const result = parseMessage(random.chance(0.7) ? mutate(random, bytes) : bytes);
    if (result.ok) check(client.handle(result.value, now));
  }
  expect(bound).toBeGreaterThan(RUNS / 100);
});

function answer(random: Random, asked: Dhcpv6Message): Dhcpv6Message {
  const valid = random.pick([0, 1, 60, 4000, 0xffff_ffff]);
  const addresses = [lent(ADDRESS, valid), lent(ADDRESS + BigInt(random.below(20)), 4000)];
  const status = { code: random.pick([0, 0, 0, 0, STATUS.NO_BINDING, 2]), message: '' };
  const t1 = random.pick([0, 0, 1, 1800, 0xffff_ffff]);
  const options: Option[] = [association({ addresses, status, t1 }), ...CONFIGURATION];
  if (random.chance(0.5)) options.push(RAPID_COMMIT);
  if (random.chance(0.2)) options.push({ code: OPTION.PREFERENCE, data: Uint8Array.of(255) });
  if (random.chance(0.05)) options.push(complaint(random.below(6)));
  if (random.chance(0.1)) options.push({ code: OPTION.SOL_MAX_RT, data: random.bytes(4) });
  const server = random.chance(0.9) ? SERVER : OTHER_SERVER;
  const type = asked.type === T.SOLICIT && random.chance(0.5) ? T.ADVERTISE : T.REPLY;
  return reply(asked, type, options, server);
}
