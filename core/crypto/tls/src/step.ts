/** What the handshakes of both roles have in common: states go from step to step, and each says what to do. */
import type { Result } from '@atoll/result/result';
import type { TlsFailure } from './alert.ts';
import type { Handshake } from './handshake.ts';
import type { Message } from './message.ts';
import type { RecordProtection } from './record.ts';
import type { Session, TlsVersion } from './session.ts';

/** What was agreed on. */
export interface Connected {
  readonly version: TlsVersion;
  readonly suite: string;
  /** `undefined` when a ticket of TLS 1.2 stood for the key exchange, too. */
  readonly group: string | undefined;
  /** Whether a ticket stood for the certificates. */
  readonly resumed: boolean;
  /** Whether the server took early data. What a client sent and the server did not take has to be sent again. */
  readonly earlyData: boolean;
  /** What ALPN chose. */
  readonly protocol: string | undefined;
  readonly serverName: string | undefined;
  /** DER; empty when the peer did not show any. In a resumption, a server has here what the client showed before. */
  readonly peerChain: readonly Uint8Array[];
}

export type Action =
  | { readonly do: 'send'; readonly message: Uint8Array }
  /** Sends a change_cipher_spec, which means nothing in TLS 1.3 (RFC 8446, D.4). */
  | { readonly do: 'change-cipher-spec' }
  /** Sends early data. */
  | { readonly do: 'send-early'; readonly data: Uint8Array }
  | { readonly do: 'read-with'; readonly protection: RecordProtection }
  | { readonly do: 'write-with'; readonly protection: RecordProtection }
  /** Like `read-with`, for up to `most` bytes of early data. */
  | { readonly do: 'read-early'; readonly protection: RecordProtection; readonly most: number }
  /** Goes back to records without protection, after early data that was in vain. */
  | { readonly do: 'write-plain' }
  /** What records may hold from now on: content, type and padding together. */
  | { readonly do: 'limit'; readonly read: number; readonly written: number }
  | { readonly do: 'skip-early-data' }
  | { readonly do: 'connect'; readonly exporter: Exporter; readonly connected: Connected }
  | { readonly do: 'remember'; readonly session: Session }
  /** Goes on to the peer's next keys; when it `requested` so, to ours, too (RFC 8446, 4.6.3). */
  | { readonly do: 'update-keys'; readonly requested: boolean }
  /** Goes on with the handshake of another version. */
  | { readonly do: 'hand-over'; readonly to: Handshake }
  /** Sends an alert that ends nothing. */
  | { readonly do: 'warn'; readonly alert: number }
  /** Does nothing, which a peer may ask for only so often. */
  | { readonly do: 'ignore' };

/** What keying material is taken from. */
export interface Exporter {
  /** `length` bytes, bound to `label` and `context`. */
  export(label: string, context: Uint8Array | undefined, length: number): Uint8Array;
  /** Forgets the secret, as far as the language allows. */
  wipe(): void;
}

export interface Step<State> {
  readonly state: State;
  readonly actions: readonly Action[];
}

/** A handshake message as it came, and its value. */
export interface Received<Value = Message> {
  readonly message: Value;
  readonly bytes: Uint8Array;
}

export type Stepped<State> = Result<Step<State>, TlsFailure>;
