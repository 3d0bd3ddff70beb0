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

  /** Has `entry` keep its `value`, unless it would take more than an eighth of all. */
  keep(entry: Entry, value: Uint8Array): void {
    if (value.length + OVERHEAD > this.#capacity / 8 || entry.cached !== undefined) return;
    entry.cached = value;
    this.#holders.push(entry);
    this.#bytes += value.length + OVERHEAD;
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
