/** What the handshakes of both roles have in common: states go from step to step, and each says what to do. */
import type { Result } from '@atoll/result/result';
import type { TlsFailure } from './alert.ts';
import type { Message } from './message.ts';
import type { Session } from './session.ts';
import type { CipherSuite } from './suite.ts';

/** What was agreed on. */
export interface Connected {
  readonly suite: string;
  readonly group: string;
  /** Whether a ticket stood for the certificates. */
  readonly resumed: boolean;
  /** Whether the server took early data. What a client sent and the server did not take has to be sent again. */
  readonly earlyData: boolean;
  /** What ALPN chose. */
  readonly protocol: string | undefined;
  readonly serverName: string | undefined;
  /** DER; empty when the peer did not show any now. */
  readonly peerChain: readonly Uint8Array[];
}

export type Action =
  | { readonly do: 'send'; readonly message: Uint8Array }
  /** Sends the change_cipher_spec that means nothing (RFC 8446, D.4). */
  | { readonly do: 'pretend' }
  /** Sends early data. */
  | { readonly do: 'send-early'; readonly data: Uint8Array }
  | { readonly do: 'read-with'; readonly suite: CipherSuite; readonly secret: Uint8Array }
  | { readonly do: 'write-with'; readonly suite: CipherSuite; readonly secret: Uint8Array }
  /** Like `read-with`, for up to `most` bytes of early data. */
  | {
      readonly do: 'read-early';
      readonly suite: CipherSuite;
      readonly secret: Uint8Array;
      readonly most: number;
    }
  /** Goes back to records without protection, after early data that was in vain. */
  | { readonly do: 'write-plain' }
  /** What records may hold from now on: content, type and padding together. */
  | { readonly do: 'limit'; readonly read: number; readonly written: number }
  | { readonly do: 'skip-early-data' }
  | {
      readonly do: 'connect';
      readonly suite: CipherSuite;
      readonly exporterSecret: Uint8Array;
      readonly connected: Connected;
    }
  | { readonly do: 'remember'; readonly session: Session };

export interface Step<State> {
  readonly state: State;
  readonly actions: readonly Action[];
}

/** A handshake message as it came, and its value. */
export interface Received {
  readonly message: Message;
  readonly bytes: Uint8Array;
}

export type Stepped<State> = Result<Step<State>, TlsFailure>;
