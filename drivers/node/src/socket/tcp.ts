import type { Socket } from 'node:net';
import { createConnection, createServer } from 'node:net';
import type {
  AcceptConnection,
  CloseReason,
  Endpoint,
  TcpConnection,
  TcpHandler,
  TcpSockets,
} from '@atoll/device/socket';
import type { HostEndpoint } from './address.ts';
import { addressText, endpointOf, LOOPBACK } from './address.ts';
import { copyOf, giveBack, LONGEST } from './buffers.ts';

/** The host's TCP sockets; the arguments are those of `hostUdp`. `bound` hears where a port is served, once it is. */
export function hostTcp(
  ports: ReadonlyMap<number, HostEndpoint>,
  woken: () => void,
  failed: (reason: string) => void,
  bound: (local: Endpoint) => void = () => {},
): TcpSockets {
  return {
    listen(port, accept) {
      const local = ports.get(port) ?? { address: LOOPBACK, port };
      const server = createServer({ allowHalfOpen: true }, (socket) => {
        new HostConnection(socket, endpointsOf(socket), woken).serve(accept);
      });
      server.on('error', ({ message }) => failed(`TCP ${local.address}:${local.port}: ${message}`));
      server.listen(local.port, local.address, () => {
        bound(endpointOf(server.address() as HostEndpoint));
      });
      return { port, close: () => server.close() };
    },
    connect(to, open) {
      const [host, { port }] = [addressText(to.address), to];
      const socket = createConnection({ host, port, allowHalfOpen: true });
      const local = { address: typeof to.address === 'bigint' ? 0n : 0, port: 0 };
      const connection = new HostConnection(socket, { local, remote: to }, woken);
      connection.serve(open);
      return connection;
    },
  };
}

interface Endpoints {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

class HostConnection implements TcpConnection {
  local: Endpoint;
  readonly remote: Endpoint;
  readonly #socket: Socket;
  readonly #woken: () => void;
  readonly #received: Uint8Array[] = [];
  #handler: TcpHandler | undefined;
  #buffered = 0;
  #hasEnded = false;
  #wantsRoom = false;
  #reason: CloseReason | undefined;
  #noDelay = false;
  #keepAliveMs = 0;

  constructor(socket: Socket, { local, remote }: Endpoints, woken: () => void) {
    this.#socket = socket;
    this.local = local;
    this.remote = remote;
    this.#woken = woken;
  }

  /** Asks who handles the connection, and lets what happens reach the handler from now on. */
  serve(accept: AcceptConnection): void {
    const socket = this.#socket;
    const handler = accept(this);
    this.#handler = handler;
    const tell = (what: () => void) => {
      what();
      this.#woken();
    };
    const isNew = socket.connecting;
    socket.on('connect', () => {
      this.local = endpointsOf(socket).local;
      tell(() => handler.onConnected?.());
    });
    // A plain view: the `slice` of a Buffer copies nothing.
    socket.on('data', ({ buffer, byteOffset, length }: Buffer) => {
      tell(() => this.#receive(new Uint8Array(buffer, byteOffset, length)));
    });
    socket.on('end', () => {
      this.#hasEnded = true;
      tell(() => handler.onReadable());
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#reason ??= reasonOf(error.code);
    });
    socket.on('close', () => tell(() => this.#close()));
    if (!isNew) tell(() => handler.onConnected?.());
  }

  get isFinished(): boolean {
    return this.#hasEnded && this.#buffered === 0;
  }

  get room(): number {
    if (!this.#socket.writable) return 0;
    return Math.max(SEND_BUFFER - this.#socket.writableLength, 0);
  }

  get noDelay(): boolean {
    return this.#noDelay;
  }

  set noDelay(on: boolean) {
    this.#noDelay = on;
    this.#socket.setNoDelay(on);
  }

  get keepAliveMs(): number {
    return this.#keepAliveMs;
  }

  set keepAliveMs(milliseconds: number) {
    this.#keepAliveMs = milliseconds;
    this.#socket.setKeepAlive(milliseconds > 0, milliseconds);
  }

  peek(): Uint8Array {
    return this.#received[0] ?? NOTHING;
  }

  consume(count: number): void {
    if (count > this.#buffered) throw new RangeError(`${count} bytes were not received`);
    let left = count;
    while (left > 0) {
      const [first] = this.#received;
      if (first.length > left) this.#received[0] = first.subarray(left);
      else this.#received.shift();
      left -= Math.min(first.length, left);
    }
    this.#buffered -= count;
    if (this.#buffered < RECEIVE_BUFFER && this.#socket.isPaused()) this.#socket.resume();
  }

  write(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.room);
    if (count < bytes.length) this.#wantsRoom = true;
    if (count === 0) return 0;
    // The socket keeps the bytes for longer than the caller lends them. It says `drain` only where its own
    // limit is reached, which need not be ours.
    const copy = copyOf(count < bytes.length ? bytes.subarray(0, count) : bytes);
    this.#socket.write(copy, (error) => {
      giveBack(copy);
      if (error || !this.#wantsRoom) return;
      this.#offerRoom();
      this.#woken();
    });
    return count;
  }

  end(): void {
    this.#socket.end();
  }

  abort(): void {
    this.#reason ??= 'aborted';
    this.#socket.resetAndDestroy();
  }

  #receive(bytes: Uint8Array): void {
    this.#received.push(bytes);
    this.#buffered += bytes.length;
    if (this.#buffered >= RECEIVE_BUFFER) this.#socket.pause();
    this.#handler?.onReadable();
  }

  #offerRoom(): void {
    this.#wantsRoom = false;
    this.#handler?.onWritable?.();
  }

  #close(): void {
    this.#handler?.onClosed?.(this.#reason ?? 'finished');
    this.#handler = undefined;
  }
}

function endpointsOf(socket: Socket): Endpoints {
  const { localAddress = '0.0.0.0', localPort = 0 } = socket;
  const { remoteAddress = '0.0.0.0', remotePort = 0 } = socket;
  return {
    local: endpointOf({ address: localAddress, port: localPort }),
    remote: endpointOf({ address: remoteAddress, port: remotePort }),
  };
}

function reasonOf(code: string | undefined): CloseReason {
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === 'ETIMEDOUT') return 'timeout';
  return code === 'EHOSTUNREACH' || code === 'ENETUNREACH' ? 'unreachable' : 'reset';
}

const NOTHING = new Uint8Array(0);
/** What waits for the appliance before the host is told to wait, and the other way round. */
const RECEIVE_BUFFER = 0x1_0000;
const SEND_BUFFER = LONGEST;
