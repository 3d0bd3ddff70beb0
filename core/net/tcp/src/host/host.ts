import type { Located } from '@atoll/bytes/fast';
import type { Allocate } from '@atoll/device/frame';
import { heapMemory } from '@atoll/device/frame';
import type { Frame } from '@atoll/device/network';
import type { IpAddress, TcpSockets } from '@atoll/device/socket';
import type { Entropy } from '@atoll/device/system';
import { BlockPool } from '../buffer/blocks.ts';
import type { Ipv4Host, TcpWire } from '../fast.ts';
import { plainWire } from '../fast.ts';
import type { TcpFeatures } from '../features.ts';
import { ALL_FEATURES } from '../features.ts';
import type { Segment } from '../packet.ts';
import { addressSum, emptySegment, FIN, VOUCHED } from '../packet.ts';
import { distance } from '../sequence.ts';
import { Connections } from './connections.ts';
import type { TcpCounters } from './counters.ts';
import { zeroTcpCounters } from './counters.ts';
import type { Listener } from './listener.ts';
import { Opener } from './opener.ts';
import type { TcpNetwork, TcpPath } from './path.ts';
import { segmentLimit } from './path.ts';
import { Replies } from './reply.ts';
import type { TcpReport } from './report.ts';
import type { Socket } from './socket.ts';
import { Sockets } from './sockets.ts';
import { Strays } from './strays.ts';
import { ACKNOWLEDGE, IGNORE, TimeWait } from './time-wait.ts';
import { Transmitter } from './transmitter.ts';

export interface TcpHostOptions {
  readonly network: TcpNetwork;
  readonly entropy: Entropy;
  /** How segments are read and written; in TypeScript when left out. */
  readonly wire?: TcpWire;
  /** What connections make use of: what is left out, they do. */
  readonly features?: Partial<TcpFeatures>;
  /** Where the memory for payload comes from, and how many bytes it may be: 4 MiB when left out. */
  readonly allocate?: Allocate;
  readonly memory?: number;
  /** How many established connections there may be, 4096, and how many of them with one peer, 1024. */
  readonly connections?: number;
  readonly connectionsPerPeer?: number;
  /** How many handshakes each listener remembers, 128. Beyond, peers get SYN cookies. */
  readonly backlog?: number;
  /** How many connections in TIME-WAIT are remembered, 4096, and for how long: a minute. */
  readonly timeWaits?: number;
  readonly timeWaitMs?: number;
  /**
   * Called when an application used a connection at a time of its own: `poll` is to be called soon. Not
   * called within `handle` and `poll`.
   */
  readonly wake?: () => void;
}

/**
 * The TCP of a host (RFC 9293): all its connections and listeners.
 *
 * Polling order: `handle` for each segment that arrives, `handleReport` for each ICMP error about one of
 * ours, then `poll`, which sends; and `poll` again at the time that it answers. Applications are called in
 * `handle` and `poll`.
 */
export class TcpHost {
  readonly sockets: TcpSockets;
  readonly counters: TcpCounters = zeroTcpCounters();
  readonly #wire: TcpWire;
  readonly #pool: BlockPool;
  readonly #connections: Connections;
  readonly #strays: Strays;
  readonly #replies: Replies;
  readonly #wake: (() => void) | undefined;
  readonly #segment: Segment = emptySegment();
  #isWorking = false;
  #now = 0;
  /** The addresses of the last segment, and their sum: the next one mostly has the same. */
  #source: IpAddress = 0;
  #destination: IpAddress = 0;
  #addresses = 0;

  constructor(options: TcpHostOptions) {
    const { network, entropy, wire = plainWire, allocate = heapMemory } = options;
    const { counters } = this;
    const features = { ...ALL_FEATURES, ...options.features };
    const listeners = new Map<number, Listener>();
    const touch = (socket: Socket) => this.#touch(socket);
    const transmitter = new Transmitter(wire, counters);
    this.#wire = wire;
    this.#wake = options.wake;
    this.#pool = new BlockPool(allocate, options.memory ?? 4 * 2 ** 20);
    const connections = new Connections({
      pool: this.#pool,
      transmitter,
      counters,
      most: options.connections ?? 4096,
      mostPerPeer: options.connectionsPerPeer ?? 1024,
      mostTimeWaits: options.timeWaits ?? 4096,
      timeWaitMs: options.timeWaitMs ?? 60_000,
    });
    const opener = new Opener({ entropy, wire, features, pool: this.#pool, touch });
    this.#connections = connections;
    this.#replies = new Replies({ network, transmitter, entropy, counters });
    this.#strays = new Strays({
      network,
      entropy,
      features,
      counters,
      listeners,
      connections,
      opener,
      replies: this.#replies,
      backlog: options.backlog ?? 128,
    });
    const now = () => this.#now;
    this.sockets = new Sockets({ network, entropy, listeners, connections, opener, touch, now });
  }

  /** How many connections are established, and how many are remembered after their end. */
  get established(): number {
    return this.#connections.established;
  }

  get timeWaits(): number {
    return this.#connections.timeWaits.size;
  }

  /** Bytes of payload memory that connections use now. */
  get usedMemory(): number {
    return this.#pool.used;
  }

  /**
   * Takes the segment in `region` from `start` to `end`; with `isChecked` its checksum is known to be good.
   * `segmentSize` is that of the frame it came in.
   */
  handle(
    region: Located,
    start: number,
    end: number,
    source: IpAddress,
    destination: IpAddress,
    isChecked: boolean,
    segmentSize: number,
    now: number,
  ): void {
    const segment = this.#segment;
    this.#now = now;
    this.counters.receivedSegments++;
    const addresses = isChecked ? VOUCHED : this.#sum(source, destination);
    if (!this.#wire.parse(region, start, end, addresses, segment).ok) {
      this.counters.malformed++;
      return;
    }
    segment.segmentSize = segmentSize;
    this.#take(segment, region, source, destination, now);
  }

  /**
   * Takes a whole Ethernet frame, if it holds a segment for `host` and nothing is wrong with it. Otherwise
   * answers false, and nothing happened.
   */
  handleFrame(frame: Frame, host: Ipv4Host, now: number): boolean {
    const segment = this.#segment;
    const source = this.#wire.parseFrame(frame, host, segment);
    if (source < 0) return false;
    this.#now = now;
    this.counters.receivedSegments++;
    segment.segmentSize = frame.segmentSize;
    this.#take(segment, frame, source, host.address, now);
    return true;
  }

  /** Takes an ICMP error about a segment of ours; answers whether it is believed. */
  handleReport(report: TcpReport, now: number): boolean {
    this.#now = now;
    const { local, localPort, remote, remotePort, sequence, kind } = report;
    const entry = this.#connections.table.find(local, localPort, remote, remotePort);
    const socket = entry instanceof TimeWait ? undefined : entry;
    const connection = socket?.connection;
    const path = socket?.path;
    if (socket === undefined || connection === undefined || path === undefined)
      return this.#ignore();
    if (!isInFlight(connection, sequence)) return this.#ignore();
    if (kind !== 'too-big') connection.handleUnreachable(kind, now);
    else if (report.mtu < path.mtu) {
      connection.handlePathChange(segmentLimit(path, smallestMtu(path, report.mtu)), now);
    }
    this.#connections.touch(socket);
    return true;
  }

  /** Does what is due and sends what can be sent; answers when it wants to be called again. */
  poll(now: number): number {
    this.#now = now;
    this.#isWorking = true;
    const next = this.#connections.poll(now);
    this.#isWorking = false;
    return next;
  }

  /** Gives a segment to whom it is for. */
  #take(
    segment: Segment,
    region: Located,
    source: IpAddress,
    destination: IpAddress,
    now: number,
  ): void {
    const { table } = this.#connections;
    const entry = table.find(destination, segment.destinationPort, source, segment.sourcePort);
    this.#isWorking = true;
    const socket =
      entry === undefined || entry instanceof TimeWait
        ? this.#open(segment, source, destination, entry, now)
        : entry;
    if (socket !== undefined) this.#connections.receive(socket, segment, region, now);
    this.#isWorking = false;
  }

  /** Which connection is to take a segment that is for none, or for one in TIME-WAIT. */
  #open(
    segment: Segment,
    source: IpAddress,
    destination: IpAddress,
    former: TimeWait | undefined,
    now: number,
  ): Socket | undefined {
    if (former !== undefined) {
      const answer = former.handle(segment);
      if (answer === IGNORE) return undefined;
      if (answer === ACKNOWLEDGE) {
        if ((segment.flags & FIN) !== 0) this.#connections.timeWaits.restart(former, now);
        this.#replies.acknowledge(former, now);
        return undefined;
      }
      this.#connections.forget(former);
    }
    return this.#strays.handle(segment, source, destination, former, now);
  }

  #ignore(): boolean {
    this.counters.ignoredReports++;
    return false;
  }

  #touch(socket: Socket): void {
    this.#connections.touch(socket);
    if (!this.#isWorking) this.#wake?.();
  }

  #sum(source: IpAddress, destination: IpAddress): number {
    if (source !== this.#source || destination !== this.#destination) {
      this.#source = source;
      this.#destination = destination;
      this.#addresses = addressSum(source, destination);
    }
    return this.#addresses;
  }
}

/** Whether the segment numbered `sequence` was sent and is not acknowledged yet. */
function isInFlight(
  { sendUnacknowledged, sendNext }: { sendUnacknowledged: number; sendNext: number },
  sequence: number,
): boolean {
  return distance(sendUnacknowledged, sequence) >= 0 && distance(sequence, sendNext) > 0;
}

/**
 * What to believe that a path takes. Routers of IPv4 that do not say it are of a time when it was mostly
 * this (RFC 1191 section 7.1), and no link of IPv6 takes less (RFC 8201 section 4).
 */
function smallestMtu({ networkHeaderLength }: TcpPath, mtu: number): number {
  if (networkHeaderLength === 40) return Math.max(mtu, 1280);
  return mtu === 0 ? 576 : mtu;
}
