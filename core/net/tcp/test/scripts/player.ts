import { plainCopy } from '@atoll/bytes/fast';
import { heapMemory } from '@atoll/device/frame';
import { expect } from 'vitest';
import { BlockPool } from '../../src/buffer/blocks.ts';
import { Connection } from '../../src/connection/connection.ts';
import type { ControlBlock } from '../../src/connection/state.ts';
import { CLOSED, CONNECTED, pipe, READABLE, WRITABLE } from '../../src/connection/state.ts';
import type { Transmission } from '../../src/connection/transmission.ts';
import { ALL_FEATURES } from '../../src/features.ts';
import { ACK, emptySegment, FIN, PSH, RST, SYN } from '../../src/packet.ts';
import type { Written } from './notation.ts';
import { flagText, readSegment } from './notation.ts';
import type { Script, Step, Told } from './script.ts';
import { ROUND_TRIP } from './script.ts';

/** Plays `script`, and fails where our connection does something else than is written there. */
export function play(script: Script): void {
  const player = new Player(script);
  if (script.offer !== undefined) player.open(script.offer);
  for (const step of script.steps) player.step(step);
  player.finish();
}

/** A segment that left, in words, and when. */
interface Sent {
  readonly time: number;
  readonly transmission: Transmission;
}

class Player {
  #now = 0;
  #connection: Connection | undefined;
  readonly #script: Script;
  readonly #pool = new BlockPool(heapMemory, 4096 * 4096);
  /** What left and was not yet looked at. */
  readonly #sent: Sent[] = [];
  readonly #told: Told = { isConnected: false, writable: 0, reason: undefined };
  #isReading: boolean;
  #written = 0;
  #read = 0;
  /** What the peer would send next, and what it acknowledged last. */
  #peerNext = 0;
  #peerAck = 0;
  #window = 0xffff;

  constructor(script: Script) {
    this.#script = script;
    this.#isReading = script.isReading ?? true;
  }

  /** The handshake; afterwards it is time 0. */
  open(offer: string): void {
    const { opener = 'peer', roundTrip = ROUND_TRIP, isQuick = false } = this.#script;
    const begin = -roundTrip;
    const { timestamp } = readSegment(`S 0 ${offer}`);
    const stamp = timestamp === undefined ? '' : ` ts 0 echo ${begin}`;
    if (opener === 'us') {
      this.step([begin, 'app', 'connect']);
      this.#sent.length = 0;
      this.step([0, 'in', `S. 0 ack 1 win 65535 ${offer.replace(/ ts .*/, stamp)}`]);
    } else {
      this.step([begin, 'in', `S 0 win 65535 ${offer}`]);
      this.#sent.length = 0;
      this.step([0, 'in', `. 1 ack 1 win ${this.#script.window ?? this.#window}${stamp}`]);
    }
    this.#sent.length = 0;
    expect(this.#it.state, 'after the handshake').toBe('ESTABLISHED');
    if (!isQuick) this.#block.quickAcks = 0;
  }

  step(step: Step): void {
    const [time, kind] = step;
    const at = `${time} ${kind} ${step[2] ?? ''}`;
    if (kind === 'out') {
      this.#expect(at, time, step[2]);
      return;
    }
    if (kind === 'is' && this.#now === BEGIN + time) {
      this.#check(at, step[2]);
      return;
    }
    this.#advance(time);
    if (this.#sent.length > 0) throw new Error(`before "${at}" came ${this.#describe()}`);
    if (kind === 'in') this.#arrive(step[2]);
    else if (kind === 'app') this.#act(step[2]);
    else if (kind === 'is') this.#check(at, step[2]);
  }

  finish(): void {
    if (this.#sent.length > 0) throw new Error(`at the end came ${this.#describe()}`);
  }

  get #it(): Connection {
    if (this.#connection === undefined) throw new Error('there is no connection yet');
    return this.#connection;
  }

  get #block(): ControlBlock {
    return this.#it.block;
  }

  /** Lets timers expire up to `time`, until something leaves when `isWaiting`. */
  #advance(time: number, isWaiting = false): void {
    const end = BEGIN + time;
    while (!isWaiting || this.#sent.length === 0) {
      const next = this.#connection?.nextTimeout ?? Number.POSITIVE_INFINITY;
      if (next > end) {
        this.#now = Math.max(this.#now, end);
        return;
      }
      this.#now = Math.max(this.#now, next);
      this.#it.handleTimeout(this.#now);
      this.#pump();
    }
  }

  /** All segments that one line stands for. */
  #expect(at: string, time: number, text: string): void {
    const wanted = readSegment(text);
    const { flags, start = 0, end = start, by = Math.max(end - start, 1) } = wanted;
    for (let from = start; from === start || from < end; from += by) {
      const to = Math.min(from + by, end);
      const isLast = to === end;
      const each = isLast ? flags : flags & ~(PSH | FIN);
      this.#expectOne(at, time, { ...wanted, flags: each, start: from, end: to });
    }
  }

  #expectOne(at: string, time: number, wanted: Written): void {
    if (this.#sent.length === 0) this.#advance(time + TOLERANCE, true);
    const sent = this.#sent[0];
    if (sent === undefined) throw new Error(`nothing left for "${at}"`);
    const { transmission } = sent;
    const { flags, hasTimestamp, windowScale, sackPermitted } = transmission;
    const elapsed = sent.time - BEGIN;
    const isSyn = (flags & SYN) !== 0;
    const start = this.#ours(transmission.sequence);
    const is = {
      time: Math.abs(elapsed - time) <= TOLERANCE ? time : elapsed,
      flags: flagText(flags),
      start,
      end: start + transmission.payloadLength,
      ack: (flags & ACK) === 0 ? undefined : this.#peers(transmission.acknowledgment),
      sacks: this.#sacks(transmission),
      window: wanted.window === undefined ? undefined : transmission.window,
      mss: isSyn ? transmission.mss : undefined,
      scale: isSyn ? windowScale : undefined,
      sackPermitted: isSyn ? sackPermitted : false,
      hasTimestamp: (flags & RST) === 0 && hasTimestamp,
      timestamp: wanted.timestamp === undefined ? undefined : (transmission.timestamp - CLOCK) | 0,
      echo: wanted.echo === undefined ? undefined : (transmission.timestampEcho - PEER_CLOCK) | 0,
    };
    const { by, ...rest } = wanted;
    const stamps = isSyn ? rest.timestamp !== undefined : this.#block.usesTimestamps;
    expect(is, `at "${at}"`).toEqual({
      ...rest,
      time,
      flags: flagText(wanted.flags),
      scale: isSyn ? (rest.scale ?? -1) : undefined,
      hasTimestamp: (flags & RST) === 0 && stamps,
    });
    this.#sent.shift();
  }

  #arrive(text: string): void {
    const written = readSegment(text);
    const segment = emptySegment();
    const start = written.start ?? this.#peerNext;
    const first = (written.flags & SYN) === 0 ? start : start + 1;
    const length = Math.max((written.end ?? first) - first, 0);
    const next = first + length + ((written.flags & FIN) === 0 ? 0 : 1);
    this.#peerNext = Math.max(this.#peerNext, next);
    this.#peerAck = written.ack ?? this.#peerAck;
    this.#window = written.window ?? this.#window;
    segment.sourcePort = 40_000;
    segment.destinationPort = 80;
    segment.flags = written.flags;
    segment.sequence = (PEER_INITIAL + start) >>> 0;
    if ((written.flags & ACK) !== 0) segment.acknowledgment = (INITIAL + this.#peerAck) >>> 0;
    segment.window = this.#window;
    segment.mss = written.mss ?? 0;
    segment.windowScale = written.scale ?? -1;
    segment.sackPermitted = written.sackPermitted;
    segment.hasTimestamp = written.timestamp !== undefined;
    segment.timestamp = (PEER_CLOCK + (written.timestamp ?? 0)) >>> 0;
    segment.timestampEcho = (CLOCK + (written.echo ?? 0)) >>> 0;
    segment.sackCount = written.sacks.length;
    for (const [index, [from, to]] of written.sacks.entries()) {
      segment.sacks[2 * index] = (INITIAL + from) >>> 0;
      segment.sacks[2 * index + 1] = (INITIAL + to) >>> 0;
    }
    segment.payloadStart = 7;
    segment.payloadEnd = 7 + length;
    const bytes = new Uint8Array(length + 9).fill(0xdd);
    for (let index = 0; index < length; index++) bytes[7 + index] = patternAt(first + index);
    if (this.#connection === undefined) {
      this.#connection = Connection.accept(this.#parameters, segment, this.#now);
    } else {
      this.#connection.handleSegment(segment, { bytes, address: 0 }, this.#now);
    }
    this.#tell();
    this.#it.settle();
    bytes.fill(0xee);
    this.#pump();
  }

  /** `connect`, `write 1000`, `read 500`, `read` (everything), `stop reading`, and the names below. */
  #act(text: string): void {
    const [verb, argument = ''] = text.split(' ');
    const count = Number(argument);
    switch (verb) {
      case 'connect':
        this.#connection = Connection.open(this.#parameters, this.#now);
        break;
      case 'write': {
        const bytes = new Uint8Array(count).map((_, index) => patternAt(this.#written + index));
        expect(this.#it.write(bytes), `bytes written of ${text}`).toBe(count);
        this.#written += count;
        break;
      }
      case 'read':
        this.#take(argument === '' ? Number.POSITIVE_INFINITY : count);
        break;
      case 'end':
        this.#it.end();
        break;
      case 'abort':
        this.#it.abort();
        break;
      case 'noDelay':
        this.#it.noDelay = true;
        break;
      case 'keepAlive':
        this.#it.keepAliveMs = count;
        break;
      case 'userTimeout':
        this.#it.userTimeoutMs = count;
        break;
      case 'path':
        this.#it.handlePathChange(count, this.#now);
        break;
      case 'unreachable':
        this.#it.handleUnreachable(argument as 'hard' | 'soft', this.#now);
        break;
      default:
        throw new Error(`what is "${text}"?`);
    }
    this.#pump();
  }

  /** `ESTABLISHED`, `closed reset`, `cwnd 10000`, and so on. */
  #check(at: string, text: string): void {
    const [what, value] = text.split(' ');
    const { congestion, send } = this.#block;
    const facts: Record<string, unknown> = {
      closed: this.#told.reason,
      connected: this.#told.isConnected,
      cwnd: congestion.window,
      ssthresh: congestion.slowStartThreshold,
      flight: pipe(this.#block),
      read: this.#read,
      unread: this.#block.receive.available,
      finished: this.#it.isFinished,
      kept: send.length,
      used: this.#pool.used,
    };
    if (value === undefined) expect(this.#it.state, `at "${at}"`).toBe(what);
    else if (what in facts) expect(String(facts[what]), `at "${at}"`).toBe(value);
    else throw new Error(`what is "${text}"?`);
  }

  /** Everything that there is to send leaves; what it carries is compared at once. */
  #pump(): void {
    this.#tell();
    for (let round = 0; ; round++) {
      if (round > 1000) throw new Error('it never stops sending');
      const transmission = this.#connection?.pollTransmit(this.#now);
      if (transmission === undefined) break;
      const { payloadLength, payloadSequence, buffer } = transmission;
      const payload = { bytes: new Uint8Array(payloadLength), address: 0 };
      if (payloadLength > 0) buffer.copyTo(payloadSequence, payloadLength, payload, 0, plainCopy);
      const from = this.#ours(payloadSequence) - 1;
      if (payload.bytes.some((byte, index) => byte !== patternAt(from + index))) {
        throw new Error(`wrong bytes from ${from} on`);
      }
      const sacks = transmission.sacks.slice();
      this.#sent.push({ time: this.#now, transmission: { ...transmission, sacks } });
    }
    this.#tell();
  }

  #tell(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    for (let events = connection.pollEvents(); events !== 0; events = connection.pollEvents()) {
      if ((events & CONNECTED) !== 0) this.#told.isConnected = true;
      if ((events & READABLE) !== 0 && this.#isReading) this.#take(Number.POSITIVE_INFINITY);
      if ((events & WRITABLE) !== 0) this.#told.writable++;
      if ((events & CLOSED) !== 0) {
        this.#told.reason = connection.closeReason;
        connection.release();
      }
    }
  }

  /** The application takes up to `most` bytes, and looks at them. */
  #take(most: number): void {
    for (let left = most; left > 0; ) {
      const bytes = this.#it.peek();
      const count = Math.min(bytes.length, left);
      if (count === 0) return;
      for (let index = 0; index < count; index++) {
        if (bytes[index] !== patternAt(this.#read + index + 1)) throw new Error('wrong bytes came');
      }
      this.#read += count;
      left -= count;
      this.#it.consume(count);
    }
  }

  get #parameters() {
    const { features, buffers, mss = 1460 } = this.#script;
    return {
      localPort: 80,
      remotePort: 40_000,
      initialSequence: INITIAL,
      timestampOffset: (CLOCK - BEGIN) >>> 0,
      mss,
      pool: this.#pool,
      features: { ...ALL_FEATURES, ...features },
      ...(buffers === undefined ? {} : { buffers }),
    };
  }

  /** Counted from our initial sequence number, and from the peer's. */
  #ours(sequence: number): number {
    return (sequence - INITIAL) | 0;
  }

  #peers(sequence: number): number {
    return (sequence - PEER_INITIAL) | 0;
  }

  #sacks({ sackCount, sacks }: Transmission): [number, number][] {
    return Array.from({ length: sackCount }, (_, block) => [
      this.#peers(sacks[2 * block]),
      this.#peers(sacks[2 * block + 1]),
    ]);
  }

  /** What left and was not expected, as it would be written down. */
  #describe(): string {
    const lines = this.#sent.map(({ time, transmission }) => {
      const { flags, sequence, acknowledgment, payloadLength, window, sackCount } = transmission;
      const start = this.#ours(sequence);
      const words = [
        flagText(flags),
        payloadLength === 0 ? start : `${start}:${start + payloadLength}`,
      ];
      if ((flags & ACK) !== 0) words.push('ack', this.#peers(acknowledgment));
      if (sackCount > 0) words.push('sack');
      for (const block of this.#sacks(transmission)) words.push(block.join(':'));
      return `[${time - BEGIN}, 'out', '${words.join(' ')}'], win ${window}`;
    });
    return lines.join('\n');
  }
}

function patternAt(index: number): number {
  return (index * 31 + (index >>> 8) * 7) & 0xff;
}

/** Time 0 of scripts, and numbers that go round soon. */
const BEGIN = 10_000;
const INITIAL = 0xffff_f800;
const PEER_INITIAL = 0x7fff_fc00;
const CLOCK = 0xffff_ff00;
const PEER_CLOCK = 0x7fff_ff80;
/** How far from the time in the script a segment may leave. */
const TOLERANCE = 0.5;
