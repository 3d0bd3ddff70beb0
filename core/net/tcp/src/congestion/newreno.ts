import type { CongestionControl, CreateCongestionControl } from './control.ts';
import { initialWindow, MAXIMUM_WINDOW } from './control.ts';

/**
 * NewReno (RFC 5681, RFC 6582) that counts bytes (RFC 3465). Growing the window during fast recovery is
 * left to the connection.
 */
export const newReno: CreateCongestionControl = (mss) => new NewReno(mss);

class NewReno implements CongestionControl {
  readonly name = 'newreno';
  mss: number;
  window: number;
  slowStartThreshold = Number.POSITIVE_INFINITY;
  /** Acknowledged bytes that did not count for the window yet (RFC 3465 section 2.1). */
  #counted = 0;
  #isRecovering = false;
  /** From a timeout until something new is acknowledged. */
  #isBackedOff = false;
  /** In slow start after a timeout, where late acknowledgments cover much (RFC 3465 section 2.3). */
  #isCautious = false;
  /** What `undo` restores; 0 when there is nothing. */
  #priorWindow = 0;
  #priorThreshold = 0;

  constructor(mss: number) {
    this.mss = mss;
    this.window = initialWindow(mss);
  }

  onAck(acked: number, _flight: number, isLimited: boolean): void {
    if (acked <= 0) return;
    this.#isBackedOff = false;
    if (!isLimited || this.#isRecovering) return;
    const { mss, window } = this;
    if (window < this.slowStartThreshold) {
      const most = this.#isCautious ? mss : 2 * mss;
      this.window = Math.min(window + Math.min(acked, most), MAXIMUM_WINDOW);
      return;
    }
    this.#isCautious = false;
    this.#counted += acked;
    if (this.#counted < window) return;
    this.#counted = Math.min(this.#counted - window, window);
    this.window = Math.min(window + mss, MAXIMUM_WINDOW);
  }

  onLoss(flight: number): void {
    this.#remember();
    this.#isRecovering = true;
    this.#counted = 0;
    this.slowStartThreshold = this.#half(flight);
    this.window = this.slowStartThreshold;
  }

  onRecovered(): void {
    if (!this.#isRecovering) return;
    this.#isRecovering = false;
    this.window = this.slowStartThreshold;
  }

  onTimeout(flight: number): void {
    // The same data again: the threshold is held (RFC 5681 section 3.1).
    if (!this.#isBackedOff) {
      this.#remember();
      this.slowStartThreshold = this.#half(flight);
    }
    this.#isBackedOff = true;
    this.#isCautious = true;
    this.#isRecovering = false;
    this.#counted = 0;
    this.window = this.mss;
  }

  onIdle(idleMs: number, rto: number): void {
    if (idleMs <= rto || this.#isRecovering) return;
    const restart = initialWindow(this.mss);
    if (this.window <= restart) return;
    this.slowStartThreshold = Math.max(this.slowStartThreshold, (this.window * 3) >>> 2);
    this.window = restart;
    this.#counted = 0;
  }

  undo(): void {
    if (this.#priorWindow === 0) return;
    this.window = Math.max(this.window, this.#priorWindow);
    this.slowStartThreshold = this.#priorThreshold;
    this.#priorWindow = 0;
    this.#isRecovering = false;
    this.#isBackedOff = false;
    this.#isCautious = false;
  }

  #remember(): void {
    this.#priorWindow = this.window;
    this.#priorThreshold = this.slowStartThreshold;
  }

  /** Equation 4 of RFC 5681; what limited transmit sent beyond the window does not count there. */
  #half(flight: number): number {
    return Math.max(Math.min(flight, this.window) >>> 1, 2 * this.mss);
  }
}
