import { describe, expect, it } from 'vitest';
import { PathMtuCache } from '../src/cache.ts';

const IPV4 = 0xc633_6401;
const IPV6 = 0x2001_0db8n << 96n;
const MINUTE = 60_000;

describe('PathMtuCache', () => {
  it.each([IPV4, IPV6])('knows nothing narrower than the link at first (%s)', (peer) => {
    const cache = new PathMtuCache();
    expect(cache.find(peer, 1500, 0)).toBe(1500);
    expect(cache.size).toBe(0);
  });

  it.each([IPV4, IPV6])('believes a smaller MTU for ten minutes (%s)', (peer) => {
    const cache = new PathMtuCache();
    expect(cache.lower(peer, 1400, 1500, 1500, 0)).toBe(1400);
    expect(cache.find(peer, 1500, 10 * MINUTE - 1)).toBe(1400);
    expect(cache.find(peer, 1500, 10 * MINUTE)).toBe(1500);
    expect(cache.size).toBe(0);
  });

  it('keeps destinations apart', () => {
    const cache = new PathMtuCache();
    cache.lower(IPV6, 1400, 1500, 1500, 0);
    expect([IPV6 + 1n, IPV4].map((peer) => cache.find(peer, 1500, 0))).toEqual([1500, 1500]);
  });

  it('never believes that a path got wider', () => {
    const cache = new PathMtuCache();
    cache.lower(IPV6, 1300, 1500, 1500, 0);
    expect(cache.lower(IPV6, 1400, 1500, 1500, MINUTE)).toBeUndefined();
    expect(cache.find(IPV6, 1500, 5 * MINUTE)).toBe(1300);
    expect(cache.find(IPV6, 1500, 10 * MINUTE)).toBe(1500);
  });

  it('takes the same again as news', () => {
    const cache = new PathMtuCache();
    cache.lower(IPV6, 1300, 1500, 1500, 0);
    expect(cache.lower(IPV6, 1300, 1300, 1500, 9 * MINUTE)).toBe(1300);
    expect(cache.find(IPV6, 1500, 18 * MINUTE)).toBe(1300);
  });

  it.each([
    ['what its link carries', IPV6, 1500, 1500],
    ['more than its link carries', IPV6, 9000, 1500],
    ['less than IPv6 has everywhere', IPV6, 1279, 1500],
    ['nothing, with IPv6', IPV6, 0, 1500],
    ['less than IPv4 has everywhere', IPV4, 67, 1500],
  ])('learns nothing from a router that says %s', (_, peer, reported, linkMtu) => {
    const cache = new PathMtuCache();
    expect(cache.lower(peer, reported, 1500, linkMtu, 0)).toBeUndefined();
    expect([cache.size, cache.find(peer, linkMtu, 0)]).toEqual([0, linkMtu]);
  });

  it.each([
    [552, 1500, 552, false],
    [551, 1500, 552, true],
    [68, 1500, 552, true],
    [296, 400, 400, true],
    [400, 400, undefined, false],
  ])('of IPv4, makes of %i by a link with %i: %s, narrow: %s', (reported, link, mtu, isNarrow) => {
    const cache = new PathMtuCache();
    expect(cache.lower(IPV4, reported, 1500, link, 0)).toBe(mtu);
    expect(cache.find(IPV4, link, 0)).toBe(mtu ?? link);
    expect(cache.needsFragmentation(IPV4, 0)).toBe(isNarrow);
    expect(cache.needsFragmentation(IPV4, 10 * MINUTE)).toBe(false);
  });

  it('stays narrow when the same is heard of a wider part', () => {
    const cache = new PathMtuCache();
    cache.lower(IPV4, 296, 1500, 1500, 0);
    expect(cache.lower(IPV4, 552, 1500, 1500, 1)).toBe(552);
    expect(cache.needsFragmentation(IPV4, 2)).toBe(true);
  });

  it.each([
    [1500, 1492],
    [1492, 1006],
    [1006, 552],
    [60, undefined],
  ])('guesses when an old router does not say what is less than %i', (length, mtu) => {
    expect(new PathMtuCache().lower(IPV4, 0, length, 1500, 0)).toBe(mtu);
  });

  it('reaches a path that only old routers know in a few steps', () => {
    const cache = new PathMtuCache();
    let length = 1500;
    let steps = 0;
    while (length > 700) {
      length = cache.lower(IPV4, 0, length, 1500, steps) ?? 0;
      steps++;
    }
    expect([length, steps]).toEqual([552, 3]);
  });

  it('forgets whom it heard of first when there are too many', () => {
    const cache = new PathMtuCache({ entries: 3 });
    for (const peer of [1n, 2n, 3n, 1n, 4n]) cache.lower(peer, 1400, 1500, 1500, 0);
    expect(cache.size).toBe(3);
    expect([1n, 2n, 3n, 4n].map((peer) => cache.find(peer, 1500, 0))).toEqual([
      1400, 1500, 1400, 1400,
    ]);
  });

  it('follows a link that became narrower', () => {
    const cache = new PathMtuCache();
    cache.lower(IPV6, 1400, 1500, 1500, 0);
    expect(cache.find(IPV6, 1300, 0)).toBe(1300);
  });
});
