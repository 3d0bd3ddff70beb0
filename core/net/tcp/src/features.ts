import type { CreateCongestionControl } from './congestion/control.ts';
import { cubic } from './congestion/cubic.ts';

/** What connections make use of. All of it can be told off, for peers and paths that cannot bear it. */
export interface TcpFeatures {
  /** Windows above 64 KiB (RFC 7323 section 2). */
  readonly windowScaling: boolean;
  /** Timestamps: a round trip for each acknowledgment, and protection from old duplicates (RFC 7323). */
  readonly timestamps: boolean;
  /** Selective acknowledgments (RFC 2018, RFC 2883). */
  readonly sack: boolean;
  /** Losses are told by time, tails are probed (RFC 8985); needs `sack`. Without, as in RFC 6675. */
  readonly rack: boolean;
  /** Acknowledgments wait for data to travel with (RFC 1122 section 4.2.3.2). */
  readonly delayedAck: boolean;
  /** Small segments wait for acknowledgments (RFC 9293 section 3.7.4); `noDelay` is for one connection. */
  readonly nagle: boolean;
  /** Buffers grow with what the path carries. */
  readonly autoTuning: boolean;
  /** On long paths what the window allows is spread over the round trip. */
  readonly pacing: boolean;
  readonly congestion: CreateCongestionControl;
}

export const ALL_FEATURES: TcpFeatures = {
  windowScaling: true,
  timestamps: true,
  sack: true,
  rack: true,
  delayedAck: true,
  nagle: true,
  autoTuning: true,
  pacing: true,
  congestion: cubic,
};

/**
 * How far our windows are shifted when the peer can do that too (RFC 7323 section 2.3); -1 for not at all.
 * The same for all connections, so that a SYN cookie need not remember it.
 */
export function announcedWindowScale(features: TcpFeatures): number {
  return features.windowScaling ? WINDOW_SCALE : -1;
}

/** Windows up to 8 MiB, told to within 128 bytes. */
const WINDOW_SCALE = 7;
