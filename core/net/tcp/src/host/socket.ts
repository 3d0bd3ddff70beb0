import type {
  CloseReason,
  Endpoint,
  IpAddress,
  TcpConnection,
  TcpHandler,
} from '@atoll/device/socket';
import type { Connection } from '../connection/connection.ts';
import { addressSum } from '../packet.ts';
import type { Evictable } from './eviction.ts';
import type { Listener } from './listener.ts';
import type { TcpPath } from './path.ts';
import type { Waiting } from './ready.ts';
import type { Entry } from './table.ts';
import type { Timed } from './timers.ts';

/**
 * One connection as its application and the host know it. There can be thousands that do nothing, so it is
 * its own entry in the table of connections, in the heap of timers and in the queue of those with work.
 */
export class Socket implements TcpConnection, Entry, Timed, Waiting, Evictable {
  sibling: Entry | undefined = undefined;
  timerTime = 0;
  timerIndex = -1;
  isReady = false;
  nextReady: this | undefined = undefined;
  evictionGoal = 0;
  evictionSince = -1;
  readonly localAddress: IpAddress;
  readonly localPort: number;
  readonly remoteAddress: IpAddress;
  readonly remotePort: number;
  /** Both addresses, for checksums. */
  readonly addresses: number;
  /** `undefined` when there was no way to the peer from the start, and after the end. */
  path: TcpPath | undefined;
  connection: Connection | undefined = undefined;
  /** Whom to tell; unknown until the handshake of a connection that came to us is over. */
  handler: TcpHandler | undefined = undefined;
  /** Who waits for the handshake. */
  listener: Listener | undefined = undefined;
  /** Why there is no connection, as long as nobody was told. */
  failure: CloseReason | undefined = undefined;
  isEstablished = false;
  /** The application wants to hear nothing more but the end. */
  isAborted = false;
  /** The MTU that the connection knows of. */
  mtu: number;
  /** From when on the path wants to know again that it works. */
  confirmAt = 0;
  readonly #onTouch: (socket: Socket) => void;

  /** `touch` is called when the application did something that the host has to look at. */
  constructor(
    local: Endpoint,
    remote: Endpoint,
    path: TcpPath | undefined,
    touch: (socket: Socket) => void,
  ) {
    this.localAddress = local.address;
    this.localPort = local.port;
    this.remoteAddress = remote.address;
    this.remotePort = remote.port;
    this.addresses = addressSum(local.address, remote.address);
    this.path = path;
    this.mtu = path?.mtu ?? 0;
    this.#onTouch = touch;
  }

  /** Who waits for a turn already need not be touched again. */
  #touch(): void {
    if (!this.isReady) this.#onTouch(this);
  }

  get local(): Endpoint {
    return { address: this.localAddress, port: this.localPort };
  }

  get remote(): Endpoint {
    return { address: this.remoteAddress, port: this.remotePort };
  }

  peek(): Uint8Array {
    return this.connection === undefined ? NO_BYTES : this.connection.peek();
  }

  consume(count: number): void {
    if (this.connection === undefined) return;
    this.connection.consume(count);
    this.#touch();
  }

  get isFinished(): boolean {
    return this.connection?.isFinished ?? false;
  }

  get room(): number {
    return this.connection?.room ?? 0;
  }

  write(bytes: Uint8Array): number {
    if (this.connection === undefined) return 0;
    const count = this.connection.write(bytes);
    this.#touch();
    return count;
  }

  end(): void {
    if (this.connection === undefined) return;
    this.connection.end();
    this.#touch();
  }

  abort(): void {
    if (this.connection === undefined) return;
    this.isAborted = true;
    this.connection.abort();
    this.#touch();
  }

  get noDelay(): boolean {
    return this.connection?.noDelay ?? false;
  }

  set noDelay(noDelay: boolean) {
    if (this.connection === undefined) return;
    this.connection.noDelay = noDelay;
    this.#touch();
  }

  get keepAliveMs(): number {
    return this.connection?.keepAliveMs ?? 0;
  }

  set keepAliveMs(milliseconds: number) {
    if (this.connection === undefined) return;
    this.connection.keepAliveMs = milliseconds;
    this.#touch();
  }
}

const NO_BYTES = new Uint8Array(0);
