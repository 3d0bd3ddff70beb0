/** A bounded list of things that are valid until some time, in the order in which they were first heard of. */
export class Expiring<T> {
  /** When the next one expires. */
  nextTimeout = Number.POSITIVE_INFINITY;
  readonly #capacity: number;
  readonly #until = new Map<T, number>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get values(): T[] {
    return [...this.#until.keys()];
  }

  /**
   * `value` is valid until `until`, which may be over. Answers whether the list has others now. When it is
   * full, new ones find no room: who floods us does not push out what works.
   */
  set(value: T, until: number, now: number): boolean {
    const isKnown = this.#until.has(value);
    if (until <= now) return this.#until.delete(value);
    if (!isKnown && this.#until.size >= this.#capacity) return false;
    this.#until.set(value, until);
    if (until < this.nextTimeout) this.nextTimeout = until;
    return !isKnown;
  }

  /** Removes what is over. Answers whether there was any. */
  poll(now: number): boolean {
    if (now < this.nextTimeout) return false;
    const { size } = this.#until;
    this.nextTimeout = Number.POSITIVE_INFINITY;
    for (const [value, until] of this.#until) {
      if (until <= now) this.#until.delete(value);
      else if (until < this.nextTimeout) this.nextTimeout = until;
    }
    return this.#until.size < size;
  }
}
