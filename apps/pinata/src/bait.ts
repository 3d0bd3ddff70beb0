import type { Activity } from '@atoll/appliance/appliance';
import { Misconfiguration } from '@atoll/appliance/appliance';
import { discard } from '@atoll/device/services';
import type {
  AcceptConnection,
  IpAddress,
  TcpConnection,
  TcpHandler,
  TcpSockets,
} from '@atoll/device/socket';
import type { Clock } from '@atoll/device/system';
import type { Logger } from '@atoll/log/log';
import type { ClientConfig } from '@atoll/tls/client/config';
import type { ServerConfig } from '@atoll/tls/server/config';
import type { TlsSockets } from '@atoll/tls-socket/sockets';
import { CallLimit } from './call-limit.ts';
import { SERVER_NAME } from './identities.ts';
import type { Entry, Ledger } from './ledger.ts';
import { networkText } from './ledger.ts';

/** We are the server of TLS. */
export const SERVER_PORT = 10_000;
/** We close, and connect to {@link CALLED_PORT} of whoever called, as a client of TLS. */
export const CALL_PORT = 10_001;
export const CALLED_PORT = 40_001;
/** We are the client of TLS over the connection that came. */
export const CLIENT_PORT = 10_002;

export interface BaitOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly tcp: TcpSockets;
  readonly tls: TlsSockets;
  readonly ledger: Ledger;
  readonly server: ServerConfig;
  readonly client: ClientConfig;
  /** What goes to whoever authenticates. */
  readonly secret: Uint8Array;
}

/**
 * The three ports. Whoever authenticates gets the secret and no more; nobody is served for longer than
 * {@link LIFETIME}, and when there are too many, the oldest one goes. It is an activity of the loop.
 */
export class Bait implements Activity {
  readonly #options: BaitOptions;
  readonly #calls = new CallLimit();
  /** When each connection ends at the latest, the oldest first. */
  readonly #connections = new Map<TcpConnection, number>();

  constructor(options: BaitOptions) {
    this.#options = options;
    this.#listen(SERVER_PORT, (below) => this.#serve(below));
    this.#listen(CALL_PORT, (below) => this.#answerCall(below));
    this.#listen(CLIENT_PORT, (below) => this.#open(CLIENT_PORT, below));
  }

  /** Connections there are. */
  get size(): number {
    return this.#connections.size;
  }

  poll(now: number): number {
    for (const [connection, deadline] of this.#connections) {
      if (deadline > now) return deadline;
      this.#drop(connection);
    }
    return Number.POSITIVE_INFINITY;
  }

  #listen(port: number, accept: AcceptConnection): void {
    const listener = this.#options.tcp.listen(port, (connection) =>
      this.#keep(connection, accept(connection)),
    );
    if (listener === undefined) throw new Misconfiguration(`TCP port ${port} is taken`);
  }

  #serve(below: TcpConnection): TcpHandler {
    const { tls, server } = this.#options;
    const entry = this.#enter(SERVER_PORT, below.remote.address);
    const hooks = { onTrace: entry.trace, onFailure: entry.failed };
    return tls.serving(server, (socket) => this.#give(SERVER_PORT, socket, entry), hooks)(below);
  }

  /** As a client, whoever opened the connection. */
  #open(port: number, below: TcpConnection): TcpHandler {
    const { tls, client } = this.#options;
    const entry = this.#enter(port, below.remote.address);
    const hooks = { onTrace: entry.trace, onFailure: entry.failed };
    const target = { serverName: SERVER_NAME };
    return tls.opening(client, target, (socket) => this.#give(port, socket, entry), hooks)(below);
  }

  /** Who came here has shown that the address is its own, by the handshake of TCP. */
  #answerCall(connection: TcpConnection): TcpHandler {
    const { clock, ledger, tcp } = this.#options;
    const { address } = connection.remote;
    return {
      ...discard(connection),
      onConnected: () => {
        if (!this.#calls.take(address, clock.monotonic())) {
          ledger.decline(CALL_PORT);
          connection.abort();
          return;
        }
        connection.end();
        tcp.connect({ address, port: CALLED_PORT }, (below) =>
          this.#keep(below, this.#open(CALL_PORT, below)),
        );
      },
    };
  }

  #give(port: number, socket: TcpConnection, entry: Entry): TcpHandler {
    return {
      ...discard(socket),
      onConnected: () => {
        const { log, secret } = this.#options;
        log.info(`port ${port} opened for ${networkText(socket.remote.address)}`);
        entry.opened();
        socket.write(secret);
        socket.end();
      },
    };
  }

  #enter(port: number, address: IpAddress): Entry {
    const { ledger, clock } = this.#options;
    return ledger.enter(port, address, clock.wall());
  }

  #keep(connection: TcpConnection, handler: TcpHandler): TcpHandler {
    if (this.#connections.size >= CONNECTIONS_MOST) {
      const [oldest] = this.#connections.keys();
      this.#drop(oldest);
    }
    this.#connections.set(connection, this.#options.clock.monotonic() + LIFETIME);
    return {
      ...handler,
      onClosed: (reason) => {
        this.#connections.delete(connection);
        handler.onClosed?.(reason);
      },
    };
  }

  #drop(connection: TcpConnection): void {
    this.#connections.delete(connection);
    connection.abort();
  }
}

/** Milliseconds: ten seconds for the handshake, as many to take what was sent. */
const LIFETIME = 20_000;
const CONNECTIONS_MOST = 512;
