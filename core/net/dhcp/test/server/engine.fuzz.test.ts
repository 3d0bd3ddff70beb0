import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { OPTION } from '../../src/option.ts';
import { emitMessage, parseMessage } from '../../src/packet.ts';
import {
  ascii,
  asks,
  EVERYBODY,
  hostname,
  ip,
  message,
  requested,
  SERVER,
  server,
  serverId,
  T,
} from '../support.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 5000);
const ADDRESS = ip('192.0.2.105');
const RELAY = ip('10.0.0.1');

const SEEDS = [
  message(T.DISCOVER, 1, { options: [asks(1, 3, 6, 12, 15), hostname('pc')] }),
  message(T.DISCOVER, 2, { giaddr: RELAY, options: [[82, Uint8Array.of(5, 4, 192, 0, 2, 0)]] }),
  message(T.DISCOVER, 3, { options: [[OPTION.RAPID_COMMIT, new Uint8Array(0)]] }),
  message(T.REQUEST, 1, { options: [requested(ADDRESS), serverId()] }),
  message(T.REQUEST, 2, {
    options: [requested(ADDRESS), [OPTION.MAX_MESSAGE_SIZE, Uint8Array.of(5, 0)]],
  }),
  message(T.REQUEST, 3, {
    ciaddr: ADDRESS,
    options: [[OPTION.LEASE_TIME, Uint8Array.of(0, 0, 9, 9)]],
  }),
  message(T.REQUEST, 4, {
    options: [requested(ADDRESS), [81, Uint8Array.of(4, 0, 0, ...ascii('\x02pc\x00'))]],
  }),
  message(T.DECLINE, 1, { options: [requested(ADDRESS), serverId()] }),
  message(T.RELEASE, 1, { ciaddr: ADDRESS, options: [serverId()] }),
  message(T.INFORM, 5, { ciaddr: ADDRESS, options: [[61, ascii('\x00me')]] }),
].map((seed) => emitMessage(seed));

it(`takes ${RUNS} messages of any kind`, { timeout: 600_000 }, () => {
  const random = new Random(1542);
  const dhcp = server({
    ranges: ['192.0.2.100,192.0.2.109', '10.0.0.100,10.0.0.109,255.255.255.0'],
    hosts: ['02:00:00:*:*:02,192.0.2.50,printer', 'id:me,set:x', 'tv,192.0.2.51'],
    options: ['tag:x,23,1', `43,${'x'.repeat(255)}`, '17,/root', '249,0.0.0.0/0,192.0.2.1'],
    domain: 'lan',
    rapidCommit: true,
    maxLeases: 15,
  });
  const live = new Set<number>();
  let now = 0;
  let sent = 0;
  for (let run = 0; run < RUNS; run++) {
    now += random.below(random.chance(0.01) ? 600_000 : 1000);
    const result = parseMessage(mutate(random, random.pick(SEEDS)));
    if (!result.ok) continue;
    const output = dhcp.handle(result.value, random.pick([EVERYBODY, SERVER]), now);
    for (const { kind, address } of output.events) {
      if (live.has(address) !== (kind !== 'added')) throw new Error(`${kind} out of turn`);
      if (kind === 'removed') live.delete(address);
      else live.add(address);
    }
    if (live.size > 15) throw new Error('too many leases');
    if (dhcp.nextTimeout <= now) throw new Error('a timeout was left behind');
    for (const { payload } of output.send) {
      sent++;
      if (payload.length > 1472 || !parseMessage(payload).ok) throw new Error('a broken reply');
    }
  }
  expect(sent).toBeGreaterThan(RUNS / 20);
});
