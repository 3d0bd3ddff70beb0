import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { describeNdp } from '../src/describe.ts';
import { Ndp } from '../src/engine.ts';
import type { NdpMessage } from '../src/packet.ts';
import { emitNdp, parseNdp, REDIRECT, ROUTER_SOLICITATION } from '../src/packet.ts';
import { ROUTE_LIMITS } from '../src/router/routes.ts';
import {
  advertisement,
  ip,
  prefixInformation,
  routerAdvertisement,
  solicitation,
} from './support.ts';

const INPUTS = Number(process.env.ATOLL_FUZZ ?? 5000);
const CAPACITY = 16;

describe('ND', () => {
  it('takes any bytes, and remembers no more than it may', () => {
    const random = new Random(0xd);
    const ndp = new Ndp<string>({
      mac: 0x0200_0000_0001,
      mtu: 1500,
      entropy: random,
      identifier: (_, counter) => 0xa0n + BigInt(counter),
      temporary: true,
      capacity: CAPACITY,
    });
    const routes = Object.values(ROUTE_LIMITS).reduce<number>((sum, limit) => sum + limit, 0);
    let parsed = 0;
    let now = 0;
    for (let input = 0; input < INPUTS; input++) {
      now += random.below(200);
      const valid = emitNdp(someMessage(random));
      const body = random.chance(0.1)
        ? random.bytes(random.below(128))
        : mutate(random, valid.body);
      const type = random.chance(0.9) ? valid.type : random.below(256);
      const rest = random.chance(0.5) ? valid.rest : random.below(2 ** 32);
      const source = random.pick([0n, near(random), near(random), ip('2001:db8::a0')]);
      const destination = random.pick([ip('ff02::1'), near(random), ip('ff02::1:ff00:a0')]);
      const envelope = { source, destination, hopLimit: 255 };
      const result = parseNdp({ type, code: 0, rest, body }, envelope);
      if (random.chance(0.1)) ndp.wait(near(random), 'packet');
      ndp.find(near(random));
      if (result.ok) {
        parsed++;
        expect(describeNdp(result.value).length).toBeLessThan(300);
        const events = ndp.handle(result.value, envelope, now);
        expect(events.length).toBeLessThan(600);
      }
      for (let round = 0; ndp.nextTimeout <= now; round++) {
        if (round > 1000) throw new Error('it wants to be polled without end');
        ndp.poll(now);
      }
      if (ndp.size > CAPACITY) throw new Error(`${ndp.size} neighbours`);
      if (ndp.addresses.length > 17) throw new Error(`${ndp.addresses.length} addresses`);
      if (ndp.routes.length > routes) throw new Error(`${ndp.routes.length} routes`);
    }
    expect(parsed).toBeGreaterThan(INPUTS / 20);
  });
});

/** One of some addresses that all are neighbours. */
function near(random: Random): bigint {
  return ip('fe80::a0') + BigInt(random.below(40));
}

function someMessage(random: Random): NdpMessage {
  const mac = random.pick([undefined, 0x0200_0000_0002, random.below(2 ** 48)]);
  const prefix = ip('2001:db8::') + (BigInt(random.below(64)) << 64n);
  const lifetime = random.pick([0, 1, 60, 7200, 0xffff]);
  const validLifetime = random.pick([0, 10, 7201, 0xffff_ffff]);
  const packet = random.bytes(48);
  return random.pick<NdpMessage>([
    solicitation(near(random), { mac, nonce: random.below(4) }),
    advertisement(near(random), { mac, isSolicited: random.chance(0.5) }),
    { type: ROUTER_SOLICITATION, mac },
    { type: REDIRECT, target: near(random), destination: prefix + 5n, mac, packet },
    routerAdvertisement({
      mac,
      lifetime,
      prefixes: [prefixInformation(prefix, { validLifetime }), prefixInformation(prefix + 1n)],
      routes: [{ prefix, length: 48, preference: 1, lifetime }],
      dnsServers: [{ addresses: [prefix + 0x53n], lifetime }],
      searchDomains: [{ domains: ['lan.example'], lifetime }],
    }),
  ]);
}
