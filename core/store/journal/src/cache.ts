import type { Entry } from './entry.ts';

/**
 * Bounds the values that entries of the index hold. The one that was taken in first loses its value first, but
 * if it was used since, it gets another turn.
 */
export class Cache {
  readonly #capacity: number;
  /** Entries with values, from `#first` on; those that the index has no more among them. */
  #holders: Entry[] = [];
  #first = 0;
  #bytes = 0;

  /** Holds `capacity` bytes of values at most. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Has `entry` keep its new `value`, if any, unless it would take more than an eighth of all. */
  keep(entry: Entry, value: Uint8Array | undefined): void {
    const { cached } = entry;
    if (cached !== undefined && cached.length === value?.length) {
      entry.cached = value;
      return;
    }
    const isKept = value !== undefined && value.length + OVERHEAD <= this.#capacity / 8;
    if (cached !== undefined) {
      // It has its turn still to come, whatever it holds then.
      this.#bytes -= cached.length;
      entry.cached = undefined;
    } else if (isKept) {
      this.#holders.push(entry);
      this.#bytes += OVERHEAD;
    }
    if (!isKept) return;
    entry.cached = value;
    this.#bytes += value.length;
    while (this.#bytes > this.#capacity) this.#turn();
  }

  #turn(): void {
    const entry = this.#holders[this.#first++];
    if (entry.isUsed) {
      entry.isUsed = false;
      this.#holders.push(entry);
    } else {
      this.#bytes -= (entry.cached?.length ?? 0) + OVERHEAD;
      entry.cached = undefined;
    }
    if (this.#first * 2 < this.#holders.length) return;
    this.#holders = this.#holders.slice(this.#first);
    this.#first = 0;
  }
}

/** What a value costs beside its bytes, about. */
const OVERHEAD = 64;
