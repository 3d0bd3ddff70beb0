import type { KeyPair } from '@atoll/primitives/agreement';
import type { PeerKey } from '../credentials.ts';
import type { Extension } from '../extension.ts';
import type { Group } from '../group.ts';
import type { ClientHello } from '../hello.ts';
import type { KeySchedule } from '../key-schedule.ts';
import type { Offer } from '../offer.ts';
import type { Session } from '../session.ts';
import type { CipherSuite } from '../suite.ts';
import type { Transcript } from '../transcript.ts';

/** Where a client is in a handshake (RFC 8446, A.1): each state takes the one message it is named after. */
export type ClientState =
  | ExpectServerHello
  | (Agreed & { readonly expects: 'EncryptedExtensions' })
  | (Agreed & { readonly expects: 'Certificate or CertificateRequest' })
  | (Agreed & { readonly expects: 'Certificate' })
  | (Agreed & { readonly expects: 'CertificateVerify'; readonly peerKey: PeerKey })
  | (Agreed & { readonly expects: 'Finished' })
  /** TLS 1.2 went on from here. */
  | { readonly expects: 'nothing' }
  | {
      readonly expects: 'NewSessionTicket';
      readonly suite: CipherSuite;
      readonly serverName: string | undefined;
      readonly protocol: string | undefined;
      readonly resumptionSecret: Uint8Array;
      readonly peerExpires: number;
    };

export interface ExpectServerHello {
  readonly expects: 'ServerHello';
  readonly serverName: string | undefined;
  readonly hello: ClientHello;
  readonly offer: Partial<Offer>;
  /** The hello as it was sent. */
  readonly bytes: Uint8Array;
  /** One for each key share that was sent. */
  readonly keys: readonly GroupKey[];
  readonly session: Session | undefined;
  /** Whether early data went with the hello. */
  readonly early: boolean;
  /** The extensions that TLS 1.2 adds to our hello. */
  readonly older: readonly Extension[];
  /** After a HelloRetryRequest, with the transcript up to it. */
  readonly retried: { readonly suite: CipherSuite; readonly transcript: Transcript } | undefined;
}

export interface GroupKey {
  readonly group: Group;
  readonly pair: KeyPair;
}

/** What is known from the ServerHello on. */
export interface Agreed {
  readonly serverName: string | undefined;
  readonly suite: CipherSuite;
  readonly group: Group;
  readonly asked: ReadonlySet<number>;
  readonly transcript: Transcript;
  readonly schedule: KeySchedule;
  readonly clientSecret: Uint8Array;
  readonly serverSecret: Uint8Array;
  readonly resumed: boolean;
  /** With what early data went out. */
  readonly early: Session | undefined;
  /** Whether it was taken. */
  readonly earlyData: boolean;
  readonly protocol: string | undefined;
  readonly peerChain: readonly Uint8Array[];
  /** Until when tickets may stand for the server's certificates. */
  readonly peerExpires: number;
  /** The schemes of a CertificateRequest, when there was one. */
  readonly requested: readonly number[] | undefined;
}
