import { describe, expect, it } from 'vitest';
import { play } from './meeting.ts';
import { mathis, pftk, transferMs } from './model.ts';

const TO_SERVER = { client: { size: 200_000 }, server: { size: 0 } };

describe('a bottleneck', () => {
  it('lets through what its rate allows', () => {
    const { tookMs, lan } = play({ seed: 1, forth: { mbps: 8, queue: 1e6 }, ...TO_SERVER }, 10_000);
    // 200 ms for the payload alone, and 4.5 % for headers.
    expect(tookMs).toBeGreaterThan(200 * 1.04);
    expect(tookMs).toBeLessThan(200 * 1.1);
    expect(lan.count(0)).toMatchObject({ overflowed: 0, lost: 0 });
    expect(lan.queued).toBe(0);
  });

  it('loses what its queue has no room for', () => {
    const path = { mbps: 8, queue: 10_000, delay: 20 };
    const { lan } = play({ seed: 1, forth: path, ...TO_SERVER }, 10_000);
    expect(lan.count(0).overflowed).toBeGreaterThan(0);
    expect(lan.count(1).overflowed).toBe(0);
  });

  it('loses and damages in the direction it is told to', () => {
    const { lan } = play(
      { seed: 1, forth: {}, back: { loss: 0.2, corrupt: 0.2 }, ...TO_SERVER },
      60_000,
    );
    expect(lan.count(0)).toMatchObject({ lost: 0, damaged: 0 });
    expect(lan.count(1).lost).toBeGreaterThan(0);
    expect(lan.count(1).damaged).toBeGreaterThan(0);
  });

  it('repeats itself exactly for its seed, and only for that', () => {
    const run = (seed: number) => {
      const forth = { mbps: 8, queue: 10_000, delay: 20, loss: 0.05, jitter: 5 };
      const { tookMs, lan } = play({ seed, forth, ...TO_SERVER }, 60_000);
      return { tookMs, ...lan.count(0) };
    };
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });
});

describe('the model of a transfer', () => {
  const path = { mss: 1000, rttMs: 100, rtoMs: 300, loss: 0, rate: 1000, window: 50_000 };

  it('is limited by the window, the link and the loss', () => {
    expect(pftk(path)).toBe(500);
    expect(pftk({ ...path, window: 1e9 })).toBe(1000);
    const lossy = { ...path, loss: 0.001, window: 1e9 };
    expect(pftk(lossy)).toBeGreaterThan(0.9 * mathis({ ...lossy, loss: 0.002 }));
    expect(pftk(lossy)).toBeLessThan(mathis({ ...lossy, loss: 0.002 }));
    expect(pftk({ ...path, loss: 0.1 })).toBeLessThan(30);
  });

  it('takes a round trip and a half at least', () => {
    expect(transferMs(1, path)).toBeGreaterThanOrEqual(150);
    expect(transferMs(1e6, path)).toBeGreaterThan(2000);
  });
});
