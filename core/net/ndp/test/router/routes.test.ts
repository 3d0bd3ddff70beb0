import { describe, expect, it } from 'vitest';
import type { NdpRoute, RouteEvent } from '../../src/router/routes.ts';
import { ROUTE_LIMITS, Routes } from '../../src/router/routes.ts';
import { ip } from '../support.ts';

const R1 = ip('fe80::1');
const R2 = ip('fe80::2');
const FAR = ip('2001:db8:ffff::1');

function via(gateway: bigint | undefined, metric: number, address = 0n, length = 0): NdpRoute {
  return { prefix: { address, length }, gateway, metric };
}

function added(route: NdpRoute): RouteEvent {
  return { kind: 'route', route };
}

function removed(route: NdpRoute): RouteEvent {
  return { kind: 'unroute', route };
}

/** With two default routers, the first preferred to the second. */
function twoRouters(): Routes {
  const routes = new Routes();
  routes.setRouter(R1, 0n, 0, 1, 1_000_000, 0);
  routes.setRouter(R2, 0n, 0, 0, 2_000_000, 0);
  return routes;
}

describe('Routes', () => {
  it('tells of routers, their preferences and their end', () => {
    const routes = new Routes();
    expect(routes.setRouter(R1, 0n, 0, 0, 1000, 0)).toEqual([added(via(R1, 200))]);
    expect(routes.setRouter(R1, 0n, 0, 0, 2000, 500)).toEqual([]);
    expect(routes.setRouter(R1, 0n, 0, 1, 2000, 500)).toEqual([added(via(R1, 100))]);
    expect(routes.setRouter(R2, 0n, 0, -1, 9000, 500)).toEqual([added(via(R2, 300))]);
    expect(routes.poll(1999)).toEqual([]);
    expect(routes.poll(2000)).toEqual([removed(via(R1, 100))]);
    expect(routes.nextTimeout).toBe(9000);
    expect(routes.setRouter(R2, 0n, 0, -1, 2500, 2500)).toEqual([removed(via(R2, 300))]);
    expect(routes.setRouter(R2, 0n, 0, -1, 2500, 2500)).toEqual([]);
    expect([routes.hasDefault, routes.nextTimeout]).toEqual([false, Number.POSITIVE_INFINITY]);
  });

  it('keeps routes of the same router apart', () => {
    const routes = twoRouters();
    const special = via(R1, 200, ip('2001:db8::'), 32);
    expect(routes.setRouter(R1, ip('2001:db8::'), 32, 0, 5000, 0)).toEqual([added(special)]);
    expect(routes.removeRouter(R1)).toEqual([removed(via(R1, 100)), removed(special)]);
    expect(routes.routes).toEqual([via(R2, 200)]);
  });

  it('keeps what came first when there is too much', () => {
    const routes = new Routes();
    for (let index = 0n; index < 100n; index++) {
      routes.setRouter(R1 + index, 0n, 0, 1, 1000, 0);
      routes.setRouter(R1, index << 96n, 64, 1, 1000, 0);
      routes.setOnLink(index << 64n, 64, 1000, 0);
    }
    const { link, default: defaults, special } = ROUTE_LIMITS;
    expect(routes.routes.length).toBe(link + defaults + special);
    expect(routes.routes[0]).toEqual(via(R1, 100));
  });
});

describe('routers that do not answer', () => {
  it('stand back while there is another, until they are heard of', () => {
    const routes = twoRouters();
    expect(routes.suspend(R1)).toEqual([removed(via(R1, 100))]);
    expect(routes.routes).toEqual([via(R2, 200)]);
    expect(routes.suspend(R1)).toEqual([]);
    expect(routes.resume(R1)).toEqual([added(via(R1, 100))]);
    expect(routes.resume(R1)).toEqual([]);
  });

  it('are all tried again when none answers', () => {
    const routes = twoRouters();
    routes.suspend(R1);
    expect(routes.suspend(R2)).toEqual([added(via(R1, 100))]);
    expect(routes.routes).toEqual([via(R1, 100), via(R2, 200)]);
  });

  it('stay when they are the only ones', () => {
    const routes = new Routes();
    routes.setRouter(R1, 0n, 0, 0, 1000, 0);
    expect(routes.suspend(R1)).toEqual([]);
    expect(routes.suspend(R2)).toEqual([]);
  });

  it('end while they stand back without being told of twice', () => {
    const routes = twoRouters();
    routes.suspend(R1);
    expect(routes.setRouter(R1, 0n, 0, -1, 1_000_000, 0)).toEqual([]);
    expect(routes.poll(1_000_000)).toEqual([]);
    expect(routes.routes).toEqual([via(R2, 200)]);
  });
});

describe('redirects', () => {
  const OTHER = ip('fe80::9');

  it('are believed of the router that we send to, and may change', () => {
    const routes = twoRouters();
    expect(routes.redirect(FAR, R2, R1, 0)).toEqual([added(via(R2, 0, FAR, 128))]);
    expect(routes.redirect(FAR, OTHER, R1, 0)).toBeUndefined();
    expect(routes.redirect(FAR, OTHER, R2, 0)).toEqual([
      removed(via(R2, 0, FAR, 128)),
      added(via(OTHER, 0, FAR, 128)),
    ]);
  });

  it('may say that the destination is a neighbour', () => {
    const routes = twoRouters();
    expect(routes.redirect(FAR, FAR, R1, 0)).toEqual([added(via(undefined, 0, FAR, 128))]);
    expect(routes.suspend(FAR)).toEqual([removed(via(undefined, 0, FAR, 128))]);
  });

  it('are not believed of others, nor about the link', () => {
    const routes = twoRouters();
    routes.setOnLink(ip('2001:db8::'), 64, 1000, 0);
    expect(routes.redirect(FAR, OTHER, R2, 0)).toBeUndefined();
    expect(routes.redirect(FAR, OTHER, OTHER, 0)).toBeUndefined();
    expect(routes.redirect(ip('2001:db8::5'), OTHER, R1, 0)).toBeUndefined();
    expect(routes.redirect(ip('fe80::5'), OTHER, R1, 0)).toBeUndefined();
  });

  it('are not believed of a router that stands back', () => {
    const routes = twoRouters();
    routes.suspend(R1);
    expect(routes.redirect(FAR, OTHER, R1, 0)).toBeUndefined();
    expect(routes.redirect(FAR, OTHER, R2, 0)).toBeDefined();
  });

  it('are forgotten after ten minutes, when too many came since, or when they lead nowhere', () => {
    const routes = twoRouters();
    routes.redirect(FAR, OTHER, R1, 0);
    expect(routes.poll(600_000)).toEqual([removed(via(OTHER, 0, FAR, 128))]);
    routes.redirect(FAR, OTHER, R1, 600_000);
    for (let index = 1n; index < 100n; index++) routes.redirect(FAR + index, OTHER, R1, 600_000);
    expect(routes.routes.length).toBe(ROUTE_LIMITS.redirect + 2);
    expect(routes.routes.some(({ prefix }) => prefix.address === FAR)).toBe(false);
    routes.suspend(OTHER);
    expect(routes.routes.length).toBe(2);
  });
});
