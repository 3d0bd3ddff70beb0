import { describe, expect, it } from 'vitest';
import type { CongestionControl } from '../../src/congestion/control.ts';
import { cubic } from '../../src/congestion/cubic.ts';

const MSS = 1000;
const C = 0.4;
const ALPHA = (3 * 0.3) / 1.7;

/** A sender that always fills its window, over a path with a fixed round-trip time. */
class Sender {
  readonly control: CongestionControl = cubic(MSS);
  now = 0;
  readonly rttMs: number;
  #lastAck = 0;

  constructor(rttMs: number, segments: number) {
    this.rttMs = rttMs;
    this.control.window = segments * MSS;
    this.control.slowStartThreshold = segments * MSS;
  }

  get segments(): number {
    return this.control.window / MSS;
  }

  /** Acknowledgments for one segment each arrive, evenly, for `ms`. */
  run(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const next = this.#lastAck + this.rttMs / this.segments;
      if (next > end) break;
      this.#lastAck = next;
      this.control.onAck(MSS, this.control.window, true, next, this.rttMs);
    }
    this.now = end;
  }

  /** The window is full when something is lost, and everything is repaired in one round trip. */
  lose(): void {
    this.control.onLoss(this.control.window, this.now);
    this.now += this.rttMs;
    this.control.onRecovered(this.now);
    // The stage begins with the first acknowledgment after that.
    this.pause(0);
    this.control.onAck(1, this.control.window, true, this.now, this.rttMs);
  }

  /** Nothing is acknowledged for `ms`. */
  pause(ms: number): void {
    this.now += ms;
    this.#lastAck = this.now;
  }
}

/** W_cubic(t) of RFC 9438 section 4.2, in segments. */
function curve(seconds: number, maximum: number, first: number): number {
  const k = Math.cbrt((maximum - first) / C);
  return C * (seconds - k) ** 3 + maximum;
}

describe('CUBIC', () => {
  it('keeps seven tenths at a loss (section 4.6)', () => {
    const table = [
      // The window and what is on its way, then the threshold.
      [100, 100, 70_000],
      [100, 50, 35_000],
      [100, 103, 70_000],
      [10, 2, 2000],
      [10, 0, 2000],
    ];
    for (const [window, flight, threshold] of table) {
      const { control } = new Sender(100, window);
      control.onLoss(flight * MSS, 0);
      expect(control).toMatchObject({ window: threshold, slowStartThreshold: threshold });
      control.window = 999;
      control.onAck(MSS, flight, true, 0, 100);
      expect(control.window).toBe(999);
      control.onRecovered(100);
      expect(control.window).toBe(threshold);
    }
  });

  it('follows its curve, in the concave and in the convex region (sections 4.4 and 4.5)', () => {
    const sender = new Sender(100, 400);
    sender.lose();
    expect(sender.segments).toBe(280);
    // K is 6.69 seconds.
    for (let second = 1; second <= 14; second++) {
      sender.run(1000);
      expect(Math.abs(sender.segments - curve(second, 400, 280))).toBeLessThan(1);
    }
  });

  it('is at its old maximum after K, whatever the round trip', () => {
    for (const rttMs of [50, 100, 200]) {
      const sender = new Sender(rttMs, 1000);
      sender.lose();
      sender.run(1000 * Math.cbrt(300 / C));
      expect(Math.abs(sender.segments - 1000)).toBeLessThan(3);
    }
  });

  it('is no slower than Reno where round trips are short (section 4.3)', () => {
    const sender = new Sender(10, 20);
    sender.lose();
    expect(sender.segments).toBe(14);
    let reno = 14;
    for (let roundTrip = 1; roundTrip <= 60; roundTrip++) {
      sender.run(10);
      reno += reno < 20 ? ALPHA : 1;
      expect(Math.abs(sender.segments - reno)).toBeLessThan(1.6);
    }
    expect(sender.segments).toBeGreaterThan(65);
  });

  it('gives up room when it loses below its last maximum (section 4.7)', () => {
    const sender = new Sender(100, 400);
    sender.lose();
    sender.run(1000);
    const { segments } = sender;
    expect(segments).toBeLessThan(400);
    sender.lose();
    const maximum = (segments * 1.7) / 2;
    sender.run(1000 * Math.cbrt((maximum - segments * 0.7) / C));
    expect(Math.abs(sender.segments - maximum)).toBeLessThan(3);
    sender.run(200);
    expect(Math.abs(sender.segments - maximum)).toBeLessThan(4);
  });

  it('grows by half a window in a round trip at most (section 4.2)', () => {
    const sender = new Sender(100, 100);
    sender.lose();
    // One acknowledgment comes in ten minutes: the curve is far away.
    sender.control.onAck(MSS, 70_000, true, sender.now + 600_000, 100);
    expect(sender.control.window).toBe(70_500);
  });

  it('does not count time in which it was not the window that limited us (section 5.8)', () => {
    const steady = new Sender(100, 400);
    const pausing = new Sender(100, 400);
    for (const sender of [steady, pausing]) {
      sender.lose();
      sender.run(2000);
    }
    const { window } = pausing.control;
    for (let ack = 0; ack < 100; ack++) {
      pausing.pause(50);
      pausing.control.onAck(MSS, MSS, false, pausing.now, 100);
    }
    expect(pausing.control.window).toBe(window);
    for (const sender of [steady, pausing]) sender.run(2000);
    expect(Math.abs(pausing.segments - steady.segments)).toBeLessThan(1);
  });

  it('does not count pauses (section 5.8), and begins again after long ones', () => {
    const steady = new Sender(100, 400);
    const pausing = new Sender(100, 400);
    for (const sender of [steady, pausing]) {
      sender.lose();
      sender.run(2000);
    }
    pausing.control.onIdle(290, 300);
    pausing.pause(290);
    for (const sender of [steady, pausing]) {
      sender.pause(10);
      sender.control.onAck(MSS, MSS, false, sender.now, 100);
      sender.run(2000);
    }
    expect(Math.abs(pausing.segments - steady.segments)).toBeLessThan(1);

    const { window } = pausing.control;
    pausing.control.onIdle(301, 300);
    expect(pausing.control.window).toBe(10_000);
    expect(pausing.control.slowStartThreshold).toBe(Math.floor(window * 0.75));
  });

  it('begins with one segment after a timeout, then from where slow start ends (section 4.8)', () => {
    const sender = new Sender(100, 400);
    sender.lose();
    sender.control.window = 400_000;
    sender.control.onTimeout(400_000, sender.now);
    expect(sender.control).toMatchObject({ window: MSS, slowStartThreshold: 280_000 });
    sender.control.onTimeout(MSS, sender.now + 1000);
    expect(sender.control.slowStartThreshold).toBe(280_000);
    sender.pause(1000);
    while (sender.segments < 280) sender.run(10);
    expect(sender.segments).toBeLessThan(281);
    sender.run(5000);
    // K is 0, and 280 segments are the plateau.
    const expected = 280 + C * 5.1 ** 3;
    expect(Math.abs(sender.segments - expected)).toBeLessThan(4);
  });

  it('opens the window in a later slow start no further than the threshold', () => {
    const { control } = new Sender(100, 100);
    control.onTimeout(100_000, 0);
    control.onAck(500, 500, true, 0, 100);
    expect(control.window).toBe(1500);
    control.onAck(60_000, 60_000, true, 0, 100);
    expect(control.window).toBe(9500);
    control.window = 69_500;
    control.onAck(8000, 69_500, true, 0, 100);
    expect(control.window).toBe(70_000);
  });

  it('goes on as if nothing had been when a loss was none (section 4.9)', () => {
    for (const reduce of ['onLoss', 'onTimeout'] as const) {
      const steady = new Sender(100, 400);
      const spurious = new Sender(100, 400);
      for (const sender of [steady, spurious]) {
        sender.lose();
        sender.run(3000);
      }
      spurious.control[reduce](spurious.control.window, spurious.now);
      spurious.control.undo(spurious.now);
      expect(spurious.control).toMatchObject({
        window: steady.control.window,
        slowStartThreshold: 280_000,
      });
      spurious.control.undo(spurious.now);
      for (const sender of [steady, spurious]) sender.run(6000);
      expect(spurious.segments).toBe(steady.segments);
    }
  });

  it('leaves the first slow start when round trips take longer (RFC 9406)', () => {
    const control = cubic(MSS);
    let now = 0;
    let rttMs = 40;
    for (let roundTrip = 0; roundTrip < 30; roundTrip++) {
      const { window } = control;
      const segments = Math.floor(window / MSS);
      for (let ack = 0; ack < segments; ack++) {
        control.onAck(MSS, window - ack * MSS, true, now, rttMs, rttMs);
      }
      now += rttMs;
      // The path takes a hundred segments in 40 ms: the rest waits in its queue.
      rttMs = Math.max(40, control.window / MSS / 2.5);
      if (control.slowStartThreshold !== Number.POSITIVE_INFINITY) break;
    }
    // It grew by a quarter of what it was at most in each of five rounds after 100 segments.
    expect(control.slowStartThreshold).toBeGreaterThan(100 * MSS);
    expect(control.slowStartThreshold).toBeLessThan(700 * MSS);
  });
});
