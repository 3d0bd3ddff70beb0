import { plainCopy } from '@atoll/bytes/fast';
import { heapMemory } from '@atoll/device/frame';
import type { CloseReason } from '@atoll/device/socket';
import { Random } from '@atoll/sim/random';
import { BlockPool } from '../src/buffer/blocks.ts';
import { Connection } from '../src/connection/connection.ts';
import type { BufferLimits } from '../src/connection/parameters.ts';
import { CLOSED, CONNECTED, READABLE, WRITABLE } from '../src/connection/state.ts';
import type { Transmission } from '../src/connection/transmission.ts';
import { describeSegment } from '../src/describe.ts';
import type { TcpFeatures } from '../src/features.ts';
import { ALL_FEATURES } from '../src/features.ts';
import type { Segment } from '../src/packet.ts';
import {
  emitTcp,
  emptyHeader,
  emptySegment,
  FIN,
  PSH,
  parseTcp,
  RST,
  SYN,
  VOUCHED,
} from '../src/packet.ts';

/** A link between two hosts, the same in both directions. */
export interface Link {
  /** One way, in milliseconds; `jitter` is added at random without changing the order, */
  readonly delay: number;
  readonly jitter: number;
  /** and this at random with it, for as many segments as `reorder` says. */
  readonly reorder: number;
  readonly reorderDelay: number;
  readonly loss: number;
  readonly duplicate: number;
  /** The largest IP packet, with 40 bytes of headers; what is larger is lost. */
  readonly mtu: number;
  /** Whether the sender is told of that. */
  readonly tellsMtu: boolean;
  /** In bytes for each millisecond; what would wait longer than `queueMs` is lost. */
  readonly rate: number;
  readonly queueMs: number;
}

export const GOOD_LINK: Link = {
  delay: 10,
  jitter: 0,
  reorder: 0,
  reorderDelay: 0,
  loss: 0,
  duplicate: 0,
  mtu: 1500,
  tellsMtu: true,
  rate: Number.POSITIVE_INFINITY,
  queueMs: Number.POSITIVE_INFINITY,
};

/** What one side does with its connection; called as a `TcpHandler` is. */
export interface Application {
  onConnected?(end: End): void;
  onReadable?(end: End): void;
  onWritable?(end: End): void;
  onClosed?(end: End, reason: CloseReason): void;
  /** At `wakeAt`. */
  onWake?(end: End): void;
}

export interface EndOptions {
  readonly features?: Partial<TcpFeatures>;
  readonly buffers?: Partial<BufferLimits>;
  readonly initialSequence?: number;
  readonly mss?: number;
  /** How much the output cuts itself; 0: nothing. */
  readonly mostPayload?: number;
  readonly userTimeoutMs?: number;
  /** Memory for all buffers, in blocks. */
  readonly blocks?: number;
}

/** One end of the link, with at most one connection. */
export class End {
  connection: Connection | undefined;
  application: Application;
  wakeAt = Number.POSITIVE_INFINITY;
  closed: CloseReason | undefined;
  readonly pool: BlockPool;
  readonly options: EndOptions;
  /** How many segments were sent. */
  sent = 0;
  readonly pair: Pair;

  constructor(pair: Pair, application: Application, options: EndOptions) {
    this.pair = pair;
    this.application = application;
    this.options = options;
    this.pool = new BlockPool(heapMemory, (options.blocks ?? 4096) * 4096);
  }

  get parameters() {
    const { features, buffers, initialSequence = 0xffff_f000, mss = 1460 } = this.options;
    return {
      localPort: this === this.pair.client ? 40_000 : 80,
      remotePort: this === this.pair.client ? 80 : 40_000,
      initialSequence,
      timestampOffset: 0xffff_ff00,
      mss,
      pool: this.pool,
      features: { ...ALL_FEATURES, ...features },
      ...(buffers === undefined ? {} : { buffers }),
    };
  }

  /** The connection, which must be there. */
  get it(): Connection {
    if (this.connection === undefined) throw new Error('no connection yet');
    return this.connection;
  }

  open(): void {
    this.connection = Connection.open(this.parameters, this.pair.now);
    this.#configure();
  }

  accept(syn: Segment): void {
    this.connection = Connection.accept(this.parameters, syn, this.pair.now);
    this.#configure();
  }

  #configure(): void {
    const { userTimeoutMs } = this.options;
    if (userTimeoutMs !== undefined) this.it.userTimeoutMs = userTimeoutMs;
  }

  /** Tells the application what happened. */
  tell(): void {
    const { connection, application } = this;
    if (connection === undefined) return;
    for (let events = connection.pollEvents(); events !== 0; events = connection.pollEvents()) {
      if ((events & CONNECTED) !== 0) application.onConnected?.(this);
      if ((events & READABLE) !== 0) application.onReadable?.(this);
      if ((events & WRITABLE) !== 0) application.onWritable?.(this);
      if ((events & CLOSED) !== 0) {
        this.closed = connection.closeReason;
        application.onClosed?.(this, connection.closeReason as CloseReason);
        connection.release();
      }
    }
  }
}

/** Two ends of a link, in virtual time. */
export class Pair {
  now = 1000;
  readonly client: End;
  readonly server: End;
  readonly random: Random;
  link: Link;
  /** Lines of all segments, when it is an array. */
  trace: string[] | undefined;
  /** What to do with a segment before it is sent: false loses it. */
  filter: ((segment: Segment, from: End) => boolean) | undefined;
  /** How many bytes one side held at most. */
  mostUsed = 0;
  readonly #flying: Flying[] = [];
  readonly #segment = emptySegment();
  /** When the last segment arrives that keeps the order, and when the link is free, each way. */
  readonly #last: [number, number] = [0, 0];
  readonly #free: [number, number] = [0, 0];

  constructor(
    seed: number,
    link: Partial<Link> = {},
    client: readonly [Application, EndOptions?] = [{}],
    server: readonly [Application, EndOptions?] = [{}],
  ) {
    this.random = new Random(seed);
    this.link = { ...GOOD_LINK, ...link };
    this.client = new End(this, client[0], client[1] ?? {});
    this.server = new End(this, server[0], server[1] ?? {});
  }

  /** Opens the connection from the client. */
  open(): this {
    this.client.open();
    this.pump(this.client);
    return this;
  }

  /** Runs until `isDone`, or for `ms`; answers whether it was done. */
  run(ms: number, isDone: () => boolean = () => false): boolean {
    const end = this.now + ms;
    while (!isDone()) {
      const next = this.#nextTime();
      if (next > end) {
        this.now = end;
        return isDone();
      }
      this.now = Math.max(this.now, next);
      this.#step();
    }
    return true;
  }

  /** Everything that `end` has to say leaves. */
  pump(end: End): void {
    end.tell();
    const { connection } = end;
    for (let round = 0; connection !== undefined; round++) {
      if (round > 20_000) throw new Error('it never stops sending');
      const transmission = connection.pollTransmit(this.now, end.options.mostPayload ?? 0);
      if (transmission === undefined) break;
      this.#send(end, transmission);
    }
    end.tell();
    this.mostUsed = Math.max(this.mostUsed, end.pool.used);
  }

  /** Cuts what is more than a segment, and puts it on the link. */
  #send(from: End, transmission: Transmission): void {
    const { payloadLength, segmentSize, flags, sequence } = transmission;
    const payload = { bytes: new Uint8Array(payloadLength), address: 0 };
    if (payloadLength > 0) {
      transmission.buffer.copyTo(
        transmission.payloadSequence,
        payloadLength,
        payload,
        0,
        plainCopy,
      );
    }
    const size = segmentSize === 0 ? Math.max(payloadLength, 1) : segmentSize;
    for (let at = 0; at === 0 || at < payloadLength; at += size) {
      const length = Math.min(size, payloadLength - at);
      const isLast = at + length === payloadLength;
      const header = {
        ...transmission,
        sequence: (sequence + at) >>> 0,
        flags: isLast ? flags : flags & ~(PSH | FIN),
      };
      const region = { bytes: new Uint8Array(length + 60), address: 0 };
      const end = emitTcp(region, 0, header, 0, false, payload, at, length);
      this.#fly(from, region.bytes.subarray(0, end));
    }
  }

  #fly(from: End, bytes: Uint8Array): void {
    from.sent++;
    const { link, random } = this;
    const segment = this.#segment;
    const parsed = parseTcp({ bytes, address: 0 }, 0, bytes.length, VOUCHED, segment);
    if (!parsed.ok) throw new Error(parsed.error.reason);
    if (from.sent === 0 && (segment.flags & SYN) === 0) throw new Error('no SYN at first');
    const who = from === this.client ? '>' : '<';
    this.trace?.push(`${this.now.toFixed(1)} ${who} ${describeSegment(segment)}`);
    if (this.filter !== undefined && !this.filter(segment, from)) return;
    if (bytes.length + 20 > link.mtu) {
      this.trace?.push(`${this.now.toFixed(1)} too big`);
      if (link.tellsMtu) {
        const tell = () => {
          from.connection?.handlePathChange(link.mtu - 40, this.now);
          this.pump(from);
        };
        this.#flying.push({ at: this.now + 1, act: tell });
      }
      return;
    }
    if (random.chance(link.loss)) {
      this.trace?.push(`${this.now.toFixed(1)} lost`);
      return;
    }
    const way = from === this.client ? 0 : 1;
    const sent = Math.max(this.now, this.#free[way]);
    if (sent - this.now > link.queueMs) return;
    this.#free[way] = sent + (bytes.length + 40) / link.rate;
    const copies = random.chance(link.duplicate) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      let at = this.#free[way] + link.delay + random.float() * link.jitter;
      if (random.chance(link.reorder)) at += random.float() * link.reorderDelay;
      else this.#last[way] = at = Math.max(at, this.#last[way]);
      const to = from === this.client ? this.server : this.client;
      this.#flying.push({ at, act: () => this.#arrive(to, bytes.slice()) });
    }
  }

  #reset(from: End, { acknowledgment, sourcePort, destinationPort }: Segment): void {
    const region = { bytes: new Uint8Array(20), address: 0 };
    const header = {
      ...emptyHeader(),
      sourcePort: destinationPort,
      destinationPort: sourcePort,
      flags: RST,
      sequence: acknowledgment,
    };
    emitTcp(region, 0, header, 0, false, region, 0, 0);
    this.#fly(from, region.bytes);
  }

  #arrive(to: End, bytes: Uint8Array): void {
    const region = { bytes, address: 0 };
    const segment = emptySegment();
    parseTcp(region, 0, bytes.length, 0, segment);
    if (to.connection === undefined) {
      if ((segment.flags & SYN) === 0) return;
      to.accept(segment);
    } else if (to.connection.state === 'CLOSED' && to.connection.block.needs === 0) {
      // As a host answers for nobody.
      if ((segment.flags & RST) === 0) this.#reset(to, segment);
      return;
    } else {
      to.connection.handleSegment(segment, region, this.now);
    }
    to.tell();
    to.it.settle();
    // Frames are used again.
    bytes.fill(0xee);
    this.pump(to);
  }

  #nextTime(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { at } of this.#flying) next = Math.min(next, at);
    for (const end of [this.client, this.server]) {
      next = Math.min(next, end.wakeAt, end.connection?.nextTimeout ?? next);
    }
    return next;
  }

  #step(): void {
    const { now } = this;
    let first = -1;
    for (let index = 0; index < this.#flying.length; index++) {
      const { at } = this.#flying[index];
      if (at <= now && (first < 0 || at < this.#flying[first].at)) first = index;
    }
    if (first >= 0) {
      const [{ act }] = this.#flying.splice(first, 1);
      act();
    }
    for (const end of [this.client, this.server]) {
      if (end.wakeAt <= now) {
        end.wakeAt = Number.POSITIVE_INFINITY;
        end.application.onWake?.(end);
        this.pump(end);
      }
      if (end.connection !== undefined && end.connection.nextTimeout <= now) {
        end.connection.handleTimeout(now);
        this.pump(end);
      }
    }
  }
}

/** Something on its way. */
interface Flying {
  readonly at: number;
  readonly act: () => void;
}
