import { plainCopy } from '@atoll/bytes/fast';
import { heapMemory } from '@atoll/device/frame';
import { expect } from 'vitest';
import { BlockPool } from '../../src/buffer/blocks.ts';
import { Connection } from '../../src/connection/connection.ts';
import type { ConnectionParameters } from '../../src/connection/parameters.ts';
import type { Transmission } from '../../src/connection/transmission.ts';
import { ALL_FEATURES } from '../../src/features.ts';
import { ACK, FIN, PSH, RST, SYN } from '../../src/packet.ts';
import { Application } from './application.ts';
import type { Written } from './notation.ts';
import { flagText, readSegment } from './notation.ts';
import { BEGIN, byteAt, CLOCK, from, INITIAL, PEER_CLOCK, PEER_INITIAL } from './numbers.ts';
import { Peer } from './peer.ts';
import type { Script, Step } from './script.ts';
import { ROUND_TRIP } from './script.ts';

/** Plays `script`, and fails where our connection does something else than is written there. */
export function play(script: Script): void {
  const player = new Player(script);
  if (script.offer !== undefined) player.open(script.offer);
  for (const step of script.steps) player.step(step);
  player.finish();
}

/** A segment that left. */
interface Sent {
  readonly time: number;
  readonly transmission: Transmission;
}

class Player {
  #now = 0;
  #connection: Connection | undefined;
  readonly #script: Script;
  readonly #peer = new Peer();
  readonly #application: Application;
  /** What left and was not yet looked at. */
  readonly #sent: Sent[] = [];

  constructor(script: Script) {
    this.#script = script;
    this.#application = new Application(script.isReading ?? true);
  }

  /** The handshake, which is not what the script is about; afterwards it is time 0. */
  open(offer: string): void {
    const { opener = 'peer', roundTrip = ROUND_TRIP, window = 0xffff } = this.#script;
    const begin = -roundTrip;
    const [options, timestamp] = offer.split(' ts ');
    const stamp = timestamp === undefined ? '' : ` ts 0 echo ${begin}`;
    if (opener === 'us') {
      this.step([begin, 'app', 'connect']);
      this.#sent.length = 0;
      this.step([0, 'in', `S. 0 ack 1 win ${window} ${options}${stamp}`]);
    } else {
      this.step([begin, 'in', `S 0 win 65535 ${offer}`]);
      this.#sent.length = 0;
      this.step([0, 'in', `. 1 ack 1 win ${window}${stamp}`]);
    }
    this.#sent.length = 0;
    this.#application.check(this.#it, 'the end of the handshake', 'ESTABLISHED');
    if (this.#script.isQuick !== true) this.#it.block.quickAcks = 0;
  }

  step(step: Step): void {
    const [time, kind] = step;
    const at = `${time} ${kind} ${step[2] ?? ''}`;
    if (kind === 'out') {
      this.#expect(at, time, step[2]);
      return;
    }
    const isNow = this.#now === BEGIN + time;
    this.#advance(time);
    if (this.#sent.length > 0 && !(isNow && kind === 'is')) {
      throw new Error(`before "${at}" came ${this.#describe()}`);
    }
    if (kind === 'in') this.#arrive(step[2]);
    else if (kind === 'app') this.#act(step[2]);
    else if (kind === 'is') this.#application.check(this.#it, at, step[2]);
  }

  finish(): void {
    if (this.#sent.length > 0) throw new Error(`at the end came ${this.#describe()}`);
  }

  get #it(): Connection {
    if (this.#connection === undefined) throw new Error('there is no connection yet');
    return this.#connection;
  }

  get #parameters(): ConnectionParameters {
    const { features, buffers, mss = 1460 } = this.#script;
    return {
      localPort: 80,
      remotePort: 40_000,
      initialSequence: INITIAL,
      timestampOffset: (CLOCK - BEGIN) >>> 0,
      mss,
      pool: new BlockPool(heapMemory, 4096 * 4096),
      // When something leaves is what scripts are about.
      features: { ...ALL_FEATURES, pacing: false, ...features },
      ...(buffers === undefined ? {} : { buffers }),
    };
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

  #arrive(text: string): void {
    const { segment, bytes } = this.#peer.segment(text);
    if (this.#connection === undefined) {
      this.#connection = Connection.accept(this.#parameters, segment, this.#now);
    } else {
      this.#connection.handleSegment(segment, { bytes, address: 0 }, this.#now);
    }
    this.#application.listen(this.#it);
    this.#it.settle();
    // Frames are used again.
    bytes.fill(0xee);
    this.#pump();
  }

  /** What the application does, and `connect`, `path 1000` (another MSS) and `unreachable hard` or `soft`. */
  #act(text: string): void {
    const [verb, argument] = text.split(' ');
    if (verb === 'connect') this.#connection = Connection.open(this.#parameters, this.#now);
    else if (verb === 'path') this.#it.handlePathChange(Number(argument), this.#now);
    else if (verb !== 'unreachable') this.#application.act(this.#it, text);
    else this.#it.handleUnreachable(argument === 'hard' ? 'hard' : 'soft', this.#now);
    this.#pump();
  }

  /** Everything that there is to send leaves; its bytes are looked at here. */
  #pump(): void {
    this.#application.listen(this.#it);
    for (let round = 0; round < 1000; round++) {
      const transmission = this.#it.pollTransmit(this.#now);
      if (transmission === undefined) {
        this.#application.listen(this.#it);
        return;
      }
      const { payloadLength: length, payloadSequence, buffer } = transmission;
      const payload = { bytes: new Uint8Array(length), address: 0 };
      if (length > 0) buffer.copyTo(payloadSequence, length, payload, 0, plainCopy);
      const first = from(INITIAL, payloadSequence);
      const isRight = payload.bytes.every((byte, index) => byte === byteAt(first + index));
      if (!isRight) throw new Error(`other bytes left from ${first} on`);
      const sacks = transmission.sacks.slice();
      this.#sent.push({ time: this.#now, transmission: { ...transmission, sacks } });
    }
    throw new Error('it never stops sending');
  }

  /** All segments that one line stands for. */
  #expect(at: string, time: number, text: string): void {
    const wanted = readSegment(text);
    const { flags, start = 0, end = start } = wanted;
    const by = wanted.by ?? Math.max(end - start, 1);
    for (let first = start; first === start || first < end; first += by) {
      const last = Math.min(first + by, end);
      const each = last === end ? flags : flags & ~(PSH | FIN);
      this.#expectOne(at, time, { ...wanted, flags: each, start: first, end: last });
    }
  }

  #expectOne(at: string, time: number, wanted: Written): void {
    if (this.#sent.length === 0) this.#advance(time + TOLERANCE, true);
    const sent = this.#sent.shift();
    if (sent === undefined) throw new Error(`nothing left for "${at}"`);
    const { transmission } = sent;
    const { flags, hasTimestamp, windowScale, sackPermitted } = transmission;
    const elapsed = sent.time - BEGIN;
    const isSyn = (flags & SYN) !== 0;
    const start = from(INITIAL, transmission.sequence);
    const timestamp = from(CLOCK, transmission.timestamp);
    const echo = from(PEER_CLOCK, transmission.timestampEcho);
    const is = {
      time: Math.abs(elapsed - time) <= TOLERANCE ? time : elapsed,
      flags: flagText(flags),
      start,
      end: start + transmission.payloadLength,
      ack: (flags & ACK) === 0 ? undefined : from(PEER_INITIAL, transmission.acknowledgment),
      sacks: sacksOf(transmission),
      window: wanted.window === undefined ? undefined : transmission.window,
      mss: isSyn ? transmission.mss : undefined,
      scale: isSyn ? windowScale : undefined,
      sackPermitted: isSyn && sackPermitted,
      hasTimestamp: (flags & RST) === 0 && hasTimestamp,
      timestamp: wanted.timestamp === undefined || !hasTimestamp ? undefined : timestamp,
      echo: wanted.echo === undefined ? undefined : echo,
    };
    const { by, ...rest } = wanted;
    const usesTimestamps = isSyn ? wanted.timestamp !== undefined : this.#it.block.usesTimestamps;
    expect(is, `at "${at}"`).toEqual({
      ...rest,
      time,
      flags: flagText(wanted.flags),
      scale: isSyn ? (wanted.scale ?? -1) : undefined,
      hasTimestamp: (flags & RST) === 0 && usesTimestamps,
    });
  }

  /** What left and was not expected, as it would be written down. */
  #describe(): string {
    const lines = this.#sent.map(({ time, transmission }) => {
      const { flags, payloadLength, sackCount } = transmission;
      const start = from(INITIAL, transmission.sequence);
      const range = payloadLength === 0 ? start : `${start}:${start + payloadLength}`;
      const words = [flagText(flags), range];
      if ((flags & ACK) !== 0) words.push('ack', from(PEER_INITIAL, transmission.acknowledgment));
      if (sackCount > 0) words.push('sack');
      for (const block of sacksOf(transmission)) words.push(block.join(':'));
      return `[${time - BEGIN}, 'out', '${words.join(' ')}']`;
    });
    return lines.join('\n');
  }
}

function sacksOf({ sackCount, sacks }: Transmission): [number, number][] {
  return Array.from({ length: sackCount }, (_, block) => [
    from(PEER_INITIAL, sacks[2 * block]),
    from(PEER_INITIAL, sacks[2 * block + 1]),
  ]);
}

/** How far from the time in the script a segment may leave. */
const TOLERANCE = 0.5;
