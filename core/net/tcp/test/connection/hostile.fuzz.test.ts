import { heapMemory } from '@atoll/device/frame';
import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { BlockPool } from '../../src/buffer/blocks.ts';
import { Connection } from '../../src/connection/connection.ts';
import { CLOSED } from '../../src/connection/state.ts';
import { ALL_FEATURES } from '../../src/features.ts';
import {
  ACK,
  emitTcp,
  emptyHeader,
  emptySegment,
  FIN,
  parseTcp,
  RST,
  SYN,
  VOUCHED,
} from '../../src/packet.ts';
import { MOST_RANGES } from '../../src/recovery/scoreboard.ts';

const INPUTS = Number(process.env.ATOLL_FUZZ ?? 20_000);
const LIMIT = 64 * 4096;

describe('a connection with a peer that says anything', () => {
  it('does not throw, does not hang, and holds no more than it may', () => {
    const random = new Random(0x7c9);
    let reached = 0;
    for (let inputs = 0; inputs < INPUTS; ) {
      const attack = new Attack(random);
      for (let step = 0; step < 300 && attack.isAlive; step++, inputs++) attack.step();
      if (attack.connection.block.sndNxt !== attack.first) reached++;
      attack.finish();
    }
    expect(reached).toBeGreaterThan(INPUTS / 3000);
  });
});

/** One connection, and segments that are likely to get far. */
class Attack {
  readonly connection: Connection;
  readonly first: number;
  readonly #random: Random;
  readonly #pool = new BlockPool(heapMemory, LIMIT);
  readonly #segment = emptySegment();
  readonly #header = emptyHeader();
  readonly #usesTimestamps: boolean;
  #now = 1000;
  #sequence: number;
  #clock = 1;
  #isOver = false;

  constructor(random: Random) {
    this.#random = random;
    this.first = random.below(2 ** 32);
    this.#sequence = random.below(2 ** 32);
    this.#usesTimestamps = random.chance(0.5);
    const on = () => random.chance(0.8);
    const parameters = {
      localPort: 1,
      remotePort: 2,
      initialSequence: this.first,
      timestampOffset: random.below(2 ** 32),
      mss: random.pick([536, 1460, 8960]),
      pool: this.#pool,
      features: {
        ...ALL_FEATURES,
        sack: on(),
        rack: on(),
        timestamps: this.#usesTimestamps,
        delayedAck: on(),
        nagle: on(),
      },
    };
    if (random.chance(0.5)) {
      this.connection = Connection.open(parameters, this.#now);
      this.connection.pollTransmit(this.#now);
      this.#say(SYN | ACK, this.#sequence, (this.first + 1) >>> 0);
    } else {
      this.#parse(SYN, this.#sequence, 0, 0);
      this.connection = Connection.accept(parameters, this.#segment, this.#now);
      this.connection.pollTransmit(this.#now);
      this.#say(ACK, (this.#sequence + 1) >>> 0, (this.first + 1) >>> 0);
    }
  }

  get isAlive(): boolean {
    return !this.#isOver;
  }

  step(): void {
    const random = this.#random;
    const { block } = this.connection;
    this.#now += random.pick([0, 0.01, 1, 10, 100, 1000, 100_000]) * random.float();
    switch (random.below(12)) {
      case 0:
        this.connection.write(random.bytes(random.pick([1, 100, 5000, 60_000])));
        break;
      case 1:
        this.connection.noDelay = random.chance(0.5);
        if (random.chance(0.05)) this.connection.end();
        if (random.chance(0.01)) this.connection.abort();
        break;
      case 2:
        this.connection.handlePathChange(random.pick([1, 100, 536, 1400, 9000]), this.#now);
        break;
      case 3:
        this.connection.handleUnreachable(random.pick(['soft', 'hard']), this.#now);
        break;
      case 4:
      case 5:
        // In order, mostly acknowledging.
        this.#say(ACK, block.receive.next, random.chance(0.7) ? block.sndNxt : block.sndUna);
        break;
      default:
        this.#say(this.#flags(), this.#near(block.receive.next), this.#near(this.#somewhere()));
    }
    this.#settle();
  }

  finish(): void {
    this.connection.release();
    expect(this.#pool.used).toBe(0);
  }

  #flags(): number {
    const random = this.#random;
    if (random.chance(0.05)) return random.below(256);
    return (
      ACK |
      (random.chance(0.03) ? FIN : 0) |
      (random.chance(0.01) ? SYN : 0) |
      (random.chance(0.01) ? RST : 0)
    );
  }

  /** One of ours. */
  #somewhere(): number {
    const { sndUna, sndNxt } = this.connection.block;
    return (sndUna + this.#random.below(((sndNxt - sndUna) >>> 0) + 1)) >>> 0;
  }

  #near(sequence: number): number {
    const random = this.#random;
    if (random.chance(0.02)) return random.below(2 ** 32);
    if (random.chance(0.5)) return sequence;
    return (sequence + random.below(6000) - 2000) >>> 0;
  }

  #parse(flags: number, sequence: number, acknowledgment: number, length: number) {
    const random = this.#random;
    const header = this.#header;
    const isSyn = (flags & SYN) !== 0;
    header.flags = flags;
    header.sequence = sequence;
    header.acknowledgment = acknowledgment;
    header.window = random.pick([0, 1, 100, 10_000, 65_535]);
    header.mss = isSyn ? random.pick([0, 1, 88, 536, 1460, 65_535]) : 0;
    header.windowScale = isSyn ? random.pick([-1, 0, 7, 14]) : -1;
    header.sackPermitted = isSyn;
    header.hasTimestamp = this.#usesTimestamps && !random.chance(0.01);
    this.#clock += random.below(3);
    header.timestamp = random.chance(0.02) ? random.below(2 ** 32) : this.#clock;
    header.timestampEcho = random.chance(0.5) ? Math.floor(this.#now) : random.below(2 ** 32);
    header.sackCount = isSyn ? 0 : random.pick([0, 0, 1, 2, 3]);
    for (let edge = 0; edge < 2 * header.sackCount; edge += 2) {
      const start = this.#near(this.#somewhere());
      header.sacks[edge] = start;
      header.sacks[edge + 1] = (start + random.pick([1, 2, 100, 1460, 5000])) >>> 0;
    }
    let bytes: Uint8Array = new Uint8Array(60 + length);
    const payload = { bytes: random.bytes(length), address: 0 };
    const end = emitTcp({ bytes, address: 0 }, 0, header, 0, false, payload, 0, length);
    bytes = bytes.slice(0, end);
    if (random.chance(0.02)) bytes = mutate(random, bytes);
    const region = { bytes, address: 0 };
    const parsed = parseTcp(region, 0, bytes.length, VOUCHED, this.#segment);
    return parsed.ok ? region : undefined;
  }

  #say(flags: number, sequence: number, acknowledgment: number): void {
    const length = this.#random.pick([0, 0, 0, 1, 100, 1460, 9000]);
    const region = this.#parse(flags, sequence, acknowledgment, length);
    if (region === undefined) return;
    this.connection.handleSegment(this.#segment, region, this.#now);
    this.#tell();
    this.connection.settle();
    region.bytes.fill(0xee);
    this.#settle();
  }

  #tell(): void {
    const events = this.connection.pollEvents();
    if ((events & CLOSED) !== 0) {
      expect(this.#isOver).toBe(false);
      this.#isOver = true;
    }
    // Sometimes the application does not read.
    while (this.#random.chance(0.7)) {
      const bytes = this.connection.peek();
      if (bytes.length === 0) break;
      this.connection.consume(1 + this.#random.below(bytes.length));
    }
  }

  /** Sends everything, lets a timer expire, and looks whether all is as it should be. */
  #settle(): void {
    const { connection } = this;
    const { block } = connection;
    if (connection.nextTimeout <= this.#now) connection.handleTimeout(this.#now);
    for (let count = 0; connection.pollTransmit(this.#now, 20_000) !== undefined; count++) {
      if (count > 2000) throw new Error('it never stops sending');
    }
    this.#tell();
    const flight = (block.sndNxt - block.sndUna) | 0;
    expect(flight).toBeGreaterThanOrEqual(0);
    expect(block.board.sackedBytes + block.board.lostBytes).toBeLessThanOrEqual(flight);
    expect(block.board.count).toBeLessThanOrEqual(3 * MOST_RANGES);
    expect(block.mss).toBeGreaterThan(40);
    expect(block.congestion.window).toBeGreaterThanOrEqual(0);
    expect(this.#pool.used).toBeLessThanOrEqual(LIMIT);
    // Something that waits for an acknowledgment or for a window has a timer.
    const isWaiting = connection.state === 'ESTABLISHED' && block.send.length > 0;
    if (isWaiting) expect(connection.nextTimeout).toBeLessThan(Number.POSITIVE_INFINITY);
    if (connection.state === 'CLOSED')
      expect(connection.nextTimeout).toBe(Number.POSITIVE_INFINITY);
  }
}
