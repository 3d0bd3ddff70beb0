import { describe, expect, it } from 'vitest';
import type { Experiment } from './meeting.ts';
import { Meeting, play } from './meeting.ts';

const PATH = { mbps: 10, queue: 50_000, delay: 10 };
const BAD_PATH = { ...PATH, loss: 0.03, reorder: 0.02, duplicate: 0.02 };
const SILENT = { size: 0 };

describe.each([
  ['a good path', PATH],
  ['a bad path', BAD_PATH],
])('over %s', (_, forth) => {
  const run = (experiment: Pick<Experiment, 'client' | 'server'> & Partial<Experiment>) =>
    play({ seed: 1, forth, ...experiment }, 300_000);

  it('many tiny writes become few segments', () => {
    const { lan } = run({ client: { size: 20_000, piece: 1 }, server: SILENT });
    expect(lan.count(0).packets).toBeLessThan(forth === PATH ? 60 : 150);
  });

  it('tiny writes at their own pace arrive at that', () => {
    const client = { size: 500, piece: 1, pauseMs: 10 };
    const { tookMs } = run({ client, server: SILENT, without: [['nagle'], []] });
    expect(tookMs).toBeGreaterThan(5000);
    expect(tookMs).toBeLessThan(forth === PATH ? 5200 : 8000);
  });

  it('a slow reader stops the sender', () => {
    const server = { size: 0, bite: 10_000, restMs: 100 };
    const { tookMs } = run({ client: { size: 1_000_000 }, server });
    expect(tookMs).toBeGreaterThan(9000);
    expect(tookMs).toBeLessThan(12_000);
  });

  it('a reader that stops for minutes goes on where it was', () => {
    const server = { size: 0, bite: 300_000, restMs: 200_000 };
    const { tookMs } = run({ client: { size: 600_000 }, server });
    expect(tookMs).toBeGreaterThan(200_000);
  });

  it('a side that has finished still gets everything', () => {
    const { servers } = run({ client: { size: 1000 }, server: { size: 1_000_000, isLast: true } });
    expect(servers[0].finishedAt).toBeLessThan(5000);
    run({ client: { size: 500_000, isLast: true }, server: { size: 0 } });
  });

  it('both directions run at once', () => {
    const size = 1_000_000;
    const { tookMs } = run({ client: { size }, server: { size } });
    if (forth === PATH) expect(tookMs).toBeLessThan(1400);
  });

  it('200 connections share the path', () => {
    const client = { size: 10_000 };
    const { tookMs } = run({ client, server: { size: 2000 }, connections: 200 });
    // 2 MB at 10 Mbit/s are 1.7 s with headers.
    expect(tookMs).toBeLessThan(forth === PATH ? 20_000 : 60_000);
  });
});

describe('connections that share a bottleneck', () => {
  it('get similar shares of it', () => {
    const path = { mbps: 10, queue: 60_000, delay: 20 };
    const client = { size: 20_000_000 };
    const meeting = new Meeting({ seed: 1, forth: path, client, server: SILENT, connections: 4 });
    meeting.run(30_000);
    const shares = meeting.servers.map(({ received }) => received);
    const sum = shares.reduce((total, share) => total + share, 0);
    const squares = shares.reduce((total, share) => total + share * share, 0);
    // Jain's index: 1 when all shares are the same, 1/4 when one has everything.
    expect((sum * sum) / (shares.length * squares)).toBeGreaterThan(0.8);
    // And together they use all of it.
    expect(sum).toBeGreaterThan(0.9 * 0.95 * 10 * 125 * 30_000);
  });
});
