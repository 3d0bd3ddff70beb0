import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import type { NdpMessage } from '../../src/packet.ts';
import { REDIRECT, ROUTER_SOLICITATION } from '../../src/packet.ts';
import type { RouterEvent, RouterOptions } from '../../src/router/engine.ts';
import { RouterDiscovery } from '../../src/router/engine.ts';
import {
  advertisement,
  envelope,
  ip,
  prefixInformation,
  routerAdvertisement,
  solicitation,
} from '../support.ts';

const OUR_MAC = 0x0200_0000_0001;
const LINK_LOCAL = ip('fe80::a0');
const STABLE = ip('2001:db8::a0');
const PREFIX = ip('2001:db8::');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Identifiers that are easy to read: ::a0, and ::a1 after a conflict. */
function discovery(options: Partial<RouterOptions> = {}): RouterDiscovery {
  return new RouterDiscovery({
    mac: OUR_MAC,
    mtu: 1500,
    entropy: new Random(7),
    identifier: (_, counter) => 0xa0n + BigInt(counter),
    ...options,
  });
}

type Log = { now: number; event: RouterEvent }[];

/** All events and their times until `until`. */
function run(routers: RouterDiscovery, until: number): Log {
  const log: Log = [];
  for (let now = routers.nextTimeout; now <= until; now = routers.nextTimeout) {
    const time = Math.max(now, 0);
    for (const event of routers.poll(time)) log.push({ now: time, event });
  }
  return log;
}

function hear(routers: RouterDiscovery, message: NdpMessage, now: number, from = 'fe80::1') {
  return routers.handle(message, envelope(from, 'ff02::1'), now);
}

/** One that has its link-local address. */
function started(options: Partial<RouterOptions> = {}): RouterDiscovery {
  const routers = discovery(options);
  run(routers, 2000);
  expect(routers.linkLocal).toBe(LINK_LOCAL);
  return routers;
}

function kinds(events: readonly RouterEvent[]): string[] {
  return events.map(({ kind }) => kind);
}

describe('the link-local address', () => {
  it('comes first, after a probe, and then routers are looked for', () => {
    const routers = discovery();
    expect(routers.nextTimeout).toBe(Number.NEGATIVE_INFINITY);
    const log = run(routers, 8000);
    const address = {
      address: LINK_LOCAL,
      prefixLength: 64,
      origin: 'link-local',
      preferredUntil: Number.POSITIVE_INFINITY,
      validUntil: Number.POSITIVE_INFINITY,
    };
    const search: NdpMessage = { type: ROUTER_SOLICITATION, mac: OUR_MAC };
    const sought = {
      kind: 'send',
      source: LINK_LOCAL,
      destination: ip('ff02::2'),
      message: search,
    };
    const probe = solicitation(LINK_LOCAL, { nonce: expect.any(Number) as unknown as number });
    expect(log.map(({ event }) => event)).toMatchObject([
      { kind: 'address', address: { ...address, state: 'tentative' } },
      { kind: 'send', source: 0n, destination: ip('ff02::1:ff00:a0'), message: probe },
      { kind: 'address', address: { ...address, state: 'preferred' } },
      sought,
      sought,
    ]);
    expect(log[2].now - log[1].now).toBe(1000);
    expect(log[1].now).toBeLessThanOrEqual(1000);
  });

  it('comes at once when nobody is to be asked', () => {
    const routers = discovery({ probes: 0 });
    routers.poll(5);
    routers.poll(5);
    expect(routers.linkLocal).toBe(LINK_LOCAL);
  });

  it.each(['probe', 'claim'])('is another one when somebody has it: %s', (way) => {
    const routers = discovery();
    run(routers, 1000);
    const message =
      way === 'probe' ? solicitation(LINK_LOCAL, { nonce: 1 }) : advertisement(LINK_LOCAL);
    const events = hear(routers, message, 1000, way === 'probe' ? '::' : 'fe80::a0');
    expect(events).toMatchObject([
      { kind: 'duplicate', address: LINK_LOCAL },
      { kind: 'address', address: { address: LINK_LOCAL + 1n, state: 'tentative' } },
    ]);
    run(routers, 5000);
    expect(routers.linkLocal).toBe(LINK_LOCAL + 1n);
  });

  it('is given up after three that were taken', () => {
    const routers = discovery();
    run(routers, 0);
    const events = [0n, 1n, 2n].flatMap((n) => hear(routers, advertisement(LINK_LOCAL + n), 500));
    expect(kinds(events)).toEqual(['duplicate', 'address', 'duplicate', 'address', 'duplicate']);
    expect(run(routers, DAY)).toEqual([]);
    expect([routers.addresses, routers.linkLocal]).toEqual([[], undefined]);
  });

  it('is given up at once when there is only one', () => {
    const routers = discovery({ identifier: () => 0xa0n });
    run(routers, 0);
    expect(kinds(hear(routers, advertisement(LINK_LOCAL), 500))).toEqual(['duplicate']);
    expect(run(routers, DAY)).toEqual([]);
  });

  it('is not given up because others ask for it', () => {
    const routers = discovery();
    run(routers, 0);
    expect(hear(routers, solicitation(LINK_LOCAL), 500, 'fe80::5')).toEqual([]);
    expect(hear(routers, solicitation(LINK_LOCAL + 9n), 500, '::')).toEqual([]);
  });

  it('waits while the link brings our own probes back', () => {
    const routers = discovery();
    for (let now = 0; now < 20_000; now += 10) {
      for (const event of routers.poll(now)) {
        if (event.kind !== 'send') continue;
        expect(hear(routers, event.message, now, '::')).toEqual([]);
      }
    }
    expect(routers.linkLocal).toBeUndefined();
    run(routers, 25_000);
    expect(routers.linkLocal).toBe(LINK_LOCAL);
  });
});

describe('routers', () => {
  it('are not looked for any more when one is there, and again when it is gone', () => {
    const routers = started();
    expect(hear(routers, routerAdvertisement({ lifetime: 60 }), 2000)).toMatchObject([
      { kind: 'route', route: { gateway: ip('fe80::1'), prefix: { address: 0n, length: 0 } } },
    ]);
    expect(run(routers, 61_999)).toEqual([]);
    const log = run(routers, 63_000);
    expect(kinds(log.map(({ event }) => event))).toEqual(['unroute', 'send']);
  });

  it('are looked for still when who answers is none', () => {
    const routers = started();
    hear(routers, routerAdvertisement({ lifetime: 0 }), 2000);
    expect(kinds(run(routers, 8000).map(({ event }) => event))).toContain('send');
  });

  it('may have a route to everywhere that counts instead of their lifetime', () => {
    const routers = started();
    const route = { prefix: 0n, length: 0, preference: 1 as const, lifetime: 60 };
    hear(routers, routerAdvertisement({ lifetime: 1800, routes: [route] }), 2000);
    expect(routers.routes).toMatchObject([{ metric: 100 }]);
    run(routers, 62_000);
    expect(routers.routes).toEqual([]);
  });

  it('that do not answer come after others until they are heard of', () => {
    const routers = started();
    hear(routers, routerAdvertisement(), 2000);
    hear(routers, routerAdvertisement(), 2000, 'fe80::2');
    expect(kinds(routers.suspend(ip('fe80::1')))).toEqual(['unroute']);
    expect(kinds(hear(routers, routerAdvertisement(), 3000))).toEqual(['route']);
    expect(kinds(routers.removeRouter(ip('fe80::1'), 3000))).toEqual(['unroute']);
  });

  it('say who is better for a destination', () => {
    const target = ip('fe80::2');
    const destination = ip('2001:db8:ffff::1');
    const packet = new Uint8Array(0);
    const redirect: NdpMessage = { type: REDIRECT, target, destination, mac: undefined, packet };
    const believing = started();
    hear(believing, routerAdvertisement(), 2000);
    expect(kinds(hear(believing, redirect, 3000))).toEqual(['route']);
    expect(hear(believing, redirect, 3000, 'fe80::9')).toEqual([]);
    const other = started({ redirects: false });
    hear(other, routerAdvertisement(), 2000);
    expect(hear(other, redirect, 3000)).toEqual([]);
  });

  it('are neither looked for nor believed when they shall not be', () => {
    const routers = started({ autoconfigure: false });
    expect(run(routers, DAY)).toEqual([]);
    const prefixes = [prefixInformation(PREFIX)];
    expect(hear(routers, routerAdvertisement({ prefixes }), 2000)).toEqual([]);
  });
});

describe('addresses from prefixes', () => {
  function advertised(routers: RouterDiscovery, now: number, valid: number, preferred: number) {
    const information = { validLifetime: valid, preferredLifetime: preferred };
    const prefixes = [prefixInformation(PREFIX, information)];
    return hear(routers, routerAdvertisement({ prefixes }), now);
  }

  function stable(routers: RouterDiscovery) {
    return routers.addresses.find(({ address }) => address === STABLE);
  }

  it('are probed for, preferred, deprecated and removed', () => {
    const routers = started();
    expect(kinds(advertised(routers, 2000, 100, 50))).toEqual(['route', 'route', 'address']);
    const told = run(routers, 102_000).flatMap(({ now, event }) => {
      if (event.kind === 'address') return [[event.address.state, now]];
      return event.kind === 'send' ? [] : [[event.kind, now]];
    });
    expect(told).toEqual([
      ['preferred', expect.any(Number)],
      ['deprecated', 52_000],
      ['removed', 102_000],
      ['unroute', 102_000],
    ]);
    // A second for the answer, and up to a second before the question.
    expect(told[0][1]).toBeGreaterThanOrEqual(3000);
    expect(told[0][1]).toBeLessThanOrEqual(4000);
  });

  it('live longer when told so, and are preferred again', () => {
    const routers = started();
    advertised(routers, 2000, 100, 50);
    run(routers, 60_000);
    expect(stable(routers)?.state).toBe('deprecated');
    expect(advertised(routers, 60_000, 1000, 500)).toMatchObject([
      { kind: 'address', address: { state: 'preferred', validUntil: 1_060_000 } },
    ]);
    expect(stable(routers)).toMatchObject({ preferredUntil: 560_000 });
  });

  it('cannot be taken away in less than two hours, but deprecated at once', () => {
    const routers = started();
    advertised(routers, 2000, 86_400, 43_200);
    run(routers, 10_000);
    expect(advertised(routers, 10_000, 0, 0)).toMatchObject([
      { kind: 'unroute' },
      { kind: 'address', address: { state: 'deprecated', validUntil: 10_000 + 2 * HOUR } },
    ]);
    expect(kinds(advertised(routers, 20_000, 0, 0))).toEqual([]);
    expect(stable(routers)?.validUntil).toBe(10_000 + 2 * HOUR);
  });

  it.each([
    ['of the link', { prefix: ip('fe80::') }],
    ['of groups', { prefix: ip('ff02::') }],
    ['of nothing', { prefix: 0n }],
    ['not for this', { isAutonomous: false }],
    ['of 65 bits', { length: 65 }],
    ['of 48 bits', { length: 48 }],
    ['preferred longer than valid', { validLifetime: 10, preferredLifetime: 11 }],
    ['over already', { validLifetime: 0, preferredLifetime: 0 }],
  ])('are not made from prefixes %s', (_, change) => {
    const routers = started();
    const prefixes = [prefixInformation(PREFIX, { isOnLink: false, ...change })];
    hear(routers, routerAdvertisement({ prefixes }), 2000);
    expect(routers.addresses.map(({ address }) => address)).toEqual([LINK_LOCAL]);
  });

  it('are other ones when they are taken, and none after three', () => {
    const routers = started();
    advertised(routers, 2000, 7200, 3600);
    for (const counter of [0n, 1n, 2n]) hear(routers, advertisement(STABLE + counter), 2000);
    expect(advertised(routers, 3000, 7200, 3600)).toEqual([]);
    run(routers, DAY);
    expect(routers.addresses.length).toBe(1);
  });

  it('are bounded, however many prefixes there are', () => {
    const routers = started({ temporary: true });
    for (let round = 0n; round < 200n; round++) {
      const prefixes = Array.from({ length: 40 }, (_, index) => {
        return prefixInformation(PREFIX + ((round * 40n + BigInt(index)) << 64n));
      });
      const dnsServers = [
        { addresses: prefixes.map(({ prefix }) => prefix + 1n), lifetime: 99_999 },
      ];
      const searchDomains = [{ domains: [`x${round}.example`], lifetime: 99_999 }];
      const message = routerAdvertisement({ prefixes, dnsServers, searchDomains });
      hear(routers, message, 2000, `fe80::${(round + 1n).toString(16)}`);
    }
    expect(routers.addresses.length).toBe(17);
    expect(routers.routes.length).toBe(16 + 8);
    expect([routers.dnsServers.length, routers.searchDomains.length]).toEqual([8, 8]);
    expect(run(routers, 12_000).length).toBeLessThan(100);
  });
});

describe('temporary addresses', () => {
  const LONG = { validLifetime: 30 * 86_400, preferredLifetime: 7 * 86_400 };

  /** Runs with an advertisement every ten minutes and answers the temporary addresses at each hour. */
  function simulate(routers: RouterDiscovery, until: number, lifetimes = LONG) {
    const hours: { state: string; address: bigint }[][] = [];
    const prefixes = [prefixInformation(PREFIX, lifetimes)];
    for (let now = 2000; now < until; now += 600_000) {
      hear(routers, routerAdvertisement({ prefixes }), now);
      run(routers, now + 599_999);
      const all = routers.addresses.filter(({ origin }) => origin === 'temporary');
      hours.push(all.map(({ state, address }) => ({ state, address })));
    }
    return hours;
  }

  it('change about daily, overlap, and end after two days', () => {
    const routers = started({ temporary: true });
    const hours = simulate(routers, 20 * DAY);
    const seen = new Set(hours.flat().map(({ address }) => address));
    // Each is preferred for 14.4 to 24 hours.
    expect(seen.size).toBeGreaterThanOrEqual(20);
    expect(seen.size).toBeLessThanOrEqual(34);
    for (const addresses of hours) {
      expect(addresses.filter(({ state }) => state === 'preferred').length).toBeGreaterThanOrEqual(
        1,
      );
      expect(addresses.length).toBeLessThanOrEqual(5);
    }
    expect(routers.addresses.some(({ address }) => address === STABLE)).toBe(true);
  });

  it('are not made when they would be deprecated at once, nor unless they are wanted', () => {
    const short = { validLifetime: 7200, preferredLifetime: 5 };
    const none = Array.from({ length: 6 }, () => []);
    expect(simulate(started({ temporary: true }), HOUR, short)).toEqual(none);
    expect(simulate(started(), HOUR)).toEqual(none);
  });

  it('follow the prefix when it is deprecated', () => {
    const routers = started({ temporary: true });
    simulate(routers, HOUR);
    const prefixes = [prefixInformation(PREFIX, { validLifetime: 7200, preferredLifetime: 0 })];
    hear(routers, routerAdvertisement({ prefixes }), HOUR);
    run(routers, HOUR + 10_000);
    const states = routers.addresses.map(({ origin, state }) => `${origin} ${state}`);
    expect(states).toEqual(['link-local preferred', 'stable deprecated', 'temporary deprecated']);
  });
});

describe('given addresses', () => {
  const GIVEN = ip('2001:db8:5::5');

  it('are probed for without delay, and may end', () => {
    const routers = started();
    expect(routers.add(GIVEN, 128, 5000, 50_000, 60_000)).toMatchObject([
      { kind: 'address', address: { origin: 'given', state: 'tentative', prefixLength: 128 } },
    ]);
    const told = run(routers, 60_000).filter(({ event }) => {
      return (
        event.kind === 'removed' || (event.kind === 'address' && event.address.address === GIVEN)
      );
    });
    expect(told.map(({ now }) => now)).toEqual([6000, 50_000, 60_000]);
  });

  it('can be given again with other lifetimes, and taken', () => {
    const routers = started();
    routers.add(GIVEN, 64, 5000, 50_000, 60_000);
    run(routers, 7000);
    expect(routers.add(GIVEN, 64, 8000, 90_000, 99_000)).toEqual([]);
    expect(routers.addresses[1]).toMatchObject({ preferredUntil: 90_000, validUntil: 99_000 });
    expect(routers.remove(GIVEN)).toEqual([{ kind: 'removed', address: GIVEN }]);
    expect(routers.remove(GIVEN)).toEqual([]);
  });

  it('are removed when they are taken', () => {
    const routers = started();
    routers.add(GIVEN, 64, 5000);
    expect(hear(routers, advertisement(GIVEN), 5100)).toEqual([
      { kind: 'duplicate', address: GIVEN },
    ]);
    expect(routers.addresses.length).toBe(1);
  });
});

describe('what routers know', () => {
  it('are DNS servers and domains with lifetimes', () => {
    const routers = started();
    const servers = ['2001:db8::53', 'fe80::53', '::1', 'ff02::53', '::'].map(ip);
    const dnsServers = [{ addresses: servers, lifetime: 60 }];
    const searchDomains = [{ domains: ['a.example', 'b.example'], lifetime: 120 }];
    const message = routerAdvertisement({ dnsServers, searchDomains });
    expect(hear(routers, message, 2000)).toContainEqual({ kind: 'dns' });
    expect(hear(routers, message, 2000)).toEqual([]);
    expect(routers.dnsServers).toEqual(servers.slice(0, 2));
    const kind = 'dns';
    const later = run(routers, 200_000).filter(({ event }) => event.kind === kind);
    expect(later.map(({ now }) => now)).toEqual([62_000, 122_000]);
    expect([routers.dnsServers, routers.searchDomains]).toEqual([[], []]);
  });

  it('are parameters of the link, within reason', () => {
    const routers = started();
    const usual = routers.parameters;
    expect(usual).toMatchObject({ hopLimit: 64, mtu: 1500, reachableTime: 30_000 });
    const strange = { hopLimit: 1, mtu: 100, reachableTime: 4e9, retransmitTime: 1 };
    hear(routers, routerAdvertisement(strange), 2000);
    expect(routers.parameters).toMatchObject({
      hopLimit: 64,
      mtu: 1500,
      reachableTime: HOUR,
      retransmitTime: 100,
    });
    const message = routerAdvertisement({ hopLimit: 255, mtu: 1280, isManaged: true });
    const parameters = { ...routers.parameters, hopLimit: 255, mtu: 1280, isManaged: true };
    expect(hear(routers, message, 2000)).toEqual([{ kind: 'parameters', parameters }]);
    expect(hear(routers, routerAdvertisement({ mtu: 9000 }), 2000)).toMatchObject([
      { parameters: { mtu: 1500, isManaged: true } },
    ]);
  });
});
