import type { PeerKey } from '../../credentials.ts';
import type { Group } from '../../group.ts';
import type { Agreed, Hellos } from '../agree.ts';

/** Where a server is in a handshake (RFC 5246, 7.3): each state takes the one message it is named after. */
export type Server12State =
  | (Exchanging & { readonly expects: 'Certificate' })
  | (Exchanging & { readonly expects: 'ClientKeyExchange' })
  | (Finishing & { readonly expects: 'CertificateVerify'; readonly peerKey: PeerKey })
  | (Finishing & { readonly expects: 'ChangeCipherSpec' })
  | (Finishing & { readonly expects: 'Finished' })
  | { readonly expects: 'nothing' };

/** What is known once our ServerHelloDone went out. */
export interface Exchanging {
  readonly hellos: Hellos;
  readonly group: Group;
  readonly privateKey: Uint8Array;
  /** Whether the client gets a ticket. */
  readonly givesTicket: boolean;
  /** Who the client says it is, if it did. */
  readonly peer: { readonly chain: readonly Uint8Array[]; readonly key: PeerKey } | undefined;
}

/** What is known once there is a master secret. */
export interface Finishing {
  readonly agreed: Agreed;
  readonly givesTicket: boolean;
}
