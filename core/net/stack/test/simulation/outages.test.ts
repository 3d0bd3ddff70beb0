import { describe, expect, it } from 'vitest';
import type { Experiment } from './meeting.ts';
import { Meeting } from './meeting.ts';

const PATH = { mbps: 10, queue: 50_000, delay: 20 };
const BOTH_WAYS = { client: { size: 1_000_000 }, server: { size: 300_000 } };
const SEEDS = [1, 2, 3, 4, 5];

/** Runs `experiment`, with `act` called after 300 ms. */
function interrupt(experiment: Experiment, act: (meeting: Meeting) => void): Meeting {
  const meeting = new Meeting(experiment);
  meeting.lan.at(meeting.startedAt + 300, () => act(meeting));
  const isOver = meeting.run(300_000);
  expect([isOver, meeting.complaint], JSON.stringify(experiment)).toEqual([true, undefined]);
  return meeting;
}

describe('a connection outlives', () => {
  it.each([
    ['a second', 1000, 5000],
    // Timeouts double, so it takes up to as long again until it is noticed.
    ['half a minute', 30_000, 70_000],
  ])('%s without a path', (_, ms, mostMs) => {
    for (const seed of SEEDS) {
      const forth = { ...PATH, loss: seed % 2 === 0 ? 0.01 : 0 };
      const { tookMs } = interrupt({ seed, forth, ...BOTH_WAYS }, ({ lan }) => {
        lan.change({ ...PATH, loss: 1 });
        lan.after(ms, () => lan.change(forth));
      });
      expect(tookMs).toBeGreaterThan(ms);
      expect(tookMs).toBeLessThan(mostMs);
    }
  });

  it('a cable that is pulled out at one end', () => {
    for (const seed of SEEDS) {
      const { tookMs } = interrupt({ seed, forth: PATH, ...BOTH_WAYS }, ({ lan, server }) => {
        server.host.plugged = false;
        lan.after(5000, () => {
          server.host.plugged = true;
        });
      });
      expect(tookMs).toBeLessThan(20_000);
    }
  });

  it('a path that lets only one direction through', () => {
    for (const seed of SEEDS) {
      interrupt({ seed, forth: PATH, ...BOTH_WAYS }, ({ lan }) => {
        lan.change(PATH, { ...PATH, loss: 1 });
        lan.after(5000, () => lan.change({ ...PATH, loss: 1 }, PATH));
        lan.after(10_000, () => lan.change(PATH));
      });
    }
  });

  it.each([
    ['IPv4', false, 1500, 1400],
    ['IPv4', false, 1500, 576],
    ['IPv4', false, 9000, 1500],
    ['IPv6', true, 1500, 1280],
    ['IPv6', true, 9000, 1400],
  ])('a path over %s that becomes narrower', (_, isIpv6, mtu, narrow) => {
    for (const seed of SEEDS) {
      const experiment = { seed, isIpv6, mtu, forth: PATH, ...BOTH_WAYS };
      const { tookMs, lan } = interrupt(experiment, (meeting) =>
        meeting.lan.change({ ...PATH, mtu: narrow }),
      );
      // Those that were on their way, and hardly any more.
      expect(lan.count(0).tooBig).toBeGreaterThan(0);
      expect(lan.count(0).tooBig).toBeLessThan(100);
      expect(tookMs).toBeLessThan(5000);
    }
  });

  it.each([
    ['IPv4', false, 1500, 1400],
    ['IPv4', false, 9000, 1500],
    ['IPv6', true, 9000, 1400],
  ])('a path over %s that becomes narrower, and nobody says so', (_, isIpv6, mtu, narrow) => {
    for (const seed of SEEDS) {
      const experiment = { seed, isIpv6, mtu, forth: PATH, ...BOTH_WAYS };
      const { tookMs } = interrupt(experiment, ({ lan }) =>
        lan.change({ ...PATH, mtu: narrow, isSilent: true }),
      );
      expect(tookMs).toBeLessThan(30_000);
    }
  });

  it('a path that becomes a hundred times slower', () => {
    for (const seed of SEEDS) {
      interrupt({ seed, forth: { ...PATH, mbps: 100 }, ...BOTH_WAYS }, ({ lan }) =>
        lan.change({ ...PATH, mbps: 1 }),
      );
    }
  });

  it('a path that becomes a hundred times longer', () => {
    for (const seed of SEEDS) {
      interrupt({ seed, forth: { ...PATH, delay: 5 }, ...BOTH_WAYS }, ({ lan }) =>
        lan.change({ ...PATH, delay: 500 }),
      );
    }
  });
});

describe('a peer that is gone for good', () => {
  it('is given up after five minutes', () => {
    const meeting = new Meeting({ seed: 1, forth: PATH, ...BOTH_WAYS });
    meeting.lan.at(300, () => meeting.lan.change({ loss: 1 }));
    meeting.run(290_000);
    expect([meeting.clients[0].reason, meeting.servers[0].reason]).toEqual([undefined, undefined]);
    meeting.run(60_000);
    expect([meeting.clients[0].reason, meeting.servers[0].reason]).toEqual(['timeout', 'timeout']);
    expect(meeting.client.stack.tcpHost.usedMemory).toBe(0);
  });
});
