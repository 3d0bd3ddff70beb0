/** What the client's engine answers. */
import type { Configuration } from './configuration.ts';
import type { ClientLease } from './lease.ts';

export interface ClientOutput {
  readonly send: ClientTransmission[];
  readonly events: ClientEvent[];
  /** Why a message was ignored, or what went wrong, in one sentence for the log. */
  note: string | undefined;
}

/** A datagram from port 546 and a link-local address of the interface, to all servers of its link. */
export interface ClientTransmission {
  readonly to: { readonly address: bigint; readonly port: number };
  readonly payload: Uint8Array;
}

/**
 * A lease has one `bound`, then any number of `renewed`, in which everything may be new, and one `lost`
 * when no address is left. `configured` comes without a lease, from an Information-request.
 */
export type ClientEvent =
  | { readonly kind: 'bound' | 'renewed'; readonly lease: ClientLease }
  | { readonly kind: 'lost'; readonly lease: ClientLease; readonly reason: LossReason }
  | { readonly kind: 'configured'; readonly configuration: Configuration };

/** `expired`: nobody renewed it; `refused`: a server took it back; `conflict`: somebody else has an address; `released`: we gave it back. */
export type LossReason = 'expired' | 'refused' | 'conflict' | 'released';
