import { Random } from '@atoll/sim/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DuplicateDetection } from '../../src/router/detection.ts';
import { Expiring } from '../../src/router/expiring.ts';
import { endOf, renewedEnd } from '../../src/router/lifetime.ts';
import { Solicitor } from '../../src/router/solicitor.ts';

const HOUR = 3_600_000;

describe('Solicitor', () => {
  /** When it asks, until `until`. */
  function timesOf(solicitor: Solicitor, until: number): number[] {
    const times: number[] = [];
    while (solicitor.nextTimeout <= until) {
      const now = solicitor.nextTimeout;
      if (solicitor.poll(now)) times.push(now);
    }
    return times;
  }

  it('doubles its patience, from four seconds to an hour, a tenth more or less', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const solicitor = new Solicitor(new Random(seed));
        solicitor.start(10_000);
        const times = timesOf(solicitor, 24 * HOUR);
        expect(times[0]).toBeGreaterThanOrEqual(10_000);
        expect(times[0]).toBeLessThanOrEqual(11_000);
        const pauses = times.slice(1).map((time, index) => time - times[index]);
        expect(Math.abs(pauses[0] - 4000)).toBeLessThanOrEqual(400);
        for (let index = 1; index < pauses.length; index++) {
          const [last, pause] = [pauses[index - 1], pauses[index]];
          const isDouble = Math.abs(pause - 2 * last) <= last / 10 + 1 && pause <= HOUR;
          const isLongest = Math.abs(pause - HOUR) <= HOUR / 10 && last >= HOUR / 2.2;
          expect(isDouble || isLongest).toBe(true);
        }
        expect(times.length).toBeGreaterThan(20);
      }),
    );
  });

  it('goes on where it is when it is started again, and begins anew after a stop', () => {
    const solicitor = new Solicitor(new Random(1));
    solicitor.start(0);
    timesOf(solicitor, 100_000);
    const { nextTimeout } = solicitor;
    solicitor.start(100_000);
    expect(solicitor.nextTimeout).toBe(nextTimeout);
    solicitor.stop();
    expect([solicitor.isRunning, solicitor.poll(1e9)]).toEqual([false, false]);
    solicitor.start(200_000);
    expect(solicitor.nextTimeout).toBeLessThanOrEqual(201_000);
  });
});

describe('DuplicateDetection', () => {
  function detection(probes: number): DuplicateDetection {
    return new DuplicateDetection({ entropy: new Random(1), probes, start: 500 });
  }

  it('sends its probes and waits after the last', () => {
    const detected = detection(2);
    expect(detected.poll(499, 1000)).toBeUndefined();
    expect(detected.poll(500, 1000)).toMatchObject({ nonce: expect.any(Number) });
    expect(detected.poll(1499, 1000)).toBeUndefined();
    expect(detected.poll(1500, 1000)).toMatchObject({ nonce: expect.any(Number) });
    expect(detected.nextTimeout).toBe(2500);
    expect(detected.poll(2500, 1000)).toBe('unique');
  });

  it('asks nobody when it need not', () => {
    expect(detection(0).poll(500, 1000)).toBe('unique');
  });

  it('knows its own probes, and goes on as long as they come back', () => {
    const detected = detection(1);
    const next = () => detected.poll(detected.nextTimeout, 1000);
    for (let round = 0; round < 31; round++) {
      const step = next();
      if (typeof step !== 'object') throw new Error('it stopped');
      expect(detected.isProbeOfOthers(step.nonce)).toBe(false);
    }
    const steps = Array.from({ length: 4 }, () => typeof next());
    expect(steps).toEqual(['object', 'object', 'object', 'string']);
  });

  it('takes probes without a nonce, or with another, for those of others', () => {
    const detected = detection(1);
    detected.poll(500, 1000);
    expect(detected.isProbeOfOthers(undefined)).toBe(true);
    expect(detected.isProbeOfOthers(12_345)).toBe(true);
  });
});

describe('Expiring', () => {
  it('tells what changes', () => {
    const list = new Expiring<string>(2);
    expect(list.set('a', 100, 0)).toBe(true);
    expect(list.set('a', 200, 0)).toBe(false);
    expect(list.set('b', 50, 0)).toBe(true);
    expect(list.set('c', 500, 0)).toBe(false);
    expect(list.values).toEqual(['a', 'b']);
    expect([list.poll(49), list.poll(50)]).toEqual([false, true]);
    expect(list.set('a', 0, 60)).toBe(true);
    expect(list.set('x', 0, 60)).toBe(false);
    expect(list.values).toEqual([]);
  });
});

describe('lifetimes', () => {
  it('end never when they are infinite', () => {
    expect(endOf(0xffff_ffff, 5)).toBe(Number.POSITIVE_INFINITY);
    expect(endOf(0xffff_fffe, 5)).toBe(0xffff_fffe * 1000 + 5);
  });

  // RFC 4862 section 5.5.3 (e), with what is left and what is told in hours.
  it.each([
    [1, 3, 3],
    [10, 3, 3],
    [1, 1.5, 1.5],
    [1, 0.5, 1],
    [1, 0, 1],
    [2, 0, 2],
    [3, 1, 2],
    [3, 0, 2],
    [10, 2, 2],
    [Number.POSITIVE_INFINITY, 0, 2],
    [3, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  ])('with %d hours left and %d told, there are %d', (left, told, then) => {
    const now = 5000;
    expect(renewedEnd(now + left * HOUR, now + told * HOUR, now)).toBe(now + then * HOUR);
  });
});
