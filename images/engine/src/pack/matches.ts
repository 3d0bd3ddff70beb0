/** A match of this length is taken, and no better one is looked for. */
export const LONG = 128;

const SHORTEST = 3;

/** How many earlier places with the same three bytes are looked at. */
const TRIES = 48;

const HASH_BITS = 17;

const RUNS = 64;

/**
 * For each place in `bytes` up to `end` the matches that start there: each longer than the one before, and farther
 * away. There are none where `isSkipped`.
 */
export class Matches {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #first: Uint32Array;
  /** Long matches that were found, by their distance. */
  readonly #runs = Array.from({ length: RUNS }, () => ({ distance: 0, from: 0, to: 0 }));
  #count = 0;
  distances = new Uint32Array(1 << 16);
  lengths = new Uint32Array(1 << 16);

  constructor(bytes: Uint8Array, end: number, isSkipped: (at: number) => boolean) {
    this.#bytes = bytes;
    this.#end = end;
    this.#first = new Uint32Array(end + 1);
    const newest = new Int32Array(1 << HASH_BITS).fill(-1);
    const older = new Int32Array(end);
    for (let at = 0; at < end; at++) {
      this.#first[at] = this.#count;
      if (isSkipped(at)) continue;
      const hash = hashOf(bytes, at);
      this.#search(at, newest[hash], older);
      older[at] = newest[hash];
      newest[hash] = at;
    }
    this.#first[end] = this.#count;
  }

  /** Where in `distances` and `lengths` the matches at `at` start; they end before those at the next place. */
  first(at: number): number {
    return this.#first[at];
  }

  /** How many bytes at `at` are those `distance` before. */
  lengthAt(at: number, distance: number): number {
    const [bytes, end] = [this.#bytes, this.#end];
    if (distance > at) return 0;
    // In the middle of a long match nothing need be compared again: data may be one byte, a million times.
    const slot = distance % RUNS;
    const run = this.#runs[slot];
    if (run.distance === distance && at >= run.from && at < run.to) return run.to - at;
    let length = 0;
    while (at + length < end && bytes[at + length - distance] === bytes[at + length]) length++;
    if (length >= LONG) this.#runs[slot] = { distance, from: at, to: at + length };
    return length;
  }

  #search(at: number, newest: number, older: Int32Array): void {
    const bytes = this.#bytes;
    let longest = SHORTEST - 1;
    let from = newest;
    for (let tries = 0; tries < TRIES && from >= 0 && longest < LONG; tries++) {
      // Most candidates fail at the byte that would make them longer.
      if (bytes[from + longest] === bytes[at + longest]) {
        const length = this.lengthAt(at, at - from);
        if (length > longest) {
          longest = length;
          this.#push(at - from, length);
        }
      }
      from = older[from];
    }
  }

  #push(distance: number, length: number): void {
    if (this.#count === this.lengths.length) {
      this.distances = doubled(this.distances);
      this.lengths = doubled(this.lengths);
    }
    this.distances[this.#count] = distance;
    this.lengths[this.#count++] = length;
  }
}

function doubled(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const more = new Uint32Array(2 * array.length);
  more.set(array);
  return more;
}

function hashOf(bytes: Uint8Array, at: number): number {
  const word = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16);
  return Math.imul(word, 0x9e37_79b1) >>> (32 - HASH_BITS);
}
