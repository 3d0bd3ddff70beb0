import type { PeerKey } from '../../credentials.ts';
import type { Group } from '../../group.ts';
import type { Agreed, Hellos } from '../agree.ts';
import type { CertificateRequest12, NewSessionTicket12 } from '../message.ts';

/** Where a client is in a handshake (RFC 5246, 7.3): each state takes the one message it is named after. */
export type Client12State =
  | (Greeted & { readonly expects: 'Certificate' })
  | (Certified & { readonly expects: 'ServerKeyExchange' })
  | (Exchanged & { readonly expects: 'CertificateRequest or ServerHelloDone' })
  | (Exchanged & { readonly expects: 'ServerHelloDone' })
  | (Finishing & { readonly expects: 'NewSessionTicket' })
  | (Finishing & { readonly expects: 'ChangeCipherSpec' })
  | (Finishing & { readonly expects: 'Finished' })
  | { readonly expects: 'nothing' };

/** What is known from the ServerHello on. */
export interface Greeted {
  readonly hellos: Hellos;
  /** Whether the server announced a ticket. */
  readonly getsTicket: boolean;
}

/** What is known once the server said who it is. */
export interface Certified extends Greeted {
  readonly peerKey: PeerKey;
  readonly peerChain: readonly Uint8Array[];
  /** Until when tickets may stand for the server's certificates. */
  readonly peerExpires: number;
}

/** What is known once the server proved it. */
export interface Exchanged extends Certified {
  readonly group: Group;
  /** Our part of the key exchange, and what it made. */
  readonly publicKey: Uint8Array;
  readonly shared: Uint8Array;
  /** What the server wants to know of us, when it does. */
  readonly requested: CertificateRequest12 | undefined;
}

/** What is known once there is a master secret. */
export interface Finishing {
  readonly agreed: Agreed;
  readonly peerExpires: number;
  readonly ticket: NewSessionTicket12 | undefined;
}
