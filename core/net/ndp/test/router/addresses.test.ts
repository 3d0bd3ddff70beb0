import { describe, expect, it } from 'vitest';
import type { RouterDiscovery } from '../../src/router/engine.ts';
import { advertisement, ip, prefixInformation, routerAdvertisement } from '../support.ts';
import { DAY, HOUR, hear, kinds, LINK_LOCAL, PREFIX, run, STABLE, started } from './support.ts';

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
      if (event.kind === 'send') return [];
      return { what: event.kind === 'address' ? event.address.state : event.kind, now };
    });
    expect(told).toEqual([
      { what: 'preferred', now: expect.any(Number) },
      { what: 'deprecated', now: 52_000 },
      { what: 'removed', now: 102_000 },
      { what: 'unroute', now: 102_000 },
    ]);
    // A second for the answer, and up to a second before the question.
    expect(told[0].now).toBeGreaterThanOrEqual(3000);
    expect(told[0].now).toBeLessThanOrEqual(4000);
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
