import { PowerDisk } from '@atoll/sim/power-disk';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import type { Batch, Write } from '../src/engine.ts';
import { format, hex, Machine, text } from './machine.ts';

const CUTS = Number(process.env.ATOLL_CUTS ?? 10_000);
const SEED = Number(process.env.ATOLL_SEED ?? 1);
const CUTS_IN_A_LIFE = 25;
const NO_KEY = new Uint8Array(0);

/** The keys and values of a journal in hexadecimal. */
type Contents = ReadonlyMap<string, string>;

/** A disk whose power fails again and again, and what must be on it. */
class Life {
  readonly disk: PowerDisk;
  readonly #random: Random;
  /** Everything that was acknowledged. */
  #certain: Contents = new Map();
  /** Batches without an answer, in their order. */
  #open = new Map<Batch, readonly Write[]>();
  #machine: Machine;
  readonly #keys: number;
  readonly #longest: number;
  readonly seen = { full: 0, unfinished: 0, laps: 0, checkpoints: 0 };

  constructor(seed: number) {
    const random = new Random(seed);
    this.#random = random;
    const blockSize = random.pick([512, 512, 1024, 4096]);
    const size = 0x4000 * (13 + random.below(20));
    this.disk = new PowerDisk(random, {
      blockSize,
      blockCount: size / blockSize,
      delay: random.pick([0, 0, 5]),
      queue: 1 + random.below(8),
    });
    this.#keys = 1 + random.below(60);
    this.#longest = random.pick([40, 400, 1500, 4000]);
    format(this.disk);
    this.#machine = this.#start();
    this.#machine.open();
  }

  /** Works a while, then loses power, then checks what is left; with cuts while it recovers, too. */
  step(): void {
    const random = this.#random;
    let requests = 1 + random.below(random.chance(0.1) ? 300 : 40);
    while (requests > 0) {
      const batches = 1 + random.below(random.chance(0.2) ? 12 : 2);
      for (let index = 0; index < batches; index++) this.#commit();
      if (random.chance(0.05)) this.#machine.journal.settle();
      const limit = Math.min(requests, 1 + random.below(20));
      requests -= limit;
      this.#machine.run(limit);
      this.#follow();
    }
    if (random.chance(0.9)) this.disk.cut();
    else this.disk.restart();
    while (random.chance(0.4)) {
      const limit = random.below(12);
      if (!this.#start().run(limit)) break;
      this.disk.cut();
    }
    this.#machine = this.#start();
    const opened = this.#machine.open();
    this.seen.unfinished += opened.unfinished;
    this.#check(this.#machine.contents());
  }

  #start(): Machine {
    return new Machine(this.disk, { entropy: new Random(this.#random.below(2 ** 32)) });
  }

  #commit(): void {
    const random = this.#random;
    const writes: Write[] = [];
    const count = random.chance(0.7) ? 1 : random.below(6);
    for (let index = 0; index < count; index++) {
      const key = text(`key ${random.below(this.#keys)}`);
      const length = random.below(random.chance(0.02) ? 20_000 : this.#longest);
      const value = random.chance(0.25) ? undefined : random.bytes(length);
      writes.push({ key, value });
    }
    const { journal } = this.#machine;
    const [{ key, value } = { key: NO_KEY, value: undefined }] = writes;
    const isPut = writes.length === 1 && value !== undefined;
    this.#open.set(isPut ? journal.put(key, value) : journal.commit(writes), writes);
  }

  /** Takes note of what was answered. */
  #follow(): void {
    const { journal, events } = this.#machine;
    events.push(...journal.takeEvents());
    for (const event of events.splice(0)) {
      if (event.kind !== 'written') continue;
      const writes = this.#open.get(event);
      this.#open.delete(event);
      const { failure } = event;
      if (event.isPut) journal.recycle(event);
      if (failure === undefined) this.#certain = after(this.#certain, writes ?? []);
      else {
        expect(failure.kind).toBe('full');
        this.seen.full++;
      }
    }
  }

  /** What was acknowledged is there, and of what was not a first part in the order of the commits, whole batches. */
  #check(found: Contents): void {
    let possible = this.#certain;
    const batches = [...this.#open.values()];
    this.#open.clear();
    for (let count = 0; ; count++) {
      if (isSame(possible, found)) break;
      if (count === batches.length) {
        expect(found, 'neither before nor after any open batch').toEqual(this.#certain);
        break;
      }
      possible = after(possible, batches[count]);
    }
    this.#certain = found;
    const { status } = this.#machine.journal;
    expect(status.damage).toEqual([]);
    this.seen.laps = status.begunSegments / status.segmentCount;
    this.seen.checkpoints = status.checkpoints;
  }
}

function after(contents: Contents, writes: readonly Write[]): Contents {
  const changed = new Map(contents);
  for (const { key, value } of writes) {
    if (value === undefined) changed.delete(hex(key));
    else changed.set(hex(key), hex(value));
  }
  return changed;
}

function isSame(one: Contents, other: Contents): boolean {
  if (one.size !== other.size) return false;
  for (const [key, value] of one) if (other.get(key) !== value) return false;
  return true;
}

describe('a journal whose power fails', () => {
  it(`keeps what was acknowledged, and batches whole (${CUTS} cuts)`, { timeout: 600_000 }, () => {
    const seen = { full: 0, unfinished: 0, laps: 0, checkpoints: 0 };
    for (let life = 0; life * CUTS_IN_A_LIFE < CUTS; life++) {
      const seed = SEED + life;
      const one = new Life(seed);
      for (let cut = 0; cut < CUTS_IN_A_LIFE; cut++) {
        try {
          one.step();
        } catch (error) {
          throw new Error(`seed ${seed}, cut ${cut}`, { cause: error });
        }
      }
      seen.full += one.seen.full;
      seen.unfinished += one.seen.unfinished;
      seen.laps += one.seen.laps;
      seen.checkpoints += one.seen.checkpoints;
    }
    // Disks were full, rounds were dropped, logs went round their disks: otherwise this shows little.
    expect(seen.full).toBeGreaterThan(CUTS / 100);
    expect(seen.unfinished).toBeGreaterThan(CUTS / 100);
    expect(seen.laps).toBeGreaterThan(CUTS / 100);
    expect(seen.checkpoints).toBeGreaterThan(CUTS / 100);
  });
});
