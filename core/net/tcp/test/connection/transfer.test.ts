import { describe, expect, it } from 'vitest';
import { Pair } from '../pair.ts';
import { Transfer } from './streams.ts';

describe('Connection', () => {
  it('opens, carries bytes both ways, and closes', () => {
    const client = new Transfer({ total: 100_000, expected: 50_000 });
    const server = new Transfer({ total: 50_000, expected: 100_000 });
    const pair = new Pair(1, {}, [client], [server]);
    pair.trace = [];
    pair.open();
    const done = pair.run(
      10_000,
      () => pair.client.closed !== undefined && pair.server.closed !== undefined,
    );
    if (!done) console.log(pair.trace.slice(0, 60).join('\n'));
    expect(done).toBe(true);
    expect([pair.client.closed, pair.server.closed]).toEqual(['finished', 'finished']);
    expect(client).toMatchObject({ sent: 100_000, received: 50_000 });
    expect(server).toMatchObject({ sent: 50_000, received: 100_000 });
    expect([pair.client.pool.used, pair.server.pool.used]).toEqual([0, 0]);
  });
});
