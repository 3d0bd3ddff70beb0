import type {
  AcceptConnection,
  CloseReason,
  Endpoint,
  TcpConnection,
  TcpListener,
  TcpSockets,
} from '@atoll/device/socket';
import type { Entropy } from '@atoll/device/system';
import { randomBelow } from '@atoll/device/system';
import type { Connections } from './connections.ts';
import { Listener } from './listener.ts';
import type { Opener } from './opener.ts';
import type { TcpNetwork, TcpPath } from './path.ts';
import { EPHEMERAL_PORTS, EphemeralPorts, FIRST_EPHEMERAL } from './ports.ts';
import { Socket } from './socket.ts';
import { TimeWait } from './time-wait.ts';

export interface SocketsOptions {
  readonly network: TcpNetwork;
  readonly entropy: Entropy;
  readonly listeners: Map<number, Listener>;
  readonly connections: Connections;
  readonly opener: Opener;
  readonly touch: (socket: Socket) => void;
  /** The latest time that is known: the application does not say what time it is. */
  readonly now: () => number;
}

/** What appliances do with TCP. */
export class Sockets implements TcpSockets {
  readonly #options: SocketsOptions;
  readonly #ports: EphemeralPorts;

  constructor(options: SocketsOptions) {
    this.#options = options;
    this.#ports = new EphemeralPorts(options.entropy);
  }

  /** Port 0 is any that is free, as with UDP. */
  listen(port: number, accept: AcceptConnection): TcpListener | undefined {
    if (!Number.isInteger(port) || port < 0 || port > 0xffff) throw new RangeError(`port ${port}`);
    const { listeners } = this.#options;
    const chosen = port === 0 ? this.#freePort() : port;
    if (chosen === undefined || listeners.has(chosen)) return undefined;
    const listener = new Listener(chosen, accept, () => listeners.delete(chosen));
    listeners.set(chosen, listener);
    return listener;
  }

  connect(to: Endpoint, open: AcceptConnection): TcpConnection {
    const { network, connections, opener, now } = this.#options;
    if (!Number.isInteger(to.port) || to.port < 0 || to.port > 0xffff) {
      throw new RangeError(`port ${to.port}`);
    }
    const path = to.port === 0 ? undefined : network.path(to.address);
    if (path === undefined || connections.isFull(to.address)) {
      return this.#fail(to, 'unreachable', open);
    }
    const port = this.#portTo(path, to.port);
    if (port === 0) return this.#fail(to, 'unreachable', open);
    const entry = connections.table.find(path.local, port, path.remote, to.port);
    const former = entry instanceof TimeWait ? entry : undefined;
    if (former !== undefined) connections.forget(former);
    const socket = opener.open(path, port, to.port, former, now());
    connections.add(socket);
    socket.handler = open(socket);
    this.#options.touch(socket);
    return socket;
  }

  /**
   * A port to the peer that nothing uses. When there is none, one in TIME-WAIT will do, if timestamps tell
   * its segments from those of a new connection (RFC 6191 for the other side).
   */
  #portTo({ local, remote }: TcpPath, remotePort: number): number {
    const { listeners, connections } = this.#options;
    const at = (port: number) => connections.table.find(local, port, remote, remotePort);
    const free = this.#ports.choose(local, remote, remotePort, (port) => {
      return !listeners.has(port) && at(port) === undefined;
    });
    if (free !== 0) return free;
    return this.#ports.choose(local, remote, remotePort, (port) => {
      const entry = listeners.has(port) ? undefined : at(port);
      return entry instanceof TimeWait && entry.hasTimestamps;
    });
  }

  /** A connection that is over before it began; its handler is told in the next poll. */
  #fail(to: Endpoint, failure: CloseReason, open: AcceptConnection): TcpConnection {
    const nowhere = { address: typeof to.address === 'number' ? 0 : 0n, port: 0 };
    const socket = new Socket(nowhere, to, undefined, this.#options.touch);
    socket.failure = failure;
    socket.handler = open(socket);
    this.#options.touch(socket);
    return socket;
  }

  #freePort(): number | undefined {
    const { entropy, listeners, connections } = this.#options;
    const first = randomBelow(entropy, EPHEMERAL_PORTS);
    for (let tried = 0; tried < EPHEMERAL_PORTS; tried++) {
      const port = FIRST_EPHEMERAL + ((first + tried) % EPHEMERAL_PORTS);
      if (!listeners.has(port) && !connections.table.uses(port)) return port;
    }
    return undefined;
  }
}
