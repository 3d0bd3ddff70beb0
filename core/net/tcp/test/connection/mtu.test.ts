import { describe, expect, it } from 'vitest';
import { Pair } from '../pair.ts';
import { Script } from './script.ts';
import { Transfer } from './streams.ts';

describe('a path that takes less than before', () => {
  it('gets what was too big again at once, in smaller segments', () => {
    const script = Script.established();
    expect(script.write(3000).length).toBe(3);
    const before = script.connection.block.congestion.window;
    script.connection.handlePathChange(1000, script.now);
    expect(script.sent()).toEqual([
      '[.] seq 1 ack 1 length 1000',
      '[.] seq 1001 ack 1 length 1000',
      '[P.] seq 2001 ack 1 length 1000',
    ]);
    expect(script.connection.block.congestion.window).toBe(before);
    expect(script.connection.block.phase).toBe('open');
  });

  it('does not get again what was small enough', () => {
    const script = Script.established();
    script.write(900);
    script.connection.handlePathChange(1000, script.now);
    expect(script.sent()).toEqual([]);
  });

  it('is not believed to take next to nothing', () => {
    const script = Script.established();
    script.connection.handlePathChange(1, script.now);
    expect(script.connection.block.mss).toBe(88);
  });

  it('is used to the full when it takes more again', () => {
    const script = Script.established();
    script.connection.handlePathChange(1000, script.now);
    script.connection.handlePathChange(1400, script.now);
    expect(script.write(3000)[0]).toBe('[.] seq 1 ack 1 length 1400');
  });
});

describe('a path that drops large segments and does not say so (RFC 4821)', () => {
  it('is found out, and tried with larger ones later', () => {
    const client = new Transfer({ total: 30_000_000, piece: 20_000, pause: 2000 });
    const server = new Transfer();
    const pair = new Pair(1, { mtu: 1100, tellsMtu: false }, [client], [server]);
    const sizes: number[] = [];
    pair.filter = ({ payloadEnd, payloadStart }, from) => {
      if (from === pair.client) sizes.push(payloadEnd - payloadStart);
      return true;
    };
    pair.open();
    pair.run(10_000);
    expect(server.received).toBeGreaterThan(10_000);
    expect(pair.client.it.block.mss).toBe(516 - 12);
    pair.run(60_000);
    // 1004 is the largest that is tried and arrives.
    expect(pair.client.it.block.mss).toBe(1004 - 12);
    expect(sizes).toContain(1220 - 12);
    const { congestion, timeouts } = pair.client.it.block;
    expect(congestion.window).toBeGreaterThanOrEqual(9920);
    expect(timeouts).toBe(0);
    // The path is mended.
    pair.link = { ...pair.link, mtu: 1500 };
    pair.run(1_300_000);
    expect(pair.client.it.block.mss).toBe(1460 - 12);
  });

  it('is found out by a message that is smaller than a full segment', () => {
    const client = new Transfer({ total: 1000 });
    const server = new Transfer({ expected: 1000 });
    const pair = new Pair(1, { mtu: 576, tellsMtu: false }, [client], [server]);
    pair.open();
    expect(pair.run(30_000, () => server.isFinished)).toBe(true);
  });
});
