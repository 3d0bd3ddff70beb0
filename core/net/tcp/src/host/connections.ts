import type { Located } from '@atoll/bytes/fast';
import type { IpAddress } from '@atoll/device/socket';
import type { BlockPool } from '../buffer/blocks.ts';
import type { Connection } from '../connection/connection.ts';
import { CLOSED, CONNECTED, READABLE, WRITABLE } from '../connection/state.ts';
import type { Segment } from '../packet.ts';
import type { TcpCounters } from './counters.ts';
import { Eviction } from './eviction.ts';
import { segmentLimit } from './path.ts';
import { PeerCounts } from './peers.ts';
import { ReadyQueue } from './ready.ts';
import type { Socket } from './socket.ts';
import { Table } from './table.ts';
import { TimeWait, TimeWaits } from './time-wait.ts';
import { Timers } from './timers.ts';
import type { Transmitter } from './transmitter.ts';
import { IDLE, REFUSED, SENT } from './transmitter.ts';

export interface ConnectionsOptions {
  readonly pool: BlockPool;
  readonly transmitter: Transmitter;
  readonly counters: TcpCounters;
  /** How many connections there may be in all, and with one peer address. */
  readonly most: number;
  readonly mostPerPeer: number;
  readonly mostTimeWaits: number;
  readonly timeWaitMs: number;
}

/**
 * All connections: gives each what is for it, lets those that have something to do take turns, and tells
 * their applications. Those that are idle cost no time.
 *
 * Applications are told within `receive` and `poll` only. What one of them does meanwhile, to its own
 * connection or another, is looked at in a later turn, so that none is called inside a call of its own.
 */
export class Connections {
  readonly table = new Table<Socket | TimeWait>();
  readonly timeWaits: TimeWaits;
  readonly #eviction: Eviction<Socket>;
  readonly #transmitter: Transmitter;
  readonly #counters: TcpCounters;
  readonly #timers = new Timers<Socket>();
  readonly #ready = new ReadyQueue<Socket>();
  readonly #peers: PeerCounts;
  readonly #evict = (socket: Socket) => {
    this.#counters.evicted++;
    socket.connection?.abort();
    this.#ready.push(socket);
  };
  readonly #most: number;
  #established = 0;

  constructor(options: ConnectionsOptions) {
    const { pool, transmitter, counters, most, mostPerPeer, mostTimeWaits, timeWaitMs } = options;
    this.#eviction = new Eviction(pool);
    this.#transmitter = transmitter;
    this.#counters = counters;
    this.#most = most;
    this.#peers = new PeerCounts(mostPerPeer);
    this.timeWaits = new TimeWaits(mostTimeWaits, timeWaitMs, (record) =>
      this.table.remove(record),
    );
  }

  /** How many handshakes are over and not all connections ended. */
  get established(): number {
    return this.#established;
  }

  /** Whether there can be no further connection with `peer`. */
  isFull(peer: IpAddress): boolean {
    return this.#established >= this.#most || this.#peers.isFull(peer);
  }

  add(socket: Socket): void {
    this.table.add(socket);
    this.#ready.push(socket);
  }

  /** Lets `socket` have a turn in the next `poll`. */
  touch(socket: Socket): void {
    this.#ready.push(socket);
  }

  /** Makes place for a new connection between the same ports. */
  forget(record: TimeWait): void {
    this.table.remove(record);
    this.timeWaits.remove(record);
  }

  /** Gives a segment to the connection of `socket`. */
  receive(socket: Socket, segment: Segment, region: Located, now: number): void {
    const { connection } = socket;
    if (connection === undefined) return;
    if (now < socket.confirmAt) connection.handleSegment(segment, region, now);
    else this.#receiveAnswer(socket, connection, segment, region, now);
    this.#tell(socket, now);
    connection.settle();
    this.#ready.push(socket);
  }

  /** Tells the path from time to time that it works: only an answer that brings something new shows that. */
  #receiveAnswer(
    socket: Socket,
    connection: Connection,
    segment: Segment,
    region: Located,
    now: number,
  ): void {
    const { block } = connection;
    const { sndUna } = block;
    const { next } = block.receive;
    connection.handleSegment(segment, region, now);
    if (block.sndUna === sndUna && block.receive.next === next) return;
    socket.path?.confirm(now);
    socket.confirmAt = now + CONFIRM_MS;
  }

  /** Does what is due and sends what can be sent; answers when there will be more. */
  poll(now: number): number {
    this.timeWaits.poll(now);
    this.#expire(now);
    this.#eviction.poll(this.#timers.items, now, this.#evict);
    let refusals = 0;
    for (let turn = 0; turn < TURNS; turn++) {
      const socket = this.#ready.shift();
      if (socket === undefined) break;
      const outcome = this.#turn(socket, now);
      if (outcome === IDLE) continue;
      this.#ready.push(socket);
      if (outcome === REFUSED && ++refusals === REFUSALS) break;
    }
    const next = Math.min(
      this.#timers.nextTime,
      this.timeWaits.nextTimeout,
      this.#eviction.nextTimeout,
    );
    if (this.#ready.isEmpty) return next;
    return refusals === 0 ? now : Math.min(next, now + RETRY_MS);
  }

  /** Lets connections act whose time has come. Times that were put off since are found out only here. */
  #expire(now: number): void {
    for (
      let socket = this.#timers.shift(now);
      socket !== undefined;
      socket = this.#timers.shift(now)
    ) {
      const { connection } = socket;
      if (connection === undefined) continue;
      if (connection.nextTimeout > now) {
        this.#timers.set(socket, connection.nextTimeout);
        continue;
      }
      connection.handleTimeout(now);
      this.#ready.push(socket);
    }
  }

  /**
   * Tells the application of `socket` what is new, and sends one segment. Answers {@link IDLE} also when it
   * sent the last that there was, so that a segment costs one turn and not two.
   */
  #turn(socket: Socket, now: number): number {
    this.#tell(socket, now);
    const { connection, path } = socket;
    if (connection === undefined || path === undefined) return IDLE;
    let outcome = IDLE;
    if (!connection.isQuiet) {
      const { mtu } = path;
      if (mtu !== socket.mtu) {
        socket.mtu = mtu;
        connection.handlePathChange(segmentLimit(path, mtu), now);
      }
      outcome = this.#transmitter.transmit(path, connection, socket.addresses, now);
      if (outcome === SENT) {
        if (!connection.isQuiet) return SENT;
        outcome = IDLE;
      }
    }
    const time = connection.nextTimeout;
    if (socket.timerIndex < 0 || time < socket.timerTime) this.#timers.set(socket, time);
    return outcome;
  }

  #tell(socket: Socket, now: number): void {
    const { connection } = socket;
    if (connection === undefined) {
      this.#tellFailure(socket);
      return;
    }
    const events = connection.pollEvents();
    if (events === 0) return;
    const isNew = (events & CONNECTED) !== 0;
    if (isNew) this.#establish(socket, connection);
    const { handler } = socket;
    if (handler !== undefined) {
      if (isNew) handler.onConnected?.();
      if ((events & READABLE) !== 0 && !socket.isAborted) handler.onReadable();
      if ((events & WRITABLE) !== 0 && !socket.isAborted) handler.onWritable?.();
    }
    if ((events & CLOSED) !== 0) this.#close(socket, connection, now);
  }

  #tellFailure(socket: Socket): void {
    const { failure, handler } = socket;
    if (failure === undefined) return;
    socket.failure = undefined;
    socket.handler = undefined;
    this.#counters.failedOpens++;
    handler?.onClosed?.(failure);
  }

  /** The handshake is over. */
  #establish(socket: Socket, connection: Connection): void {
    const { listener } = socket;
    if (listener === undefined) {
      this.#counters.activeOpens++;
    } else {
      listener.halfOpen--;
      socket.listener = undefined;
      if (listener.isClosed || this.isFull(socket.remoteAddress)) {
        connection.abort();
        return;
      }
      this.#counters.passiveOpens++;
      socket.handler = listener.accept(socket);
    }
    socket.isEstablished = true;
    this.#established++;
    this.#peers.add(socket.remoteAddress);
  }

  /** The connection is over, or waits only for what may still be under way. */
  #close(socket: Socket, connection: Connection, now: number): void {
    const { path, handler, listener } = socket;
    const reason = connection.closeReason ?? 'aborted';
    // The last ACK, or the RST that tells the peer.
    if (path !== undefined) this.#transmitter.transmit(path, connection, socket.addresses, now);
    this.table.remove(socket);
    this.#timers.remove(socket);
    if (listener !== undefined) listener.halfOpen--;
    if (socket.isEstablished) {
      this.#established--;
      this.#peers.remove(socket.remoteAddress);
      if (reason === 'reset') this.#counters.resets++;
    } else {
      this.#counters.failedOpens++;
    }
    if (connection.isTimeWait) this.#wait(socket, connection, now);
    handler?.onClosed?.(reason);
    connection.release();
    socket.connection = undefined;
    socket.path = undefined;
    socket.handler = undefined;
    socket.listener = undefined;
  }

  #wait(socket: Socket, connection: Connection, now: number): void {
    const record = new TimeWait(socket, connection);
    this.table.add(record);
    this.timeWaits.add(record, now);
  }
}

/** Segments and events of one poll: the other activities of an appliance want their turn, too. */
const TURNS = 128;
/** Less than neighbours wait for news before they are asked (DELAY_FIRST_PROBE_TIME of RFC 4861 section 10). */
const CONFIRM_MS = 3000;
/** After so many refusals in a row of turns, the device is taken to be full for all. */
const REFUSALS = 4;
/** When to try again after the device's queue was full. */
const RETRY_MS = 1;
