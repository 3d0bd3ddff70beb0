/**
 * Decides how much may be on its way: a congestion window for one direction of one connection. Bytes and
 * milliseconds. In fast recovery the connection sets `window` itself, see `Prr`.
 */
export interface CongestionControl {
  readonly name: string;
  /** SMSS: payload of a full segment. The connection lowers it when the path takes less. */
  mss: number;
  /** The congestion window, cwnd. */
  window: number;
  /** Up to here it grows exponentially, ssthresh. Infinite at first. */
  slowStartThreshold: number;
  /**
   * `acked` new bytes were acknowledged, and it is not in fast recovery. `flight` bytes were on their way
   * before; `isLimited` says that the window, not the application or the peer, kept us from sending more.
   * `srtt` is the smoothed round-trip time and `sample` the one of this acknowledgment; -1 when unknown.
   */
  onAck(
    acked: number,
    flight: number,
    isLimited: boolean,
    now: number,
    srtt: number,
    sample?: number,
  ): void;
  /** Something was lost while `flight` bytes were on their way: fast recovery starts. Can be undone. */
  onLoss(flight: number, now: number): void;
  /** Fast recovery is over: everything that was sent before it has arrived. */
  onRecovered(now: number): void;
  /** The retransmission timer expired. Can be undone. */
  onTimeout(flight: number, now: number): void;
  /**
   * Data is to be sent after a pause of `idleMs` in which nothing was on its way. After more than `rto`
   * nobody knows what the path takes: it starts again from RW (RFC 5681 section 4.1), and what it took
   * is kept as the threshold (RFC 7661 section 4.4.2).
   */
  onIdle(idleMs: number, rto: number): void;
  /** The last loss or timeout was none: segments were late, not lost (RFC 4015, RFC 9438 section 4.9). */
  undo(now: number): void;
}

/** A control for a new connection with segments of `mss` bytes, with the window of RFC 6928. */
export type CreateCongestionControl = (mss: number) => CongestionControl;

/** IW of RFC 6928: ten segments. A connection whose SYN was lost starts with one (RFC 5681 section 3.1). */
export function initialWindow(mss: number): number {
  return Math.min(10 * mss, Math.max(2 * mss, 14_600));
}

/** More than a peer can ever announce (RFC 7323 section 2.3). */
export const MAXIMUM_WINDOW = 0x4000_0000;
