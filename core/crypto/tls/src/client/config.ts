import type { CertificateVerifier, Credentials } from '../credentials.ts';
import type { Group } from '../group.ts';
import type { Session } from '../session.ts';
import type { CipherSuite } from '../suite.ts';
import type { Tls12Client } from '../tls12/client.ts';

/** What stays the same for many connections. Lists are in the order in which to prefer their items. */
export interface ClientConfig {
  /** Of TLS 1.3, which is not spoken when there are none. */
  readonly suites: readonly CipherSuite[];
  /** For servers that do not speak TLS 1.3; without it, they are refused. */
  readonly tls12?: Tls12Client;
  readonly groups: readonly Group[];
  /** For how many groups a key is sent before the server said which it wants; 1 when nothing is said. */
  readonly keyShares?: number;
  readonly verifier: CertificateVerifier;
  /** For servers that ask who we are. */
  readonly credentials?: Credentials;
  /** For ALPN; each character is one byte. */
  readonly protocols?: readonly string[];
  /** The most bytes that a record to us may hold, 64 to 16,385; as many when nothing is said. */
  readonly recordSizeLimit?: number;
  /** Whether to look like TLS 1.2 to boxes in between (RFC 8446, D.4); true when nothing is said. */
  readonly compatibility?: boolean;
}

/** What one connection is to be. */
export interface Target {
  /** The host name that the server's certificate must be for, and that it is told; or its IP address, which it is not told. */
  readonly serverName?: string;
  /**
   * Left out of an offer when it expired or does not fit. Using it for one connection only keeps those who watch from
   * telling that two are of the same client (RFC 8446, C.4).
   */
  readonly session?: Session | undefined;
  /**
   * Sent together with the hello when `session` allows for it. Somebody in between can send it again: only for
   * what may happen twice. `connected` says whether the server took it; otherwise it is to be sent again.
   */
  readonly earlyData?: Uint8Array;
}
