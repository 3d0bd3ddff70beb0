import type { IpAddress } from '@atoll/device/socket';
import { describe, expect, it } from 'vitest';
import { CLIENT, connect, SERVER, serve } from './kit.ts';
import type { Seen } from './network.ts';
import { Network } from './network.ts';

/** A connection whose client sends a byte every 100 ms for 20 seconds. */
function talk(network: Network) {
  const server = network.host(SERVER);
  const client = network.host(CLIENT);
  serve(server, 80);
  const mine = connect(client, SERVER, 80);
  for (let time = 1000; time < 21_000; time += 100) network.at(time, () => mine.send(1));
  return { server, client, mine };
}

describe('a path (RFC 4861 section 7.3.1)', () => {
  it('is confirmed by what is acknowledged and by what comes, every three seconds', () => {
    const network = new Network(1, { delay: 5 });
    const { server, client } = talk(network);
    network.run(30_000);
    for (const { confirmations } of [client, server]) {
      expect(confirmations.length).toBeGreaterThanOrEqual(7);
      expect(confirmations.length).toBeLessThanOrEqual(8);
      for (let index = 1; index < confirmations.length; index++) {
        expect(confirmations[index] - confirmations[index - 1]).toBeGreaterThanOrEqual(3000);
      }
    }
  });

  it('is not confirmed by segments that tell nothing new', () => {
    const network = new Network(2, { delay: 5 });
    const { client, server } = talk(network);
    const last = new Map<IpAddress, Seen>();
    network.observe = (seen) => last.set(seen.from, seen);
    network.run(30_000);
    const before = [client.confirmations.length, server.confirmations.length];
    for (let count = 0; count < 10; count++) {
      for (const seen of last.values())
        network.inject(seen.from, seen.to, seen, seen.payload.slice());
      network.run(network.now + 5000);
    }
    expect([client.confirmations.length, server.confirmations.length]).toEqual(before);
  });

  it('is not confirmed by what is sent when nothing comes back', () => {
    const network = new Network(3, { delay: 5 });
    const { client, mine } = talk(network);
    network.run(30_000);
    const before = client.confirmations.length;
    network.drop = () => true;
    mine.send(100_000);
    network.run(100_000);
    expect(client.confirmations.length).toBe(before);
  });
});
