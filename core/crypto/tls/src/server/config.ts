import type { CertificateVerifier, Credentials } from '../credentials.ts';
import type { Group } from '../group.ts';
import type { CipherSuite } from '../suite.ts';
import type { Tls12Server } from '../tls12/server.ts';
import type { EarlyDataConfig } from './early.ts';
import type { TicketKeys } from './ticket.ts';

/** What stays the same for all connections. Lists are in the order in which to prefer their items. */
export interface ServerConfig {
  /** Of TLS 1.3, which is not spoken when there are none. */
  readonly suites: readonly CipherSuite[];
  /** For clients that do not speak TLS 1.3; without it, they are refused. */
  readonly tls12?: Tls12Server;
  readonly groups: readonly Group[];
  /**
   * Who we are for a client that asked for `serverName` (in lower case), or for none, and with which `protocol` was
   * agreed on by ALPN, if any: the first that the client can verify is taken. None at all is an unrecognized_name.
   */
  credentials(serverName: string | undefined, protocol: string | undefined): readonly Credentials[];
  /** For ALPN; each character is one byte. When there is no common one, the handshake fails. */
  readonly protocols?: readonly string[];
  /** To ask clients who they are. */
  readonly clients?: ClientsConfig;
  /** Lets clients resume. Its keys are for this configuration alone: a ticket stands for what was checked by it. */
  readonly tickets?: TicketKeys;
  /**
   * Lets clients that resume send data with their hello. Somebody in between can send such data again, to another
   * server if not to this one: only for what may happen twice. Off unless it is here.
   */
  readonly earlyData?: EarlyDataConfig;
  /** The most bytes that a record to us may hold, 64 to 16,385; as many when nothing is said. */
  readonly recordSizeLimit?: number;
}

export interface ClientsConfig {
  readonly verifier: CertificateVerifier;
  /** Whether a client without a certificate is refused. */
  readonly required: boolean;
  /**
   * Whether a ticket of TLS 1.3 stands for the client's certificates while it is good, which is not longer than they are.
   * Otherwise the verifier is asked about them again at each resumption, which is to say whether they were
   * revoked. Clients of TLS 1.2 with certificates do not resume.
   */
  readonly trustsTickets?: boolean;
}
