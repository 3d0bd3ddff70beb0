import type { CloseReason, Endpoint, TcpConnection, TcpHandler } from '@atoll/device/socket';
import type { Clock } from '@atoll/device/system';
import type { Failure } from '@atoll/result/result';
import type { Output, TlsConnection, TlsEvent } from '@atoll/tls/connection';
import type { Connected } from '@atoll/tls/step';
import { Unsent } from './unsent.ts';

/** Whom a socket belongs to. */
export interface Owner {
  readonly clock: Clock;
  /** Where records are made that leave at once. */
  readonly records: Uint8Array;
  /** Bytes of content that handlers left, and that sockets keep for them. */
  left: number;
  /** The socket wants {@link TlsSocket.turn} to be called when nothing else runs. */
  due(socket: TlsSocket): void;
  /** {@link TlsSocket.expire} is to be called at `time`, monotonic milliseconds; never at `Infinity`. */
  expireAt(socket: TlsSocket, time: number): void;
}

export interface Hooks {
  /** The handshake is over: who handles the connection. */
  readonly accept: (socket: TlsSocket) => TcpHandler;
  readonly onEvent: (event: TlsEvent, socket: TlsSocket) => void;
  readonly onEarlyData: (data: Uint8Array, socket: TlsSocket) => void;
  /** The connection failed, maybe before anybody handled it. */
  readonly onFailure: (failure: Failure, socket: TlsSocket) => void;
}

/**
 * One TLS connection in the shape of the TCP connection that it goes over. `onConnected` comes when the
 * handshake is over; before that there is nothing to read and no room to write.
 *
 * `peek` shows the content of records that came together, decrypted where they lie; what follows is not touched before
 * it was consumed. What `write` takes goes out as records at once; at most one of them beyond the room of the
 * TCP connection is kept here. `end` is close_notify and FIN.
 *
 * A stream that ends without close_notify was cut: `isFinished` stays false, and the reason of `onClosed`
 * is `reset`. Of other failures it is `aborted` when we found one, `reset` when the peer did, `timeout` when the handshake
 * took too long; {@link failure} has the words.
 */
export class TlsSocket implements TcpConnection {
  readonly #below: TcpConnection;
  readonly #tls: TlsConnection;
  readonly #owner: Owner;
  readonly #hooks: Hooks;
  readonly #unsent: Unsent;
  #handler: TcpHandler | undefined;
  #connected: Connected | undefined;
  #failure: Failure | undefined;
  /** What of the content of a record was not consumed. */
  #content: Uint8Array = NOTHING;
  /** Bytes of the connection below that are the records in which {@link #content} lies. */
  #owed = 0;
  /** Bytes of content that are kept because the handler left them. */
  #left = 0;
  /** Whether the handler is called from here, so that it need not be told of what it finds out itself. */
  #isInside = false;
  #wantsRoom = false;
  #isEnding = false;
  /** What `#tls` says, which would have to be asked several times for each frame. */
  #isReadClosed = false;
  /** Whether the connection below had nothing more when it was asked last. */
  #isDry = false;
  /** Whether the handler knows that the peer finished. */
  #isFinishTold = false;
  #isAborted = false;
  #isGivenUp = false;
  #isBelowEnded = false;
  #isClosed = false;
  #noDelay = false;

  constructor(below: TcpConnection, tls: TlsConnection, owner: Owner, hooks: Hooks) {
    this.#below = below;
    this.#tls = tls;
    this.#owner = owner;
    this.#hooks = hooks;
    this.#unsent = new Unsent(below);
  }

  /** For a client: names the handler before the connection is made, which is told when it cannot be. */
  handleWith(handler: TcpHandler): void {
    this.#handler = handler;
  }

  /** What the TCP connection is to be handled with. */
  readonly below: Required<TcpHandler> = {
    onConnected: () => {
      // A flight is seldom whole segments, and both sides wait for it.
      this.#below.noDelay = true;
      this.#took(this.#tls.start());
    },
    onReadable: () => this.turn(),
    onWritable: () => this.turn(),
    onClosed: (reason) => this.#close(reason),
  };

  get local(): Endpoint {
    return this.#below.local;
  }

  get remote(): Endpoint {
    return this.#below.remote;
  }

  /** What was agreed on, once the handshake is over. */
  get connected(): Connected | undefined {
    return this.#connected;
  }

  /** Why the connection ended, when that was not as it should. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** Keying material (RFC 8446, 7.5); throws before the handshake is over. */
  exportKeyingMaterial(label: string, context: Uint8Array, length: number): Uint8Array {
    return this.#tls.exportKeyingMaterial(label, context, length);
  }

  peek(): Uint8Array {
    if (this.#content.length === 0 && this.#connected !== undefined && !this.#isClosed) {
      this.#pull();
      if (!this.#isInside) this.#settle();
    }
    return this.#content;
  }

  consume(count: number): void {
    if (this.#isClosed) return;
    const { length } = this.#content;
    if (!(count >= 0 && count <= length)) throw new RangeError(`cannot consume ${count} bytes`);
    if (count < length) {
      this.#content = this.#content.subarray(count);
      return;
    }
    this.#release();
    if (!this.#isInside && count > 0) this.#owner.due(this);
  }

  get isFinished(): boolean {
    const isFinished =
      this.#isReadClosed && this.#failure === undefined && this.#content.length === 0;
    if (isFinished) this.#isFinishTold = true;
    return isFinished;
  }

  get room(): number {
    if (!this.#isWritable || this.#unsent.length > 0) return 0;
    // One record more than fits: only then TCP tells when there is room again.
    const { recordCapacity } = this.#tls;
    return (Math.floor(this.#below.room / recordCapacity) + 1) * recordCapacity;
  }

  write(bytes: Uint8Array): number {
    if (bytes.length === 0) return 0;
    const { room } = this;
    if (room < bytes.length) this.#wantsRoom = true;
    if (room === 0) return 0;
    const taken = room < bytes.length ? bytes.subarray(0, room) : bytes;
    this.#unsent.send(this.#tls.send(taken, 1, this.#owner.records));
    return Math.min(room, bytes.length);
  }

  end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    if (this.#connected !== undefined) this.#finish();
  }

  abort(): void {
    if (this.#isClosed) return;
    this.#isAborted = true;
    this.#forget();
    this.#below.abort();
  }

  get noDelay(): boolean {
    return this.#noDelay;
  }

  set noDelay(on: boolean) {
    this.#noDelay = on;
    if (this.#connected !== undefined) this.#below.noDelay = on;
  }

  get keepAliveMs(): number {
    return this.#below.keepAliveMs;
  }

  set keepAliveMs(milliseconds: number) {
    this.#below.keepAliveMs = milliseconds;
  }

  /** Does what can be done, and tells the handler what is new. */
  turn(): void {
    this.#isDry = false;
    if (this.#isInside || this.#isClosed) return;
    this.#isInside = true;
    this.#send();
    this.#tell();
    this.#settle();
    this.#isInside = false;
  }

  /** The time that was asked for has come: for the handshake, or for the peer to go after a failure. */
  expire(): void {
    if (this.#failure === undefined) this.giveUp('the handshake took too long');
    else this.#below.abort();
  }

  /** Ends a connection whose handshake is not over, for `reason`. */
  giveUp(reason: string): void {
    this.#isGivenUp = true;
    this.#setFailure({ blame: 'peer', reason });
    this.#forget();
    this.#below.abort();
  }

  /** Whether nothing that the peer sends counts any more. */
  get #isOver(): boolean {
    return this.#isReadClosed || this.#failure !== undefined;
  }

  get #isWritable(): boolean {
    return this.#connected !== undefined && !this.#isEnding && !this.#tls.isWriteClosed;
  }

  #send(): void {
    this.#unsent.flush();
    if (this.#tls.isWriteClosed) this.#endBelow();
    if (this.#unsent.length > 0 || !this.#isWritable || !this.#wantsRoom) return;
    this.#wantsRoom = false;
    this.#handler?.onWritable?.();
  }

  #tell(): void {
    while (this.#content.length === 0) {
      const wasConnected = this.#connected !== undefined;
      if (!this.#isDry) this.#pull();
      const isReadClosed = this.#isReadClosed;
      const isNew = this.#content.length > 0 || (isReadClosed && !this.#isFinishTold);
      if (!wasConnected && this.#connected !== undefined) this.#begin();
      else if (isNew && this.#failure === undefined) this.#tellReadable(isReadClosed);
      else return;
    }
  }

  #tellReadable(isReadClosed: boolean): void {
    if (isReadClosed && this.#content.length === 0) this.#isFinishTold = true;
    this.#handler?.onReadable();
  }

  /** Opens records until there is content, or something else to tell, or no whole record. */
  #pull(): void {
    if (this.#owed > 0) this.#release();
    const wasConnected = this.#connected !== undefined;
    while (!this.#isOver && this.#unsent.length <= UNSENT_MOST && !this.#isAborted) {
      const bytes = this.#below.peek();
      if (bytes.length === 0) {
        this.#isDry = true;
        if (this.#below.isFinished) this.#fail({ blame: 'peer', reason: this.#cutReason() });
        return;
      }
      const run = this.#owner.left < LEFT_MOST ? this.#tls.openRun(bytes) : undefined;
      if (run !== undefined) {
        this.#owed = run.length;
        this.#content = run.content;
        if (this.#content.buffer !== bytes.buffer) this.#payBelow();
        return;
      }
      const length = this.#tls.span(bytes);
      this.#owed = length;
      const record = length === bytes.length ? bytes : bytes.subarray(0, length);
      const output = this.#tls.handle(record, this.#owner.clock.wall());
      this.#took(output);
      if (output.deliver.length > 0) {
        [this.#content] = output.deliver;
        // What was put together from pieces does not lie below.
        if (this.#content.buffer !== bytes.buffer) this.#payBelow();
        return;
      }
      this.#payBelow();
      if (!wasConnected && this.#connected !== undefined) return;
    }
    if (this.#isOver) this.#discard();
  }

  #took({ send, early, events, failure }: Output): void {
    this.#isReadClosed = this.#tls.isReadClosed;
    this.#unsent.send(send);
    for (const data of early) this.#hooks.onEarlyData(data, this);
    for (const event of events) {
      if (event.kind === 'connected') this.#connected = event.connected;
      this.#hooks.onEvent(event, this);
    }
    if (failure) this.#fail(failure);
  }

  #begin(): void {
    this.#owner.expireAt(this, Number.POSITIVE_INFINITY);
    this.#below.noDelay = this.#noDelay;
    this.#handler ??= this.#hooks.accept(this);
    this.#handler.onConnected?.();
    if (this.#isEnding) this.#finish();
    else if (this.#wantsRoom) this.#send();
  }

  #finish(): void {
    this.#unsent.send(this.#tls.close());
    this.#endBelow();
  }

  #endBelow(): void {
    if (this.#isBelowEnded || this.#unsent.length > 0) return;
    this.#isBelowEnded = true;
    this.#below.end();
  }

  #cutReason(): string {
    const when = this.#connected === undefined ? 'during the handshake' : 'without close_notify';
    return `the peer ended the stream ${when}`;
  }

  /** Lets the alert arrive, which a reset could overtake, and takes what the peer still sends. */
  #fail(failure: Failure): void {
    this.#setFailure(failure);
    this.#finish();
    this.#discard();
    this.#owner.expireAt(this, this.#owner.clock.monotonic() + LINGER_MS);
  }

  #setFailure(failure: Failure): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    this.#hooks.onFailure(failure, this);
  }

  #discard(): void {
    this.#release();
    for (let { length } = this.#below.peek(); length > 0; { length } = this.#below.peek()) {
      this.#below.consume(length);
    }
  }

  /** Makes the content ours before the connection below may have other bytes in its place. */
  #settle(): void {
    if (this.#owed === 0) return;
    this.#content = this.#content.slice();
    this.#left = this.#content.length;
    this.#owner.left += this.#left;
    this.#payBelow();
  }

  #release(): void {
    this.#content = NOTHING;
    this.#owner.left -= this.#left;
    this.#left = 0;
    if (this.#owed > 0) this.#payBelow();
  }

  #payBelow(): void {
    const owed = this.#owed;
    this.#owed = 0;
    this.#below.consume(owed);
  }

  #forget(): void {
    this.#release();
    this.#tls.close();
    this.#unsent.drop();
    this.#owner.expireAt(this, Number.POSITIVE_INFINITY);
  }

  #close(reason: CloseReason): void {
    this.#isInside = true;
    if (!this.#isAborted && this.#failure === undefined && !this.#isReadClosed) {
      this.#isDry = false;
      // The last bytes may be there already; what is no data ends here.
      if (reason === 'finished') this.#tell();
      if (this.#connected === undefined) this.#setFailure({ blame: 'peer', reason: WAYS[reason] });
    }
    this.#handler?.onClosed?.(this.#reason(reason));
    this.#forget();
    this.#isClosed = true;
    this.#handler = undefined;
  }

  #reason(below: CloseReason): CloseReason {
    if (this.#isAborted || this.#failure === undefined) return below;
    if (this.#isGivenUp) return 'timeout';
    if ('alert' in this.#failure) return this.#failure.blame === 'alert' ? 'reset' : 'aborted';
    return below === 'finished' || below === 'aborted' ? 'reset' : below;
  }
}

const NOTHING = new Uint8Array(0);
/** Bytes of answers, such as those to a KeyUpdate, beyond which nothing is read: the peer has to take some. */
const UNSENT_MOST = 4096;
/**
 * Bytes that all handlers together may leave before each connection opens only one record at a time, instead of all that
 * came with it.
 */
const LEFT_MOST = 0x10_0000;
/** How long a peer may take to end a connection that failed. */
const LINGER_MS = 2000;
/** Why a connection ended before its handshake did. */
const WAYS: Readonly<Record<CloseReason, string>> = {
  finished: 'the peer ended the stream during the handshake',
  aborted: 'we gave the handshake up',
  reset: 'the peer reset the connection during the handshake',
  refused: 'the connection was refused',
  timeout: 'the peer fell silent during the handshake',
  unreachable: 'there is no way to the peer',
};
