import type { BlockDevice, BlockRequest } from '@atoll/device/block';
import { checkRequest, countRequest, zeroBlockCounters } from '@atoll/device/block';
import { TimeQueue } from '@atoll/device/time-queue';
import type { Random } from './random.ts';

export interface PowerDiskOptions {
  /** 512 when left out. */
  readonly blockSize?: number;
  readonly blockCount: number;
  /** The longest that a request takes, in virtual milliseconds; the shortest is 0. Requests overtake each other. */
  readonly delay?: number;
  /** How many requests it takes at a time; 32 when left out. */
  readonly queue?: number;
  /** The probability that a request fails, from 0 to 1; 0 when left out. */
  readonly failures?: Partial<Readonly<Record<BlockRequest['operation'], number>>>;
}

/**
 * A disk that does everything that `BlockDevice` allows a disk to do. What was written and not flushed
 * is kept apart; {@link cut} decides for each such write whether the medium has all of it, none, or some
 * bytes, and in which order they came there.
 *
 * A flush that fails is of the nasty kind: what it should have made durable is still seen by reads, but
 * no later flush takes care of it, as with a page cache that drops its dirty marks after an error.
 */
export class PowerDisk implements BlockDevice {
  readonly name = 'power';
  readonly blockSize: number;
  readonly blockCount: number;
  readonly isReadOnly = false;
  readonly durability = 'power';
  readonly counters = zeroBlockCounters();
  /** Virtual milliseconds; whoever runs the simulation sets it. */
  now = 0;
  /** While set, requests are taken and never end. */
  isStuck = false;
  readonly #random: Random;
  readonly #options: PowerDiskOptions;
  /** What reads see, and what is certain to survive. */
  #seen: Uint8Array;
  readonly #medium: Uint8Array;
  /** Ended, and not covered by a flush that has ended; in their order. */
  #unflushed: Write[] = [];
  /** What a flush failed to make durable. */
  #forsaken: Write[] = [];
  #underWay = new TimeQueue<UnderWay>();

  constructor(random: Random, options: PowerDiskOptions) {
    this.blockSize = options.blockSize ?? 512;
    this.blockCount = options.blockCount;
    this.#random = random;
    this.#options = options;
    this.#medium = new Uint8Array(this.blockSize * this.blockCount);
    this.#seen = this.#medium.slice();
  }

  /** When the next request ends, in virtual milliseconds; `Infinity` when there is none. */
  get nextTimeout(): number {
    return this.isStuck ? Number.POSITIVE_INFINITY : this.#underWay.nextTime;
  }

  submit(request: BlockRequest): boolean {
    checkRequest(this, request);
    if (this.#underWay.size >= (this.#options.queue ?? 32)) return false;
    const { delay = 0 } = this.#options;
    const time = delay === 0 ? this.now : this.now + this.#random.float() * delay;
    const covered = request.operation === 'flush' ? this.#unflushed.length : 0;
    this.#underWay.push(time, { request, covered: this.#unflushed.slice(0, covered) });
    return true;
  }

  complete(): BlockRequest | undefined {
    if (this.isStuck || this.#underWay.nextTime > this.now) return undefined;
    const entry = this.#underWay.shift();
    if (entry === undefined) return undefined;
    const { request } = entry;
    const chance = this.#options.failures?.[request.operation] ?? 0;
    request.failure = this.#random.chance(chance) ? `the ${request.operation} failed` : undefined;
    this.#end(entry);
    countRequest(this.counters, request);
    return request;
  }

  /** The power goes and comes back: requests under way never end, and only the medium is left. */
  cut(): void {
    const uncertain = [...this.#unflushed, ...this.#forsaken];
    for (let entry = this.#underWay.shift(); entry; entry = this.#underWay.shift()) {
      const { operation } = entry.request;
      if (operation === 'write' || operation === 'persist') {
        uncertain.push(this.#write(entry.request));
      }
    }
    while (uncertain.length > 0) {
      const [write] = uncertain.splice(this.#random.below(uncertain.length), 1);
      this.#tear(write);
    }
    this.#forget();
  }

  /** The program ends and starts again; the host keeps all that has ended. */
  restart(): void {
    while (this.#underWay.shift() !== undefined);
  }

  /** Flips bit `bit` (0 to 7) of byte `offset` of the medium, as the years do. */
  flip(offset: number, bit: number): void {
    this.#medium[offset] ^= 1 << bit;
    this.#seen[offset] ^= 1 << bit;
  }

  /** A copy of what reads see. */
  contents(): Uint8Array {
    return this.#seen.slice();
  }

  #end({ request, covered }: UnderWay): void {
    const { operation, block, bytes, failure } = request;
    if (operation === 'read') {
      const start = block * this.blockSize;
      if (failure === undefined) bytes.set(this.#seen.subarray(start, start + bytes.length));
      else this.#random.fill(bytes);
    } else if (operation === 'flush') {
      if (failure !== undefined) this.#forsaken.push(...covered);
      else for (const { start, bytes } of covered) this.#medium.set(bytes, start);
      this.#unflushed = this.#unflushed.filter((write) => !covered.includes(write));
    } else {
      const write = this.#write(request);
      // Who knows how much of a failed write was done.
      if (failure !== undefined) write.bytes.set(this.#part(write));
      this.#seen.set(write.bytes, write.start);
      if (operation === 'write') this.#unflushed.push(write);
      else if (failure !== undefined) this.#forsaken.push(write);
      else this.#persist(write);
    }
  }

  /** What was written to the same bytes before, wherever it is now, does not come after it. */
  #persist({ start, bytes }: Write): void {
    this.#medium.set(bytes, start);
    for (const earlier of [...this.#unflushed, ...this.#forsaken]) {
      const from = Math.max(start, earlier.start);
      const to = Math.min(start + bytes.length, earlier.start + earlier.bytes.length);
      if (from < to) {
        earlier.bytes.set(bytes.subarray(from - start, to - start), from - earlier.start);
      }
    }
  }

  #write({ block, bytes }: BlockRequest): Write {
    return { start: block * this.blockSize, bytes: bytes.slice() };
  }

  /** All, none, or some of `write` reaches the medium. */
  #tear(write: Write): void {
    const fate = this.#random.below(3);
    if (fate === 0) return;
    this.#medium.set(fate === 1 ? write.bytes : this.#part(write), write.start);
  }

  /** What stands in the place of `write` when only its start, end, middle or every other block came through. */
  #part({ start, bytes }: Write): Uint8Array {
    const random = this.#random;
    const mixed = this.#medium.slice(start, start + bytes.length);
    const one = random.below(bytes.length + 1);
    const other = random.below(bytes.length + 1);
    const way = random.below(4);
    if (way === 0) mixed.set(bytes.subarray(0, one));
    else if (way === 1) mixed.set(bytes.subarray(one), one);
    else if (way === 2) {
      const first = Math.min(one, other);
      mixed.set(bytes.subarray(first, Math.max(one, other)), first);
    } else {
      for (let at = 0; at < bytes.length; at += this.blockSize) {
        if (random.chance(0.5)) mixed.set(bytes.subarray(at, at + this.blockSize), at);
      }
    }
    return mixed;
  }

  #forget(): void {
    this.#unflushed = [];
    this.#forsaken = [];
    this.#underWay = new TimeQueue();
    this.#seen = this.#medium.slice();
  }
}

interface Write {
  /** Bytes from the start of the disk. */
  readonly start: number;
  readonly bytes: Uint8Array;
}

interface UnderWay {
  readonly request: BlockRequest;
  /** For a flush: the writes that had ended when it was submitted. */
  readonly covered: readonly Write[];
}
