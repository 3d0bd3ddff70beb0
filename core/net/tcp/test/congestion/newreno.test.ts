import { describe, expect, it } from 'vitest';
import { initialWindow } from '../../src/congestion/control.ts';
import { newReno } from '../../src/congestion/newreno.ts';

const MSS = 1000;

describe('the initial window', () => {
  it('is ten segments, but no more than 14600 bytes unless that is less than two (RFC 6928)', () => {
    const table = [
      [536, 5360],
      [1220, 12_200],
      [1460, 14_600],
      [1461, 14_600],
      [8960, 17_920],
    ];
    for (const [mss, window] of table) expect(initialWindow(mss)).toBe(window);
  });
});

describe('NewReno', () => {
  it('adds what was acknowledged in slow start, two segments at most (RFC 3465 section 2.2)', () => {
    const table = [
      [1, 10_001],
      [1000, 11_001],
      [2000, 13_001],
      [2001, 15_001],
      [9000, 17_001],
      [0, 17_001],
      [-5, 17_001],
    ];
    const control = newReno(MSS);
    expect(control).toMatchObject({ name: 'newreno', window: 10_000 });
    expect(control.slowStartThreshold).toBe(Number.POSITIVE_INFINITY);
    for (const [acked, window] of table) {
      control.onAck(acked, control.window, true, 0, 100);
      expect(control.window).toBe(window);
    }
  });

  it('adds one segment per window in congestion avoidance', () => {
    const control = newReno(MSS);
    control.slowStartThreshold = 10_000;
    for (let segment = 1; segment < 10; segment++) control.onAck(MSS, 10_000, true, 0, 100);
    expect(control.window).toBe(10_000);
    control.onAck(MSS, 10_000, true, 0, 100);
    expect(control.window).toBe(11_000);
    control.onAck(11_000, 11_000, true, 0, 100);
    expect(control.window).toBe(12_000);
  });

  it('does not grow while something else limits us', () => {
    const control = newReno(MSS);
    control.onAck(MSS, 1000, false, 0, 100);
    expect(control.window).toBe(10_000);
    control.slowStartThreshold = 10_000;
    for (let index = 0; index < 50; index++) control.onAck(MSS, 1000, false, 0, 100);
    expect(control.window).toBe(10_000);
  });

  it('halves what is on its way at a loss (RFC 5681 section 3.2), and goes on from there', () => {
    const table = [
      // On its way, then the threshold.
      [10_000, 5000],
      [8000, 4000],
      [3000, 2000],
      [0, 2000],
      // Sent by limited transmit, beyond the window.
      [12_000, 5000],
    ];
    for (const [flight, threshold] of table) {
      const control = newReno(MSS);
      control.onLoss(flight, 0);
      expect(control).toMatchObject({ window: threshold, slowStartThreshold: threshold });
      control.window = 7777;
      control.onAck(MSS, flight, true, 0, 100);
      expect(control.window).toBe(7777);
      control.onRecovered(10);
      expect(control.window).toBe(threshold);
      control.onAck(threshold, threshold, true, 20, 100);
      expect(control.window).toBe(threshold + MSS);
    }
  });

  it('begins again with one segment after a timeout, and holds the threshold for the same data', () => {
    const control = newReno(MSS);
    control.onTimeout(10_000, 0);
    expect(control).toMatchObject({ window: MSS, slowStartThreshold: 5000 });
    control.onTimeout(1000, 1000);
    expect(control).toMatchObject({ window: MSS, slowStartThreshold: 5000 });
    // One segment for each acknowledgment only (RFC 3465 section 2.3).
    control.onAck(5000, 5000, true, 2000, 100);
    expect(control.window).toBe(2 * MSS);
    control.onTimeout(2000, 3000);
    expect(control).toMatchObject({ window: MSS, slowStartThreshold: 2000 });
  });

  it('leaves fast recovery by a timeout', () => {
    const control = newReno(MSS);
    control.onLoss(10_000, 0);
    control.onTimeout(5000, 500);
    expect(control.window).toBe(MSS);
    control.onRecovered(600);
    expect(control.window).toBe(MSS);
    control.onAck(MSS, MSS, true, 600, 100);
    expect(control.window).toBe(2 * MSS);
  });

  it('begins again after a pause, and remembers how far it was', () => {
    const control = newReno(MSS);
    control.window = 40_000;
    control.slowStartThreshold = 20_000;
    control.onIdle(300, 300);
    expect(control.window).toBe(40_000);
    control.onIdle(301, 300);
    expect(control).toMatchObject({ window: 10_000, slowStartThreshold: 30_000 });
    control.onIdle(1000, 300);
    expect(control).toMatchObject({ window: 10_000, slowStartThreshold: 30_000 });
    control.window = 5000;
    control.onIdle(1000, 300);
    expect(control.window).toBe(5000);
  });

  it('takes a reduction back that was for nothing, once', () => {
    const control = newReno(MSS);
    control.onLoss(10_000, 0);
    control.undo(10);
    expect(control).toMatchObject({ window: 10_000 });
    expect(control.slowStartThreshold).toBe(Number.POSITIVE_INFINITY);
    control.onAck(MSS, 10_000, true, 20, 100);
    expect(control.window).toBe(11_000);
    control.onTimeout(11_000, 30);
    control.onTimeout(1000, 60);
    control.undo(70);
    expect(control.window).toBe(11_000);
    control.window = 3000;
    control.undo(80);
    expect(control.window).toBe(3000);
  });

  it('keeps what it gained since then when it takes a reduction back', () => {
    const control = newReno(MSS);
    control.onLoss(10_000, 0);
    control.onRecovered(10);
    control.window = 15_000;
    control.undo(20);
    expect(control.window).toBe(15_000);
  });
});
