import { heapMemory } from '@atoll/device/frame';
import { BlockPool } from '../../src/buffer/blocks.ts';
import { Connection } from '../../src/connection/connection.ts';
import type { ConnectionParameters } from '../../src/connection/parameters.ts';
import { CLOSED, CONNECTED, READABLE, WRITABLE } from '../../src/connection/state.ts';
import type { Transmission } from '../../src/connection/transmission.ts';
import type { TcpFeatures } from '../../src/features.ts';
import { ALL_FEATURES } from '../../src/features.ts';
import type { Segment } from '../../src/packet.ts';
import { ACK, emptySegment, FIN, PSH, RST, SYN } from '../../src/packet.ts';
import { stream } from '../buffer/stream.ts';

/** Initial sequence numbers of the connection and of its peer: the first wraps around soon. */
export const OURS = 0xffff_fff0;
export const THEIRS = 0x7fff_fff0;

/** What the peer offers in its SYN, if not told otherwise. */
export const OFFER = {
  mss: 1460,
  windowScale: 0,
  sackPermitted: true,
  hasTimestamp: false,
} as const;

/** A segment of the peer, with sequence numbers that count from its SYN and ours. */
export interface Said {
  readonly flags?: string;
  readonly seq?: number;
  readonly ack?: number;
  readonly window?: number;
  /** Bytes of payload: those of the test stream that belong there. */
  readonly length?: number;
  readonly ts?: number;
  readonly echo?: number;
  /** Start and end, counted from our SYN. */
  readonly sacks?: readonly (readonly [number, number])[];
  readonly offer?: Partial<typeof OFFER> | Record<string, unknown>;
}

/** One connection whose peer is the test. */
export class Script {
  readonly connection: Connection;
  readonly pool = new BlockPool(heapMemory, 0x20_0000);
  now = 1000;
  /** What the application was told, as `pollEvents` had it. */
  told: string[] = [];
  /** Everything that the application read. */
  read = 0;
  /** Whether the application reads as soon as there is something. */
  reads = true;

  constructor(
    side: 'client' | 'server',
    features: Partial<TcpFeatures> = {},
    more: Partial<ConnectionParameters> = {},
    offer: Said['offer'] = {},
  ) {
    const parameters: ConnectionParameters = {
      localPort: 80,
      remotePort: 40_000,
      initialSequence: OURS,
      timestampOffset: 0,
      mss: 1460,
      pool: this.pool,
      features: { ...ALL_FEATURES, pacing: false, ...features },
      ...more,
    };
    this.connection =
      side === 'client'
        ? Connection.open(parameters, this.now)
        : Connection.accept(
            parameters,
            segmentOf({ flags: 'S', seq: 0, window: 65_535, ts: 1, offer: { ...OFFER, ...offer } }),
            this.now,
          );
  }

  /** A server with an established connection. */
  static established(
    features: Partial<TcpFeatures> = {},
    offer: Said['offer'] = {},
    more: Partial<ConnectionParameters> = {},
  ): Script {
    const script = new Script('server', features, more, offer);
    script.sent();
    script.say({ flags: '.', seq: 1, ack: 1, ts: 1 });
    script.told = [];
    return script;
  }

  get state(): string {
    return this.connection.state;
  }

  /** The peer says something; answers what is sent then. */
  say(said: Said): string[] {
    const segment = segmentOf(said);
    const length = said.length ?? 0;
    const region = { bytes: new Uint8Array(20 + length), address: 0 };
    const position = (said.seq ?? 1) - 1;
    if (length > 0) region.bytes.set(stream(position, position + length), 20);
    segment.payloadStart = 20;
    segment.payloadEnd = 20 + length;
    this.connection.handleSegment(segment, region, this.now);
    this.tell();
    this.connection.settle();
    region.bytes.fill(0xee);
    return this.sent();
  }

  /** Lets `ms` pass, with everything that happens then; answers what is sent. */
  wait(ms: number): string[] {
    const end = this.now + ms;
    const lines: string[] = [];
    for (;;) {
      const next = this.connection.nextTimeout;
      if (next > end) break;
      this.now = Math.max(next, this.now);
      this.connection.handleTimeout(this.now);
      this.tell();
      const before = this.now.toFixed(0);
      for (const line of this.sent()) lines.push(`${Number(before) - 1000}: ${line}`);
    }
    this.now = end;
    return lines;
  }

  write(length: number): string[] {
    const start = this.connection.block.send.end - OURS - 1;
    this.connection.write(stream(start >>> 0, (start >>> 0) + length));
    return this.sent();
  }

  end(): string[] {
    this.connection.end();
    return this.sent();
  }

  /** Everything that the connection has to say now: `[P.] seq 1 ack 1 length 10`. */
  sent(mostPayload = 0): string[] {
    const lines: string[] = [];
    for (;;) {
      const transmission = this.connection.pollTransmit(this.now, mostPayload);
      if (transmission === undefined) break;
      lines.push(lineOf(transmission));
      if (lines.length > 2000) throw new Error('it never stops sending');
    }
    this.tell();
    return lines;
  }

  tell(): void {
    const events = this.connection.pollEvents();
    if ((events & CONNECTED) !== 0) this.told.push('connected');
    if ((events & READABLE) !== 0) {
      this.told.push('readable');
      if (this.reads) this.consume();
    }
    if ((events & WRITABLE) !== 0) this.told.push('writable');
    if ((events & CLOSED) !== 0) this.told.push(`closed: ${this.connection.closeReason}`);
  }

  /** Reads all that is there. */
  consume(): void {
    for (;;) {
      const bytes = this.connection.peek();
      if (bytes.length === 0) break;
      const expected = stream(this.read, this.read + bytes.length);
      if (bytes.some((byte, at) => byte !== expected[at])) throw new Error('wrong bytes');
      this.read += bytes.length;
      this.connection.consume(bytes.length);
    }
  }
}

export function segmentOf(said: Said): Segment {
  const { flags = '.', seq = 1, ack, window = 65_535, ts, echo = 0, sacks = [], offer = {} } = said;
  const segment = emptySegment();
  Object.assign(segment, offer, {
    flags: [...flags].reduce((sum, letter) => sum | LETTERS[letter], 0),
    sequence: (THEIRS + seq) >>> 0,
    acknowledgment: ack === undefined ? 0 : (OURS + ack) >>> 0,
    window,
    hasTimestamp: ts !== undefined,
    timestamp: ts ?? 0,
    timestampEcho: echo,
    sackCount: sacks.length,
  });
  if ('hasTimestamp' in offer) segment.hasTimestamp = offer.hasTimestamp as boolean;
  sacks.forEach(([start, end], index) => {
    segment.sacks[2 * index] = (OURS + start) >>> 0;
    segment.sacks[2 * index + 1] = (OURS + end) >>> 0;
  });
  return segment;
}

function lineOf(transmission: Transmission): string {
  const { flags, sequence, acknowledgment, payloadLength, segmentSize, sackCount } = transmission;
  const letters = Object.keys(LETTERS).filter((letter) => (flags & LETTERS[letter]) !== 0);
  const parts = [`[${letters.join('')}]`, `seq ${(sequence - OURS) | 0}`];
  if ((flags & ACK) !== 0) parts.push(`ack ${(acknowledgment - THEIRS) | 0}`);
  if (payloadLength > 0) parts.push(`length ${payloadLength}`);
  if (segmentSize > 0) parts.push(`by ${segmentSize}`);
  if ((flags & SYN) === 0) {
    for (let block = 0; block < sackCount; block++) {
      const start = (transmission.sacks[2 * block] - THEIRS) | 0;
      parts.push(`sack ${start}-${(transmission.sacks[2 * block + 1] - THEIRS) | 0}`);
    }
  }
  return parts.join(' ');
}

const LETTERS: Record<string, number> = { S: SYN, F: FIN, R: RST, P: PSH, '.': ACK };
