/** Values that were used lately, by the version of their records: a version never means something else. */
export class Cache {
  readonly #capacity: number;
  readonly #values = new Map<number, Uint8Array>();
  #oldest = this.#values.entries();
  #bytes = 0;

  /** Holds `capacity` bytes of values at most. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(version: number): Uint8Array | undefined {
    return this.#values.get(version);
  }

  /** Keeps `value`, which nobody changes any more, unless it would take more than an eighth of all. */
  set(version: number, value: Uint8Array): void {
    if (value.length + OVERHEAD > this.#capacity / 8 || this.#values.has(version)) return;
    this.#values.set(version, value);
    this.#bytes += value.length + OVERHEAD;
    while (this.#bytes > this.#capacity) this.#forgetOldest();
  }

  /** One iterator for all: a new one would have to step over everything that was deleted before. */
  #forgetOldest(): void {
    let oldest = this.#oldest.next();
    if (oldest.done) {
      this.#oldest = this.#values.entries();
      oldest = this.#oldest.next();
    }
    if (oldest.done) return;
    const [version, { length }] = oldest.value;
    this.#values.delete(version);
    this.#bytes -= length + OVERHEAD;
  }
}

/** What an entry costs beside its bytes, about. */
const OVERHEAD = 64;
