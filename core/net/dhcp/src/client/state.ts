/** Where the client is in figure 5 of RFC 2131, and what it remembers there. */
import type { ClientLease } from './lease.ts';

export type State =
  /** Nobody asked for an address. */
  | { readonly name: 'stopped' }
  /** Waits for a while and then asks, for the address that it remembers (`INIT-REBOOT`) or for any. */
  | { readonly name: 'init'; readonly startAt: number; readonly reboots: boolean }
  | (Asking & {
      readonly name: 'selecting';
      /** The best offer so far, which is taken at `chooseAt`. */
      offer: Offer | undefined;
      chooseAt: number;
    })
  | (Asking & { readonly name: 'requesting'; readonly offer: Offer })
  /** Asks whether it may have `address`; `lease` is the one in use, if there is one. */
  | (Asking & {
      readonly name: 'rebooting';
      readonly address: number;
      readonly lease: ClientLease | undefined;
    })
  /** The address is being probed: nobody uses it yet. */
  | { readonly name: 'probing'; readonly lease: ClientLease; readonly endAt: number }
  | { readonly name: 'bound'; readonly lease: ClientLease }
  | (Asking & { readonly name: 'renewing' | 'rebinding'; readonly lease: ClientLease });

export type StateName = State['name'];

/** A message was sent and waits for its answer. All times in monotonic milliseconds. */
export interface Asking {
  /** By which the answer is known. */
  xid: number;
  /** When the client began, for the field `secs`. */
  readonly began: number;
  /** `secs` of the last DISCOVER, which the REQUEST after it repeats (RFC 2131 section 4.1). */
  secs: number;
  /** When the lease that is asked for counts from: the first message that its answer may belong to. */
  since: number;
  /** How many messages were sent. */
  sent: number;
  /** When the next one is due. */
  retryAt: number;
}

export interface Offer {
  readonly address: number;
  readonly serverIdentifier: number;
}

/** The lease in use. */
export function leaseOf(state: State): ClientLease | undefined {
  switch (state.name) {
    case 'bound':
    case 'renewing':
    case 'rebinding':
    case 'rebooting':
      return state.lease;
    default:
      return undefined;
  }
}

/** When something is to be done in `state`, in monotonic milliseconds. */
export function deadlineOf(state: State): number {
  switch (state.name) {
    case 'stopped':
      return Number.POSITIVE_INFINITY;
    case 'init':
      return state.startAt;
    case 'selecting':
      return Math.min(state.retryAt, state.chooseAt);
    case 'requesting':
      return state.retryAt;
    case 'rebooting':
      return Math.min(state.retryAt, state.lease?.until ?? Number.POSITIVE_INFINITY);
    case 'probing':
      return Math.min(state.endAt, state.lease.until);
    case 'bound':
      return state.lease.renewAt;
    case 'renewing':
      return Math.min(state.retryAt, state.lease.rebindAt);
    case 'rebinding':
      return Math.min(state.retryAt, state.lease.until);
  }
}
