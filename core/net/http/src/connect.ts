import type {
  AcceptConnection,
  CloseReason,
  IpAddress,
  TcpConnection,
  TcpHandler,
  TcpSockets,
} from '@atoll/device/socket';
import type { Result } from '@atoll/result/result';
import type { Connect } from './client.ts';

export interface ConnectOptions {
  readonly tcp: TcpSockets;
  /** The addresses of a name, those to be tried first first; that of an address itself. `Resolver` has it. */
  addresses(host: string): Promise<Result<readonly IpAddress[], { readonly reason: string }>>;
  /** TLS for `host` around a connection, as `opening` of `@atoll/tls-socket` makes it; without it there is no `https`. */
  readonly secure?: (host: string, open: AcceptConnection) => AcceptConnection;
}

/** How a client comes to its connections: by names, one address after the other. */
export function connector({ tcp, addresses, secure }: ConnectOptions): Connect {
  return ({ scheme, host, port }, open, failed) => {
    if (scheme === 'https' && secure === undefined) {
      failed('there is no TLS');
      return;
    }
    const bare = host.startsWith('[') ? host.slice(1, -1) : host;
    const tryNext = (found: readonly IpAddress[], reason: string) => {
      const [address, ...others] = found;
      if (address === undefined) {
        failed(reason);
        return;
      }
      const attempt: AcceptConnection = (connection) =>
        new Attempt(connection, open, (why) => tryNext(others, `the connection is ${why}`));
      const isSecure = scheme === 'https' && secure !== undefined;
      tcp.connect({ address, port }, isSecure ? secure(bare, attempt) : attempt);
    };
    addresses(bare).then((found) => {
      if (found.ok) tryNext(found.value, `${bare} has no address`);
      else failed(`${bare}: ${found.error.reason}`);
    });
  };
}

/** A connection whose handler is asked for when it is there. */
class Attempt implements TcpHandler {
  readonly #connection: TcpConnection;
  readonly #open: AcceptConnection;
  readonly #failed: (reason: CloseReason) => void;
  #handler: TcpHandler | undefined;

  constructor(
    connection: TcpConnection,
    open: AcceptConnection,
    failed: (reason: CloseReason) => void,
  ) {
    this.#connection = connection;
    this.#open = open;
    this.#failed = failed;
  }

  onConnected(): void {
    this.#handler = this.#open(this.#connection);
    this.#handler.onConnected?.();
  }

  onReadable(): void {
    this.#handler?.onReadable();
  }

  onWritable(): void {
    this.#handler?.onWritable?.();
  }

  onClosed(reason: CloseReason): void {
    if (this.#handler === undefined) this.#failed(reason);
    else this.#handler.onClosed?.(reason);
  }
}
