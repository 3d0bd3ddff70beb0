import type { Credentials, PeerKey, Signer } from '../credentials.ts';
import type { Group } from '../group.ts';
import type { KeySchedule } from '../key-schedule.ts';
import type { Offer } from '../offer.ts';
import type { CipherSuite } from '../suite.ts';
import type { Transcript } from '../transcript.ts';

/** Where a server is in a handshake (RFC 8446, A.2): each state takes the one message it is named after. */
export type ServerState =
  | { readonly expects: 'ClientHello'; readonly retried?: undefined }
  | { readonly expects: 'second ClientHello'; readonly retried: Retried }
  | (Agreed & { readonly expects: 'Certificate' })
  | (Agreed & { readonly expects: 'CertificateVerify'; readonly peerKey: PeerKey })
  | (Agreed & { readonly expects: 'EndOfEarlyData' })
  | (Agreed & { readonly expects: 'Finished' })
  | { readonly expects: 'nothing' };

/** What a HelloRetryRequest was the answer to. */
export interface Retried {
  /** The hash of what the second hello must not change: a hello may be long, and be followed by nothing. */
  readonly constant: Uint8Array;
  readonly suite: CipherSuite;
  readonly group: Group;
  readonly transcript: Transcript;
}

/** What is known once our Finished went out. */
export interface Agreed {
  readonly suite: CipherSuite;
  readonly group: Group;
  readonly transcript: Transcript;
  readonly schedule: KeySchedule;
  readonly clientSecret: Uint8Array;
  readonly clientTraffic: Uint8Array;
  readonly exporterSecret: Uint8Array;
  readonly resumed: boolean;
  readonly earlyData: boolean;
  readonly protocol: string | undefined;
  readonly serverName: string | undefined;
  /** Whether the client takes tickets. */
  readonly wantsTicket: boolean;
  readonly peerChain: readonly Uint8Array[];
  /** When the peer's certificates, or the ticket that stands for them, stop being good; `Infinity` when it has none. */
  readonly peerExpires: number;
}

/** What was chosen of an offer. */
export interface Choice {
  readonly offer: Partial<Offer>;
  readonly suite: CipherSuite;
  readonly group: Group;
  /** The client's key; `undefined` asks for a HelloRetryRequest. */
  readonly key: Uint8Array | undefined;
  readonly protocol: string | undefined;
}

export interface Identity {
  readonly credentials: Credentials;
  readonly signer: Signer;
}
