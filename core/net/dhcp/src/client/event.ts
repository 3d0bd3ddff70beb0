/** What the client's engine answers. */
import type { ClientLease } from './lease.ts';

export interface ClientOutput {
  readonly send: ClientTransmission[];
  readonly events: ClientEvent[];
  /** Why a message was ignored, or what went wrong, in one sentence for the log. */
  note: string | undefined;
}

/** A datagram from port 68. */
export interface ClientTransmission {
  /** Our address; 0 while we have none. */
  readonly source: number;
  /** The limited broadcast address goes to all hosts of the link, without ARP. */
  readonly to: { readonly address: number; readonly port: number };
  readonly payload: Uint8Array;
}

/**
 * A lease has one `bound`, then any number of `renewed`, and one `lost` when it is over. All have the same
 * address; everything else may be new in a `renewed` one. Before `bound` comes `probe` when
 * the client was told to wait for the address to be probed: it must not be used yet.
 */
export type ClientEvent =
  | { readonly kind: 'probe' | 'bound' | 'renewed'; readonly lease: ClientLease }
  | { readonly kind: 'lost'; readonly lease: ClientLease; readonly reason: LossReason };

/** `expired`: nobody renewed it; `refused`: a server took it back; `conflict`: somebody else has the address; `released`: we gave it back. */
export type LossReason = 'expired' | 'refused' | 'conflict' | 'released';
