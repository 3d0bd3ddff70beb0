/** Where the client is, and what it remembers there. */
import type { ClientLease } from './lease.ts';
import { firstEnd } from './lease.ts';

export type State =
  /** Nobody asked for anything. */
  | { readonly name: 'stopped' }
  /** Looks for servers; `offer` is the best one so far, which is taken when the first wait is over. */
  | (Asking & { readonly name: 'soliciting'; offer: Offer | undefined })
  /** Takes an offer, or asks for addresses again that a server knows nothing of but are in use. */
  | (Asking & {
      readonly name: 'requesting';
      readonly offer: Offer;
      readonly lease: ClientLease | undefined;
    })
  | { readonly name: 'bound'; readonly lease: ClientLease }
  | (Asking & {
      readonly name: 'renewing' | 'rebinding' | 'confirming';
      readonly lease: ClientLease;
    })
  /** Gives addresses back that are not in use any more; `offer` has them and their server. */
  | (Asking & { readonly name: 'releasing' | 'declining'; readonly offer: Offer })
  /** Asks for a configuration without addresses. */
  | (Asking & { readonly name: 'informing' })
  | { readonly name: 'informed'; readonly refreshAt: number };

export type StateName = State['name'];

/** A message that is sent until it is answered. All times in monotonic milliseconds. */
export interface Asking {
  /** By which the answer is known, 24 bits. */
  readonly transactionId: number;
  /** When the first one was sent, and the last one, and how many were. */
  began: number;
  sentAt: number;
  sent: number;
  /** The last wait, and when it is over. */
  wait: number;
  retryAt: number;
}

export interface Offer {
  readonly serverIdentifier: Uint8Array;
  readonly preference: number;
  readonly addresses: readonly bigint[];
}

/** The lease in use. */
export function leaseOf(state: State): ClientLease | undefined {
  return 'lease' in state ? state.lease : undefined;
}

/** When something is to be done in `state`, in monotonic milliseconds. */
export function deadlineOf(state: State): number {
  const lease = leaseOf(state);
  const end = lease === undefined ? Number.POSITIVE_INFINITY : firstEnd(lease);
  switch (state.name) {
    case 'stopped':
      return end;
    case 'informed':
      return state.refreshAt;
    case 'bound':
      return Math.min(end, state.lease.renewAt);
    case 'renewing':
      return Math.min(end, state.retryAt, state.lease.rebindAt);
    default:
      return Math.min(end, state.retryAt);
  }
}
