import type { CongestionControl, CreateCongestionControl } from './control.ts';
import { initialWindow, MAXIMUM_WINDOW } from './control.ts';
import { HyStart } from './hystart.ts';

/** CUBIC (RFC 9438) with HyStart++ (RFC 9406) in the first slow start. */
export const cubic: CreateCongestionControl = (mss) => new Cubic(mss);

class Cubic implements CongestionControl {
  readonly name = 'cubic';
  mss: number;
  window: number;
  slowStartThreshold = Number.POSITIVE_INFINITY;
  /** W_max: where the last congestion was, or somewhat below; 0 when the next curve finds out. */
  #maximum = 0;
  /** cwnd_prior: the window before the last reduction. */
  #prior = 0;
  /** How the window grows in this stage of congestion avoidance, from its first acknowledgment on. */
  #curve: Curve | undefined;
  #lastAck = 0;
  /** Bytes of growth that are less than one. */
  #fraction = 0;
  #isRecovering = false;
  /** From a timeout until something new is acknowledged. */
  #isBackedOff = false;
  readonly #hyStart = new HyStart();
  #saved: Saved | undefined;

  constructor(mss: number) {
    this.mss = mss;
    this.window = initialWindow(mss);
  }

  onAck(
    acked: number,
    flight: number,
    isLimited: boolean,
    now: number,
    srtt: number,
    sample = -1,
  ): void {
    if (acked <= 0) return;
    this.#isBackedOff = false;
    const since = now - this.#lastAck;
    this.#lastAck = now;
    if (this.#isRecovering) return;
    if (this.window < this.slowStartThreshold) {
      if (isLimited) this.#slowStart(acked, flight, sample);
      return;
    }
    const curve = this.#curve ?? this.#startCurve(now);
    // While the window was not used, time stood still for it (RFC 9438 section 5.8).
    if (!isLimited) curve.start = Math.min(curve.start + since, now);
    else this.#avoidCongestion(curve, acked, Math.max(now - curve.start, 0) / 1000, srtt / 1000);
  }

  onLoss(flight: number): void {
    this.#save();
    // Fast convergence (section 4.7): the window did not get as far as the last time, so others need room.
    const { window } = this;
    this.#maximum = window < this.#maximum ? (window * (1 + BETA)) / 2 : window;
    this.#reduce(flight);
    this.window = this.slowStartThreshold;
    this.#isRecovering = true;
  }

  onRecovered(): void {
    if (!this.#isRecovering) return;
    this.#isRecovering = false;
    this.window = this.slowStartThreshold;
  }

  onTimeout(flight: number): void {
    // The same data again: the threshold is held (RFC 5681 section 3.1).
    if (!this.#isBackedOff) {
      this.#save();
      this.#reduce(flight);
    }
    // What the next stage begins with is its plateau (section 4.8).
    this.#maximum = 0;
    this.#isBackedOff = true;
    this.#isRecovering = false;
    this.window = this.mss;
  }

  onIdle(idleMs: number, rto: number): void {
    if (this.#isRecovering) return;
    const restart = initialWindow(this.mss);
    if (idleMs > rto && this.window > restart) {
      this.slowStartThreshold = Math.max(this.slowStartThreshold, (this.window * 3) >>> 2);
      this.window = restart;
      this.#curve = undefined;
      return;
    }
    this.#lastAck += idleMs;
    if (this.#curve !== undefined) this.#curve.start += idleMs;
  }

  undo(): void {
    const saved = this.#saved;
    if (saved === undefined) return;
    this.window = Math.max(this.window, saved.window);
    this.slowStartThreshold = saved.threshold;
    this.#maximum = saved.maximum;
    this.#prior = saved.prior;
    this.#curve = saved.curve;
    this.#isRecovering = false;
    this.#isBackedOff = false;
    this.#saved = undefined;
  }

  /** Exponential growth; HyStart++ only watches the first slow start (RFC 9406 section 4.3). */
  #slowStart(acked: number, flight: number, sample: number): void {
    const { window, mss } = this;
    const isFirst = this.slowStartThreshold === Number.POSITIVE_INFINITY;
    const growth = isFirst
      ? this.#hyStart.onAck(acked, flight, sample, mss)
      : Math.min(acked, STRETCHED_ACK * mss, Math.ceil(this.slowStartThreshold - window));
    this.window = Math.min(window + growth, MAXIMUM_WINDOW);
    if (!isFirst || !this.#hyStart.isOver) return;
    this.slowStartThreshold = this.window;
    this.#prior = this.window;
  }

  #startCurve(now: number): Curve {
    const { window, mss } = this;
    const plateau = Math.max(this.#maximum, window);
    this.#maximum = plateau;
    this.#fraction = 0;
    this.#curve = {
      start: now,
      plateau,
      k: Math.cbrt((plateau - window) / mss / C),
      estimate: window,
    };
    return this.#curve;
  }

  /** `elapsed` and `rtt` are in seconds, as in section 4.2, and windows in bytes. */
  #avoidCongestion(curve: Curve, acked: number, elapsed: number, rtt: number): void {
    const { window, mss } = this;
    const share = Math.min(acked / window, 1);
    // The Reno-friendly region (section 4.3).
    curve.estimate += (curve.estimate < this.#prior ? ALPHA : 1) * mss * share;
    const past = elapsed - curve.k;
    if (curve.plateau + C * past * past * past * mss < curve.estimate) {
      if (curve.estimate > window) this.#grow(curve.estimate - window - this.#fraction);
      return;
    }
    // The concave and the convex region (sections 4.4 and 4.5).
    const ahead = rtt > 0 ? past + rtt : past;
    const target = curve.plateau + C * ahead * ahead * ahead * mss;
    if (target > window) this.#grow((Math.min(target, window * 1.5) - window) * share);
  }

  #grow(bytes: number): void {
    const growth = bytes + this.#fraction;
    const whole = Math.floor(growth);
    this.#fraction = growth - whole;
    this.window = Math.min(this.window + whole, MAXIMUM_WINDOW);
  }

  /** Multiplicative decrease (section 4.6); what limited transmit sent beyond the window does not count. */
  #reduce(flight: number): void {
    const used = Math.min(flight, this.window);
    this.#prior = this.window;
    this.slowStartThreshold = Math.max(Math.floor(used * BETA), 2 * this.mss);
    this.#curve = undefined;
  }

  #save(): void {
    this.#saved = {
      window: this.window,
      threshold: this.slowStartThreshold,
      maximum: this.#maximum,
      prior: this.#prior,
      curve: this.#curve,
    };
  }
}

/** W_cubic(t) = C (t - K)^3 + W_max of section 4.2, with windows in bytes. */
interface Curve {
  /** t_epoch, in milliseconds. */
  start: number;
  /** W_max, at least the window it begins with. */
  plateau: number;
  /** K: seconds until the plateau. */
  k: number;
  /** W_est: how far Reno would have come (section 4.3). */
  estimate: number;
}

/** What `undo` restores (section 4.9). */
interface Saved {
  window: number;
  threshold: number;
  maximum: number;
  prior: number;
  curve: Curve | undefined;
}

const C = 0.4;
const BETA = 0.7;
/** Growth that is as fast as Reno's with its decrease of one half. */
const ALPHA = (3 * (1 - BETA)) / (1 + BETA);
/** Segments for which one acknowledgment may open the window in slow start (L of RFC 9406). */
const STRETCHED_ACK = 8;
