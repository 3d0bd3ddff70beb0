import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RoundTrip } from '../src/rtt.ts';

describe('RoundTrip', () => {
  it('waits a second before there is a sample (RFC 6298 section 2.1)', () => {
    expect(new RoundTrip()).toMatchObject({ rto: 1000, isKnown: false, smoothed: 0 });
  });

  it('begins with the first sample and half of it as variation (section 2.2)', () => {
    const roundTrip = new RoundTrip();
    roundTrip.sample(100, 0);
    expect(roundTrip).toMatchObject({ smoothed: 100, variation: 50, rto: 300, latest: 100 });
  });

  it('weighs later ones with an eighth and a quarter (section 2.3)', () => {
    const roundTrip = new RoundTrip();
    // Each line: the sample, then SRTT, RTTVAR and RTO.
    const table = [
      [400, 400, 200, 1200],
      [800, 450, 250, 1450],
      [400, 443.75, 200, 1243.75],
      [443.75, 443.75, 150, 1043.75],
      [443.75, 443.75, 112.5, 893.75],
    ];
    for (const [sample, smoothed, variation, rto] of table) {
      roundTrip.sample(sample, 0);
      expect(roundTrip).toMatchObject({ smoothed, variation, rto });
    }
  });

  it('waits 200 ms longer than a round trip that does not vary', () => {
    const roundTrip = new RoundTrip();
    for (let index = 0; index < 100; index++) roundTrip.sample(1, index);
    expect(roundTrip.rto).toBeCloseTo(201, 6);
    roundTrip.sample(0, 100);
    expect(roundTrip.rto).toBeGreaterThanOrEqual(200);
  });

  it('doubles up to a minute, until there is a sample (section 5.5)', () => {
    const roundTrip = new RoundTrip();
    roundTrip.sample(100, 0);
    const waits = Array.from({ length: 10 }, () => {
      roundTrip.backOff();
      return roundTrip.rto;
    });
    expect(waits).toEqual([600, 1200, 2400, 4800, 9600, 19_200, 38_400, 60_000, 60_000, 60_000]);
    roundTrip.sample(100, 0);
    expect(roundTrip.rto).toBe(350 - 75 + 25);
  });

  it('has no back-off for a while, and then has it again', () => {
    const roundTrip = new RoundTrip();
    roundTrip.sample(100, 0);
    roundTrip.backOff();
    roundTrip.backOff();
    roundTrip.suspendBackOff();
    expect(roundTrip.rto).toBe(300);
    roundTrip.backOff();
    expect(roundTrip.rto).toBe(600);
    roundTrip.resumeBackOff();
    expect(roundTrip.rto).toBe(1200);
    roundTrip.sample(100, 0);
    roundTrip.resumeBackOff();
    expect(roundTrip.rto).toBe(350 - 75 + 25);
  });

  it('waits three seconds after a SYN was lost, until there is a sample (section 5.7)', () => {
    const roundTrip = new RoundTrip();
    roundTrip.backOff();
    expect(roundTrip.guess).toBe(1000);
    roundTrip.distrust();
    expect(roundTrip.rto).toBe(3000);
    expect(roundTrip.guess).toBe(3000);
    roundTrip.sample(100, 0);
    expect(roundTrip.rto).toBe(300);
    expect(roundTrip.guess).toBe(100);
  });

  it('lets many samples of a round trip weigh as much as one (RFC 7323 appendix G)', () => {
    const roundTrip = new RoundTrip();
    roundTrip.sample(100, 0);
    for (let index = 0; index < 20; index++) roundTrip.sample(200, 0, 20);
    // One sample would make it 112.5: a part of the weight of each is taken by those after it.
    expect(roundTrip.smoothed).toBeCloseTo(200 - 100 * (1 - 1 / 160) ** 20, 6);
    roundTrip.sample(200, 0);
    expect(roundTrip.smoothed).toBeGreaterThan(120);
  });

  it('knows the shortest round trip, and forgets it after ten minutes', () => {
    const roundTrip = new RoundTrip();
    expect(roundTrip.minimum).toBe(Number.POSITIVE_INFINITY);
    roundTrip.sample(20, 1_000_000);
    roundTrip.sample(50, 1_100_000);
    expect(roundTrip.minimum).toBe(20);
    roundTrip.sample(60, 1_300_000);
    expect(roundTrip.minimum).toBe(20);
    roundTrip.sample(70, 1_599_000);
    expect(roundTrip.minimum).toBe(20);
    roundTrip.sample(80, 1_600_000);
    expect(roundTrip.minimum).toBe(60);
    roundTrip.sample(90, 9_000_000);
    expect(roundTrip.minimum).toBe(90);
  });

  it('takes no sample that is none, and stays in its bounds with any', () => {
    const any = fc.oneof(fc.double(), fc.double({ min: 0, max: 1e6, noNaN: true }));
    fc.assert(
      fc.property(fc.array(fc.tuple(any, fc.integer({ min: 1, max: 1000 }))), (samples) => {
        const roundTrip = new RoundTrip();
        for (const [ms, expected] of samples) {
          const { smoothed, isKnown } = roundTrip;
          roundTrip.sample(ms, 0, expected);
          if (!(ms >= 0)) expect(roundTrip).toMatchObject({ smoothed, isKnown });
          expect(roundTrip.rto).toBeGreaterThanOrEqual(200);
          expect(roundTrip.rto).toBeLessThanOrEqual(120_000);
          expect(roundTrip.variation).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
