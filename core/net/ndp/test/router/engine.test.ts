import { describe, expect, it } from 'vitest';
import type { NdpMessage } from '../../src/packet.ts';
import { REDIRECT, ROUTER_SOLICITATION } from '../../src/packet.ts';
import {
  advertisement,
  ip,
  prefixInformation,
  routerAdvertisement,
  solicitation,
} from '../support.ts';
import {
  DAY,
  discovery,
  HOUR,
  hear,
  kinds,
  LINK_LOCAL,
  OUR_MAC,
  PREFIX,
  run,
  started,
} from './support.ts';

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

  it('has no lower half that means something else', () => {
    const reserved = [0n, 0xfdff_ffff_ffff_ff80n, 0xa2n];
    const routers = discovery({ identifier: (_, counter) => reserved[counter] });
    run(routers, 2000);
    expect(routers.linkLocal).toBe(ip('fe80::a2'));
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
