/**
 * Proportional rate reduction (RFC 9937, before that RFC 6937): spreads what is sent in fast recovery over
 * the acknowledgments, so that at its end the window is where congestion control wants it.
 *
 * Polling order: `start` when fast recovery does; `onAck` for each acknowledgment and `onSent` for each
 * segment until it is over.
 */
export class Prr {
  /** RecoverFS: bytes on their way when recovery began. */
  #flight = 0;
  #threshold = 0;
  #delivered = 0;
  #sent = 0;

  /**
   * Recovery starts with `flight` bytes on their way, those counted that the acknowledgment which started
   * it reported for the first time, and has to end with a window of `threshold`.
   */
  start(flight: number, threshold: number): void {
    this.#flight = Math.max(flight, 1);
    this.#threshold = threshold;
    this.#delivered = 0;
    this.#sent = 0;
  }

  /**
   * An acknowledgment told that `delivered` bytes arrived, in order or not; `inFlight` are on their way
   * now (pipe). `isSafe`: it moved SND.UNA and showed no new loss. Answers the window.
   */
  onAck(delivered: number, inFlight: number, isSafe: boolean, mss: number): number {
    if (delivered <= 0) return inFlight;
    this.#delivered += delivered;
    let count: number;
    if (inFlight > this.#threshold) {
      // Divided last: exact as long as the product is below 2^53.
      count = Math.ceil((this.#delivered * this.#threshold) / this.#flight) - this.#sent;
    } else {
      count = Math.max(this.#delivered - this.#sent, delivered);
      if (isSafe) count += mss;
      count = Math.min(count, this.#threshold - inFlight);
    }
    // The first retransmission goes out whatever happens, and whole.
    if (this.#sent === 0 && count < mss) count = mss;
    return inFlight + Math.max(count, 0);
  }

  /** `bytes` were sent, for the first time or again. */
  onSent(bytes: number): void {
    this.#sent += bytes;
  }
}
