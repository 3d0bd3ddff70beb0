import { describe, expect, it } from 'vitest';
import { World } from './world.ts';

describe('a client on a network', () => {
  it('tries one address after the other, over bad cables, with and without TLS', async () => {
    const world = new World(4, {}, { loss: 0.03, duplicate: 0.02, jitter: 5 });
    const client = world.browser();
    const urls = ['http://www.example/page', 'https://www.example/page', 'https://www.example/x'];
    expect(await world.browse(client, urls)).toEqual([100_000, 100_000, 'https /x'.length]);
    expect(world.server.counters.requests).toBe(3);
    world.lan.run(world.lan.now + 120_000);
    expect(world.server.size).toBe(0);
  });

  it('says what does not work', async () => {
    const world = new World(5);
    const urls = ['http://x/', 'https://other.example/', 'http://www.example:81/'];
    expect(await world.browse(world.browser(), urls)).toEqual([
      'x: no such name',
      'the connection is aborted',
      'the connection is refused',
    ]);
  });

  it('goes on with connections of TLS', async () => {
    const world = new World(6);
    const client = world.browser();
    for (let at = 0; at < 3; at++) {
      expect(await world.browse(client, ['https://www.example/page'])).toEqual([100_000]);
    }
    expect(world.server.counters).toMatchObject({ connections: 1, requests: 3 });
  });
});
