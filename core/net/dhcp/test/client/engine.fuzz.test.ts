import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { expect, it } from 'vitest';
import { type ClientOutput, DhcpClient } from '../../src/client/engine.ts';
import { OPTION } from '../../src/option.ts';
import { type DhcpMessage, emitMessage, parseMessage } from '../../src/packet.ts';
import { ascii, SERVER, T, u32 } from '../support.ts';
import { ADDRESS, MAC, OTHER_SERVER, reply } from './kit.ts';

const RUNS = Number(process.env.ATOLL_FUZZ ?? 5000);

/**
 * Servers that answer what the client really asked, with everything that a server may say and a lot
 * that it may not. Whatever comes, the client's promises hold.
 */
it(`takes ${RUNS} damaged answers`, { timeout: 600_000 }, () => {
  const random = new Random(2131);
  const client = new DhcpClient({
    mac: MAC,
    entropy: random,
    remembered: ADDRESS,
    rapidCommit: true,
    startDelayMs: 0,
  });
  let asked: DhcpMessage | undefined;
  let now = 0;
  let inUse = 0;
  let bound = 0;

  function check({ send, events }: ClientOutput): void {
    for (const { payload } of send) {
      const result = parseMessage(payload);
      if (!result.ok) throw new Error(result.error.reason);
      asked = result.value;
    }
    // The client catches up with the clock in one call, so a lease may begin and end here.
    if (send.length > 3 || events.length > 3) throw new Error('too much at once');
    for (const { kind, lease } of events) {
      if (kind === 'probe') continue;
      if ((kind === 'bound') !== (inUse === 0)) throw new Error(`${kind} out of turn`);
      if (kind !== 'bound' && lease.address !== inUse) throw new Error('the address changed');
      if (kind === 'bound') bound++;
      inUse = kind === 'lost' ? 0 : lease.address;
      const { renewAt, rebindAt, until, routers, routes, searchDomains } = lease;
      if (!(renewAt <= rebindAt && rebindAt <= until)) throw new Error('times out of order');
      if (routers.length > 64 || routes.length > 64 || searchDomains.length > 8) {
        throw new Error('a list without end');
      }
    }
    if ((client.lease?.address ?? 0) !== inUse) throw new Error('an event is missing');
    if ((client.lease?.until ?? Number.POSITIVE_INFINITY) <= now)
      throw new Error('it outlived its end');
    if (client.nextTimeout <= now) throw new Error('a timeout was left behind');
  }

  check(client.start(now));
  for (let run = 0; run < RUNS; run++) {
    if (client.state === 'stopped') check(client.start(now));
    now += random.below(random.chance(0.02) ? 10_000_000 : 2000);
    if (random.chance(0.1)) now = Math.min(client.nextTimeout, now + 1e9);
    check(client.handleTimeout(now));
    if (random.chance(0.005)) check(client.release(now));
    if (random.chance(0.005)) check(client.handleLinkUp(now));
    if (random.chance(0.005)) check(client.handleConflict(inUse, now));
    if (asked === undefined) throw new Error('nothing was asked for');
    const bytes = emitMessage(answer(random, asked), 1472);
    const result = parseMessage(random.chance(0.8) ? mutate(random, bytes) : bytes);
    if (result.ok) check(client.handle(result.value, random.pick([SERVER, OTHER_SERVER, 0]), now));
  }
  expect(bound).toBeGreaterThan(RUNS / 100);
});

function answer(random: Random, asked: DhcpMessage): DhcpMessage {
  const type =
    asked.type === T.DISCOVER
      ? random.pick([T.OFFER, T.OFFER, T.ACK])
      : random.pick([T.ACK, T.ACK, T.NAK]);
  const requested = asked.options.get(OPTION.REQUESTED_ADDRESS);
  const yiaddr =
    asked.ciaddr ||
    (requested === undefined
      ? ADDRESS
      : new DataView(requested.buffer, requested.byteOffset).getUint32(0));
  return reply(asked, type, { yiaddr }, [
    [OPTION.SERVER_IDENTIFIER, asked.options.get(OPTION.SERVER_IDENTIFIER) ?? u32(SERVER)],
    [OPTION.LEASE_TIME, u32(random.pick([60, 3600, 86_400, 0xffff_ffff]))],
    [OPTION.T1, u32(random.pick([0, 30, 1800]))],
    [OPTION.T2, u32(random.pick([0, 50, 3000]))],
    [OPTION.DNS_SERVER, Uint8Array.of(192, 0, 2, 3, 192, 0, 2, 4)],
    [OPTION.DOMAIN_NAME, ascii('lan.example')],
    [OPTION.DOMAIN_SEARCH, ascii('\x03lan\0\x04home\xc0\0')],
    [OPTION.CLASSLESS_ROUTES, Uint8Array.of(8, 10, 192, 0, 2, 7, 0, 192, 0, 2, 9)],
    [OPTION.MTU, Uint8Array.of(5, 0xdc)],
    ...(random.chance(0.3)
      ? [[OPTION.RAPID_COMMIT, new Uint8Array(0)] as [number, Uint8Array]]
      : []),
  ]);
}
