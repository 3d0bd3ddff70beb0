import { contains, parseIpv4, parsePrefix } from '@atoll/ipv4/address';
import { expect as unwrap } from '@atoll/result/result';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Route } from '../src/table.ts';
import { RouteTable } from '../src/table.ts';

const at = (text: string) => unwrap(parseIpv4(text));

function route(prefix: string, link: string, metric = 0): Route<number, string> {
  return { prefix: unwrap(parsePrefix(prefix)), link, metric };
}

function table(...routes: Route<number, string>[]) {
  const made = new RouteTable<number, string>(contains);
  for (const one of routes) made.add(one);
  return made;
}

describe('RouteTable', () => {
  it('takes the longest prefix, in whatever order routes came', () => {
    const routes = [
      route('0.0.0.0/0', 'wan'),
      route('10.0.0.0/8', 'lan'),
      route('10.1.0.0/16', 'lab'),
    ];
    for (const order of [routes, routes.toReversed()]) {
      const ways = table(...order);
      expect(ways.find(at('192.0.2.1'))?.link).toBe('wan');
      expect(ways.find(at('10.2.0.1'))?.link).toBe('lan');
      expect(ways.find(at('10.1.2.3'))?.link).toBe('lab');
    }
  });

  it('takes the lowest metric of equally long prefixes, then the older route', () => {
    const ways = table(route('0.0.0.0/0', 'slow', 100), route('0.0.0.0/0', 'fast', 10));
    expect(ways.find(1)?.link).toBe('fast');
    ways.add(route('0.0.0.0/0', 'other', 10));
    expect(ways.find(1)?.link).toBe('fast');
  });

  it('answers nothing where no route leads', () => {
    expect(table(route('10.0.0.0/8', 'lan')).find(at('192.0.2.1'))).toBeUndefined();
  });

  it('searches one link only when told so', () => {
    const ways = table(route('10.0.0.0/8', 'lan'), route('0.0.0.0/0', 'wan'));
    expect(ways.find(at('10.0.0.1'), 'wan')?.link).toBe('wan');
    expect(ways.find(at('192.0.2.1'), 'lan')).toBeUndefined();
  });

  it('replaces a route by the same one with another metric, and removes', () => {
    const ways = table(route('0.0.0.0/0', 'wan', 1), route('0.0.0.0/0', 'wan', 5));
    expect(ways.routes).toHaveLength(1);
    expect(ways.find(1)?.metric).toBe(5);
    ways.remove(({ link }) => link === 'wan');
    expect(ways.find(1)).toBeUndefined();
  });

  it('agrees with trying every route', () => {
    const prefixes = fc.record({
      prefix: fc.record({ address: fc.nat(0xff).map((top) => top * 2 ** 24), length: fc.nat(8) }),
      link: fc.constantFrom('a', 'b', 'c'),
      metric: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(prefixes, { maxLength: 12 }), fc.nat(0xffff_ffff), (routes, address) => {
        const ways = table(...routes);
        const fitting = ways.routes.filter(({ prefix }) => contains(prefix, address));
        const longest = Math.max(...fitting.map(({ prefix }) => prefix.length));
        const best = fitting.filter(({ prefix }) => prefix.length === longest);
        const lowest = Math.min(...best.map(({ metric = 0 }) => metric));
        const found = ways.find(address);
        if (fitting.length === 0) expect(found).toBeUndefined();
        else expect([found?.prefix.length, found?.metric]).toEqual([longest, lowest]);
      }),
    );
  });
});
