export type TlsVersion = 'TLS 1.3' | 'TLS 1.2';

/** What a client keeps of a connection to resume it later; as secret as a key. */
export interface Session {
  readonly version: TlsVersion;
  readonly serverName: string | undefined;
  readonly suite: number;
  /** The name of the hash of its suite; only with this one it resumes. */
  readonly hash: string;
  /** The master secret in TLS 1.2. */
  readonly psk: Uint8Array;
  readonly ticket: Uint8Array;
  /** Milliseconds that hide the ticket's age; 0 in TLS 1.2, which does not tell it. */
  readonly ageAdd: number;
  /** What ALPN chose. */
  readonly protocol: string | undefined;
  /** The most bytes of early data; 0 when the server takes none. */
  readonly earlyDataMost: number;
  /** Both in milliseconds since 1970 UTC. */
  readonly issued: number;
  readonly expires: number;
  /** When the server has to show its certificates again, whatever tickets it gives until then (RFC 8446, 4.6.1). */
  readonly peerExpires?: number;
}

/** Seconds: RFC 8446, 4.6.1. */
export const LIFETIME_LONGEST = 604_800;
