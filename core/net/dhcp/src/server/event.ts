/** What the server's engine answers. */
import type { Binding } from './state.ts';
import type { Transmission } from './transmission.ts';

export interface Output {
  readonly send: Transmission[];
  readonly events: LeaseEvent[];
  /** Addresses to look for, with an ICMP echo request or ARP: {@link DhcpServer.handleConflict} if they answer. */
  readonly probe: number[];
  /** Why a message was refused or not answered, in one sentence for the log. */
  note: string | undefined;
}

/**
 * Each lease has one `added` and, when it is over, one `removed` event; between them its address, client
 * and name stay the same. When its name changes, it ends and begins again.
 */
export interface LeaseEvent {
  readonly kind: 'added' | 'renewed' | 'removed';
  readonly address: number;
  readonly htype: number;
  /** Empty when the lease has no name. */
  readonly name: string;
  /** Octets in hexadecimal with colons. */
  readonly hardware: string;
  /** In hexadecimal. */
  readonly clientId: string | undefined;
  /** Monotonic milliseconds; `Infinity` for a lease without end. */
  readonly expires: number;
}

export function leaseEvent(
  kind: LeaseEvent['kind'],
  { address, name, client, deadline }: Binding,
): LeaseEvent {
  const { htype, hardware, clientId } = client;
  return { kind, address, htype, hardware, clientId, name, expires: deadline };
}
