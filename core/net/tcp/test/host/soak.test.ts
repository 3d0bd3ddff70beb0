import { describe, expect, it } from 'vitest';
import { CLIENT, connect, SERVER, serve } from './kit.ts';
import { Network } from './network.ts';

/** What clients can do without. */
const PLAIN = [
  {},
  { sack: false, delayedAck: false },
  { timestamps: false, windowScaling: false, nagle: false },
];

describe('many connections over a bad network', () => {
  it.each([1, 2, 3, 4])('arrive whole and leave nothing behind (seed %i)', (seed) => {
    const network = new Network(seed, {
      loss: 0.03,
      duplicate: 0.02,
      corrupt: 0.01,
      delay: 10,
      jitter: 15,
      reorder: 0.01,
      rate: seed % 2 === 0 ? 5 : undefined,
    });
    const server = network.host(SERVER, { backlog: 16, memory: seed === 3 ? 2 ** 18 : 2 ** 22 });
    const clients = PLAIN.map((features, each) => network.host(CLIENT + each, { features }));
    const accepted = serve(server, 80, (each) => each.send(network.random.below(30_000)));
    const mine = Array.from({ length: 90 }, (_, index) => {
      const each = connect(clients[index % 3], SERVER, 80);
      each.send(network.random.below(60_000), true);
      return each;
    });
    network.run(400_000);
    expect(mine.filter((each) => each.reason !== 'finished').map((each) => each.story)).toEqual([]);
    expect(accepted).toHaveLength(90);
    expect([...mine, ...accepted].every((each) => each.isIntact)).toBe(true);
    const total = (all: readonly { sent: number; received: number }[], key: 'sent' | 'received') =>
      all.reduce((sum, each) => sum + each[key], 0);
    expect(total(accepted, 'received')).toBe(total(mine, 'sent'));
    expect(total(mine, 'received')).toBe(total(accepted, 'sent'));
    for (const { tcp } of [server, ...clients]) {
      expect([tcp.established, tcp.usedMemory, tcp.timeWaits]).toEqual([0, 0, 0]);
      expect(tcp.poll(network.now)).toBe(Number.POSITIVE_INFINITY);
      expect(tcp.counters.malformed).toBeGreaterThan(0);
    }
  });
});
