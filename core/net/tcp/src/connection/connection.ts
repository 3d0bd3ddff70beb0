import type { Located } from '@atoll/bytes/fast';
import type { CloseReason } from '@atoll/device/socket';
import type { Segment } from '../packet.ts';
import { close, finishIfConsumed, reset } from './close.ts';
import type { Offer } from './handshake.ts';
import { establish, negotiate, noteTimestamp } from './handshake.ts';
import { handleSegment } from './input.ts';
import { onPathChange } from './mtu.ts';
import { hasNothingToSend, pollTransmit } from './output.ts';
import type { ConnectionParameters } from './parameters.ts';
import type { State } from './state.ts';
import { CLOSED, ControlBlock, isSynchronized, NEEDS_ACK, NEEDS_SYN } from './state.ts';
import { receiveFin } from './text.ts';
import { armIdle, handleTimeout, nextTimeout, startLookingForRoom } from './timer.ts';
import type { Transmission } from './transmission.ts';

/** What a SYN cookie remembers of the peer's SYN, beside what is in its acknowledgment. */
export interface CookieOffer extends Offer {
  /** IRS: the number of the peer's SYN. */
  readonly receiveInitial: number;
}

/**
 * One end of a connection (RFC 9293): segments and the application's wishes go in, segments and events
 * come out. It knows no addresses and no IP; whoever owns it does.
 *
 * Polling order: after each `handle*`, `pollEvents`, tell the application, and `settle`; after that, and
 * after whatever the application called, `pollTransmit` until it has nothing, and then `nextTimeout`.
 * After `CLOSED`, `release`.
 */
export class Connection {
  /** All that is known of it, for the owner and for traces: to be read only. */
  readonly block: ControlBlock;

  private constructor(parameters: ConnectionParameters, now: number) {
    this.block = new ControlBlock(parameters, now);
  }

  /** Opens a connection: the first segment is the SYN, and timers start when it is polled. */
  static open(parameters: ConnectionParameters, now: number): Connection {
    const connection = new Connection(parameters, now);
    const { block } = connection;
    block.state = 'SYN_SENT';
    block.isActive = true;
    block.needs = NEEDS_SYN;
    return connection;
  }

  /** Answers the SYN `syn`. */
  static accept(parameters: ConnectionParameters, syn: Segment, now: number): Connection {
    const connection = new Connection(parameters, now);
    const { block } = connection;
    negotiate(block, syn.sequence, syn, now);
    noteTimestamp(block, syn, now);
    block.state = 'SYN_RECEIVED';
    block.needs = NEEDS_SYN;
    return connection;
  }

  /**
   * `ack` acknowledges a SYN that we did not remember, numbered `parameters.initialSequence`. Its payload
   * is not taken: hand it to `handleSegment` after that.
   */
  static fromCookie(
    parameters: ConnectionParameters,
    ack: Segment,
    offer: CookieOffer,
    now: number,
  ): Connection {
    const connection = new Connection(parameters, now);
    const { block } = connection;
    negotiate(block, offer.receiveInitial, offer, now);
    noteTimestamp(block, ack, now);
    establish(block, ack, ack.window << block.sndScale, now);
    return connection;
  }

  get state(): State {
    return this.block.state;
  }

  /** Why it is over; `undefined` before `CLOSED` was an event. */
  get closeReason(): CloseReason | undefined {
    return this.block.isOver ? this.block.closeReason : undefined;
  }

  /** All is said, and only late segments have to be answered: with SND.NXT and RCV.NXT. */
  get isTimeWait(): boolean {
    return this.block.state === 'TIME_WAIT';
  }

  get sendUnacknowledged(): number {
    return this.block.sndUna;
  }

  get sendNext(): number {
    return this.block.sndNxt;
  }

  get receiveNext(): number {
    return this.block.receive.next;
  }

  get hasTimestamps(): boolean {
    return this.block.usesTimestamps;
  }

  get timestampOffset(): number {
    return this.block.parameters.timestampOffset;
  }

  /** TS.Recent (RFC 7323 section 4.3). */
  get recentTimestamp(): number {
    return this.block.tsRecent;
  }

  /**
   * Takes a segment of this connection; its payload is in `region`, which has to stay as it is until
   * `settle`.
   */
  handleSegment(segment: Segment, region: Located, now: number): void {
    handleSegment(this.block, segment, region, now);
  }

  /** The application saw what came: copies what it left. */
  settle(): void {
    const { block } = this;
    if (!block.isLent) return;
    block.isLent = false;
    // The peer has to send again what there was no memory for.
    if (block.receive.settle() > 0) block.needs |= NEEDS_ACK;
    if (block.isFinKnown) receiveFin(block, block.now);
  }

  /**
   * ICMP says that there is no way to the peer. `hard` is that nobody listens there, or that it is
   * forbidden: that ends an attempt to connect, and no more than that (RFC 5461, RFC 5927 section 5).
   */
  handleUnreachable(kind: 'hard' | 'soft', now: number): void {
    const { block } = this;
    block.now = now;
    block.unreachableAt = now;
    const isConnecting = block.state === 'SYN_SENT' || block.state === 'SYN_RECEIVED';
    if (kind === 'hard' && isConnecting) close(block, 'unreachable');
  }

  /** The path takes segments of `mss` bytes now: its MTU without headers, less or more than before. */
  handlePathChange(mss: number, now: number): void {
    this.block.now = now;
    onPathChange(this.block, mss);
  }

  /** `nextTimeout` has come. */
  handleTimeout(now: number): void {
    handleTimeout(this.block, now);
  }

  /** When to call `handleTimeout`; infinite when there is nothing to wait for. */
  get nextTimeout(): number {
    return nextTimeout(this.block);
  }

  /**
   * The next segment to send, or `undefined`; the object is used again. Its payload is one segment, or
   * with `mostPayload` several together of up to so many bytes, to be cut into pieces of `segmentSize`.
   */
  pollTransmit(now: number, mostPayload = 0): Transmission | undefined {
    return pollTransmit(this.block, now, mostPayload);
  }

  /** Whether `pollTransmit` and `pollEvents` have nothing: most looks at a connection end with that. */
  get isQuiet(): boolean {
    return this.block.events === 0 && hasNothingToSend(this.block);
  }

  /** What the application must be told since the last call: bits `CONNECTED`, `READABLE` and so on. */
  pollEvents(): number {
    const { block } = this;
    const { events } = block;
    if (events === 0) return 0;
    block.events = 0;
    if (block.isOver) return 0;
    if ((events & CLOSED) === 0) return events;
    if (block.needs !== 0) {
      // The last acknowledgment goes first.
      block.events = CLOSED;
      return events & ~CLOSED;
    }
    block.isOver = true;
    return events;
  }

  /** Gives all memory back, with what was not consumed. */
  release(): void {
    this.block.send.release();
    this.block.receive.release();
  }

  // The application's side, see `TcpConnection` of `@atoll/device/socket`.

  peek(): Uint8Array {
    return this.block.receive.peek();
  }

  consume(count: number): void {
    const { block } = this;
    const { receive, window } = block;
    receive.consume(count);
    window.onConsumed(count, block.now, block.roundTrip.guess);
    if (block.closeReason !== undefined) finishIfConsumed(block);
    else if (!block.isFinReceived && window.isUpdateDue) block.needs |= NEEDS_ACK;
  }

  get isFinished(): boolean {
    return this.block.isFinReceived && this.block.receive.available === 0;
  }

  get room(): number {
    const { block } = this;
    return block.isFinQueued || !isOpen(block) ? 0 : block.send.room;
  }

  write(bytes: Uint8Array): number {
    const { block } = this;
    if (block.isFinQueued || !isOpen(block)) return 0;
    const written = block.send.write(bytes);
    if (written === bytes.length) return written;
    block.isWriteBlocked = true;
    if (block.send.length === 0) startLookingForRoom(block);
    return written;
  }

  end(): void {
    if (isOpen(this.block)) this.block.isFinQueued = true;
  }

  abort(): void {
    const { block } = this;
    if (block.isOver) return;
    if (isSynchronized(block) || block.state === 'SYN_RECEIVED') reset(block, 'aborted');
    else close(block, 'aborted');
    if (block.closeReason === 'finished') block.events |= CLOSED;
  }

  get noDelay(): boolean {
    return this.block.noDelay;
  }

  set noDelay(noDelay: boolean) {
    this.block.noDelay = noDelay;
  }

  get keepAliveMs(): number {
    return this.block.keepAliveMs;
  }

  set keepAliveMs(ms: number) {
    this.block.keepAliveMs = ms;
    armIdle(this.block);
  }

  /** For how long something may stay without acknowledgment (RFC 5482). */
  get userTimeoutMs(): number {
    return this.block.userTimeoutMs;
  }

  set userTimeoutMs(ms: number) {
    this.block.userTimeoutMs = ms;
  }
}

/** Whether the application may write: before the handshake too, and as long as we did not end. */
function isOpen({ state }: ControlBlock): boolean {
  return (
    state === 'ESTABLISHED' ||
    state === 'CLOSE_WAIT' ||
    state === 'SYN_SENT' ||
    state === 'SYN_RECEIVED'
  );
}
