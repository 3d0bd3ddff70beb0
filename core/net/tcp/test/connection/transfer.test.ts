import { describe, expect, it } from 'vitest';
import type { TcpFeatures } from '../../src/features.ts';
import { Pair } from '../pair.ts';
import { Transfer } from './streams.ts';

describe('two connections', () => {
  it('open, carry bytes both ways, and close', () => {
    const client = new Transfer({ total: 100_000, expected: 50_000 });
    const server = new Transfer({ total: 50_000, expected: 100_000 });
    const pair = new Pair(1, {}, [client], [server]).open();
    expect(pair.run(10_000, () => isOver(pair))).toBe(true);
    expect([pair.client.closed, pair.server.closed]).toEqual(['finished', 'finished']);
    expect(client).toMatchObject({ sent: 100_000, received: 50_000 });
    expect(server).toMatchObject({ sent: 50_000, received: 100_000 });
    expect([pair.client.pool.used, pair.server.pool.used]).toEqual([0, 0]);
  });

  it('can be opened from both sides at once', () => {
    const client = new Transfer({ total: 10_000, expected: 10_000 });
    const server = new Transfer({ total: 10_000, expected: 10_000 });
    const pair = new Pair(1, { delay: 50 }, [client], [server]).open();
    pair.server.open();
    pair.pump(pair.server);
    expect(pair.run(10_000, () => isOver(pair))).toBe(true);
    expect(client.isDone && server.isDone).toBe(true);
  });

  it('carry large segments that are cut on the way', () => {
    const client = new Transfer({ total: 1_000_000 });
    const server = new Transfer({ expected: 1_000_000 });
    const pair = new Pair(1, {}, [client, { mostPayload: 65_535 }], [server]).open();
    expect(pair.run(10_000, () => isOver(pair))).toBe(true);
    expect(server.received).toBe(1_000_000);
  });

  it('fill a long path within a few round trips', () => {
    const client = new Transfer({ total: 4_000_000 });
    const server = new Transfer({ expected: 4_000_000 });
    const pair = new Pair(1, { delay: 50 }, [client], [server]).open();
    // Ten segments double seven times until a megabyte is on its way.
    expect(pair.run(1700, () => server.isFinished)).toBe(true);
    expect(server.received).toBe(4_000_000);
  });

  it('acknowledge requests with their answers', () => {
    const rounds = 100;
    let answered = 0;
    const client = {
      onConnected: () => void pair.client.it.write(new Uint8Array(100)),
      onReadable() {
        const { it } = pair.client;
        it.consume(it.peek().length);
        if (++answered < rounds) it.write(new Uint8Array(100));
      },
    };
    const server = {
      onReadable() {
        const { it } = pair.server;
        it.consume(it.peek().length);
        it.write(new Uint8Array(100));
      },
    };
    const pair = new Pair(1, {}, [client], [server]).open();
    pair.run(10_000, () => answered === rounds);
    // The SYN as well; its acknowledgment travels with the first request.
    expect([pair.client.sent, pair.server.sent]).toEqual([rounds + 1, rounds + 1]);
  });

  const cases: [string, Partial<TcpFeatures>, number][] = [
    ['RACK', {}, 1.01],
    ['selective acknowledgments', { rack: false }, 1.02],
    ['duplicate acknowledgments', { sack: false }, 1.03],
  ];
  for (const [what, features, most] of cases) {
    it(`send hardly more again than what was lost, with ${what}`, () => {
      let segments = 0;
      let lost = 0;
      let timeouts = 0;
      for (let seed = 1; seed <= 5; seed++) {
        const client = new Transfer({ total: 500_000 });
        const server = new Transfer({ expected: 500_000 });
        const options = { features };
        const pair = new Pair(seed, {}, [client, options], [server, options]);
        // The last segments get through: without RACK only the timer would tell of their loss.
        pair.filter = (segment, from) => {
          if (from !== pair.client || segment.payloadEnd === segment.payloadStart) return true;
          segments++;
          const isLost = server.received < 400_000 && pair.random.chance(0.01);
          if (isLost) lost++;
          return !isLost;
        };
        pair.open();
        pair.run(60_000, () => {
          timeouts += pair.client.it.block.timeouts;
          return isOver(pair);
        });
        expect(server.received).toBe(500_000);
      }
      const needed = 5 * Math.ceil(500_000 / 1448) + lost;
      expect(lost).toBeGreaterThan(5);
      expect(segments).toBeLessThanOrEqual(needed * most);
      if (features.sack !== false) expect(timeouts).toBe(0);
    });
  }
});

function isOver({ client, server }: Pair): boolean {
  return client.closed !== undefined && server.closed !== undefined;
}
