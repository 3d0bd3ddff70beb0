import type { Copy } from '@atoll/bytes/fast';
import type { BlockPool } from '../buffer/blocks.ts';
import type { TcpFeatures } from '../features.ts';
import type { Transmission } from './transmission.ts';

/** What a connection is made of. */
export interface ConnectionParameters {
  readonly localPort: number;
  readonly remotePort: number;
  /** ISS (RFC 6528). */
  readonly initialSequence: number;
  /** What the milliseconds are shifted by in our timestamps (RFC 7323 section 5.4). */
  readonly timestampOffset: number;
  /** The largest segment that we take, and that the path does: its MTU without headers (RFC 6691). */
  readonly mss: number;
  /** The memory for what is sent and received. */
  readonly pool: BlockPool;
  /** {@link ALL_FEATURES} when it is left out. */
  readonly features?: TcpFeatures;
  /** How payloads are copied. */
  readonly wire?: Copy;
  /** Asked before each challenge ACK (RFC 5961 section 7); without it they are limited here only. */
  readonly challenges?: { allows(now: number): boolean };
  /** What each segment to send is put into: one of its own when it is left out, or one for many connections. */
  readonly transmission?: Transmission;
  /** How many bytes each buffer may hold at first, and at most with automatic tuning. */
  readonly buffers?: Partial<BufferLimits>;
}

export interface BufferLimits {
  readonly send: number;
  readonly mostSend: number;
  readonly receive: number;
  readonly mostReceive: number;
}

export const DEFAULT_LIMITS: BufferLimits = {
  send: 0x1_0000,
  mostSend: 0x10_0000,
  receive: 0xffff,
  mostReceive: 0x10_0000,
};
