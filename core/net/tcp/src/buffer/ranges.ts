/** Ranges that are remembered, and so how many gaps there can be in what arrived. */
export const MOST_RANGES = 64;

/**
 * Ranges of sequence numbers behind the next one that is expected: what arrived out of order. They are
 * sorted, and between two of them something is missing. The order in which they last changed is
 * remembered for the blocks of a selective acknowledgment (RFC 2018 section 4).
 *
 * All numbers that are compared lie in one window, so less than 2^31 apart.
 */
export class SequenceRanges {
  /** How many there are. To be read only, like `bytes`. */
  count = 0;
  /** The length of all of them. */
  bytes = 0;
  /** What `overlap` found. */
  overlapStart = 0;
  overlapEnd = 0;
  /** Start and end of each. Most connections never need them. */
  #words = NO_WORDS;
  /** Start and end of those that changed last, the latest first. All of them are among `#words`. */
  #recent = NO_WORDS;
  #recentCount = 0;

  /** Where the last one ends; there is one. */
  get end(): number {
    return this.#words[this.count * 2 - 1] >>> 0;
  }

  /** Forgets all. */
  clear(): void {
    this.count = 0;
    this.bytes = 0;
    this.#recentCount = 0;
  }

  /**
   * Finds the first piece of `[start, end)` that is in a range already, as `overlapStart` and
   * `overlapEnd`; answers whether there is one.
   */
  overlap(start: number, end: number): boolean {
    const words = this.#words;
    let at = this.count * 2;
    while (at > 0 && ((words[at - 1] - start) | 0) > 0) at -= 2;
    if (at === this.count * 2 || ((words[at] - end) | 0) >= 0) return false;
    this.overlapStart = ((words[at] - start) | 0) > 0 ? words[at] : start;
    this.overlapEnd = ((words[at + 1] - end) | 0) < 0 ? words[at + 1] : end;
    return true;
  }

  /** Whether `add` would take `[start, end)`. */
  takes(start: number, end: number): boolean {
    if (this.count < MOST_RANGES) return true;
    const words = this.#words;
    let at = this.count * 2;
    while (at > 0 && ((words[at - 1] - start) | 0) >= 0) at -= 2;
    return at < this.count * 2 && ((words[at] - end) | 0) <= 0;
  }

  /** Adds `[start, end)`, which may touch or overlap others; false when there are too many for it. */
  add(start: number, end: number): boolean {
    if (this.#words.length === 0) this.#prepare();
    const words = this.#words;
    const used = this.count * 2;
    let first = used;
    while (first > 0 && ((words[first - 1] - start) | 0) >= 0) first -= 2;
    let last = first;
    let from = start;
    let to = end;
    for (; last < used && ((words[last] - end) | 0) <= 0; last += 2) {
      if (((words[last] - from) | 0) < 0) from = words[last];
      if (((words[last + 1] - to) | 0) > 0) to = words[last + 1];
      this.bytes -= (words[last + 1] - words[last]) >>> 0;
    }
    if (last === first && this.count === MOST_RANGES) return false;
    if (last !== first + 2) words.copyWithin(first + 2, last, used);
    this.count += 1 - (last - first) / 2;
    words[first] = from;
    words[first + 1] = to;
    this.bytes += (to - from) >>> 0;
    this.#touch(from, to);
    return true;
  }

  /**
   * Everything up to `next` arrived: drops the ranges that begin there or before, and answers up to
   * where there is no gap now.
   */
  advance(next: number): number {
    const words = this.#words;
    const used = this.count * 2;
    let reached = next;
    let at = 0;
    for (; at < used && ((words[at] - reached) | 0) <= 0; at += 2) {
      if (((words[at + 1] - reached) | 0) > 0) reached = words[at + 1];
      this.bytes -= (words[at + 1] - words[at]) >>> 0;
    }
    if (at === 0) return reached;
    words.copyWithin(0, at, used);
    this.count -= at / 2;
    this.#keepRecent(reached, (reached + 0x4000_0000) | 0);
    return reached;
  }

  /** Forgets what is at `sequence` and behind. */
  cut(sequence: number): void {
    const words = this.#words;
    for (let at = this.count * 2 - 2; at >= 0; at -= 2) {
      const excess = (words[at + 1] - sequence) | 0;
      if (excess <= 0) break;
      const length = (words[at + 1] - words[at]) >>> 0;
      if (excess < length) {
        words[at + 1] = sequence;
        this.bytes -= excess;
        break;
      }
      this.bytes -= length;
      this.count--;
    }
    this.#keepRecent((sequence - 0x4000_0000) | 0, sequence);
  }

  /**
   * Writes start and end of at most `most` ranges to `into`, from its word `at` on: those that changed
   * last first, then the highest. Answers how many.
   */
  write(into: Uint32Array, at: number, most: number): number {
    const recent = this.#recent;
    const fromRecent = Math.min(most, this.#recentCount);
    for (let word = 0; word < fromRecent * 2; word++) into[at + word] = recent[word];
    let written = fromRecent;
    const words = this.#words;
    for (let index = this.count - 1; index >= 0 && written < most; index--) {
      const start = words[index * 2];
      if (this.#isRecent(start)) continue;
      into[at + written * 2] = start;
      into[at + written * 2 + 1] = words[index * 2 + 1];
      written++;
    }
    return written;
  }

  /** `[start, end)` is the range that changed last, and the recent ones inside of it are no more. */
  #touch(start: number, end: number): void {
    const recent = this.#recent;
    let kept = 0;
    let from = start;
    let to = end;
    for (let at = 0; at < this.#recentCount * 2; at += 2) {
      const nextFrom = recent[at];
      const nextTo = recent[at + 1];
      if (((nextFrom - start) | 0) >= 0 && ((nextTo - end) | 0) <= 0) continue;
      recent[kept++] = from;
      recent[kept++] = to;
      from = nextFrom;
      to = nextTo;
    }
    if (kept < recent.length) {
      recent[kept++] = from;
      recent[kept++] = to;
    }
    this.#recentCount = kept / 2;
  }

  /** Keeps what is between `low` and `high` of the recent ranges. */
  #keepRecent(low: number, high: number): void {
    const recent = this.#recent;
    let kept = 0;
    for (let at = 0; at < this.#recentCount * 2; at += 2) {
      const start = recent[at];
      const end = recent[at + 1];
      if (((start - low) | 0) <= 0 || ((start - high) | 0) >= 0) continue;
      recent[kept++] = start;
      recent[kept++] = ((end - high) | 0) > 0 ? high : end;
    }
    this.#recentCount = kept / 2;
  }

  #isRecent(start: number): boolean {
    for (let at = 0; at < this.#recentCount * 2; at += 2) {
      if (this.#recent[at] === start) return true;
    }
    return false;
  }

  #prepare(): void {
    this.#words = new Uint32Array(MOST_RANGES * 2);
    this.#recent = new Uint32Array(MOST_BLOCKS * 2);
  }
}

/** More than four do not fit into the options of a segment. */
const MOST_BLOCKS = 4;
const NO_WORDS = new Uint32Array(0);
