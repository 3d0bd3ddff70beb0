import type { BufferLimits } from '../../src/connection/parameters.ts';
import type { TcpFeatures } from '../../src/features.ts';

/**
 * What happens when, in milliseconds:
 *
 * - `in`: a segment comes, see `notation.ts`;
 * - `out`: a segment leaves at this time, exactly this one; nothing may leave that is not written down;
 * - `app`: the application does something, or the network layer tells of something (`player.ts`);
 * - `is`: something is so, see `application.ts`;
 * - `quiet`: nothing more leaves up to this time.
 */
export type Step = readonly [time: number, kind: 'in' | 'out' | 'app' | 'is', text: string] | Quiet;
export type Quiet = readonly [time: number, kind: 'quiet'];

/** A peer that does exactly what is written down, against one connection of ours. */
export interface Script {
  /** The fact that it shows. */
  readonly name: string;
  readonly steps: readonly Step[];
  /**
   * What the peer offers in its SYN. The handshake is over at time 0 then, after one round trip, so the
   * script begins with an established connection. Left out, the script makes the handshake itself.
   */
  readonly offer?: string;
  /** How long the handshake took, {@link ROUND_TRIP} when left out. */
  readonly roundTrip?: number;
  /** The window field of the segment that ended the handshake, 65535 when left out. */
  readonly window?: number;
  /** We opened, or the peer did; the peer when left out. */
  readonly opener?: 'us' | 'peer';
  readonly features?: Partial<TcpFeatures>;
  readonly buffers?: Partial<BufferLimits>;
  /** The largest segment that we announce, 1460 when left out. */
  readonly mss?: number;
  /** Left out, the application takes everything as soon as it comes. */
  readonly isReading?: boolean;
  /** Acknowledgments go at once at first, for peers in slow start; by default that is over already. */
  readonly isQuick?: boolean;
  /** Where other systems, or the words of an RFC, have it differently, and why we do not. */
  readonly differs?: string;
}

/** What most scripts run on: segments of 1000 bytes, selective acknowledgments, a window of 64 KiB. */
export const PLAIN = { offer: 'mss 1000 sackOK' } as const;
/** The same without selective acknowledgments. */
export const BARE = { offer: 'mss 1000' } as const;
/** With timestamps: segments of 1000 bytes, the options not counted. */
export const STAMPED = { offer: 'mss 1012 sackOK ts -100 echo 0' } as const;

export const ROUND_TRIP = 100;
