/** Numbers that are kept for their own sake, where nothing else counts already. */
export class Counter {
  #value = 0;

  get value(): number {
    return this.#value;
  }

  /** `by` is not negative. */
  increment(by = 1): void {
    if (!(by >= 0)) throw new RangeError(`a counter cannot grow by ${by}`);
    this.#value += by;
  }
}

export class Gauge {
  value = 0;
}

/**
 * One instrument for each combination of label values. Values are few and of our own choosing: what strangers
 * say may not become one. From the 256th combination on, all that are new share one, with `other` for each value.
 */
export class Labelled<Instrument> {
  readonly #names: readonly string[];
  readonly #create: () => Instrument;
  readonly #children = new Map<string, Child<Instrument>>();

  constructor(names: readonly string[], create: () => Instrument) {
    this.#names = names;
    this.#create = create;
  }

  /** The instrument for `values`, one for each name, in their order. */
  with(...values: readonly string[]): Instrument {
    if (values.length !== this.#names.length) {
      throw new RangeError(`expected values for ${this.#names.join(', ')}`);
    }
    const known = this.#children.get(JSON.stringify(values));
    if (known !== undefined) return known.instrument;
    const isFull = this.#children.size >= MOST_CHILDREN;
    return this.#add(isFull ? values.map(() => 'other') : values);
  }

  /** Labels and instruments in the order in which they were first asked for. */
  children(): Iterable<Child<Instrument>> {
    return this.#children.values();
  }

  #add(values: readonly string[]): Instrument {
    const key = JSON.stringify(values);
    const known = this.#children.get(key);
    if (known !== undefined) return known.instrument;
    const labels = Object.fromEntries(this.#names.map((name, at) => [name, values[at]]));
    const child = { labels, instrument: this.#create() };
    this.#children.set(key, child);
    return child.instrument;
  }
}

interface Child<Instrument> {
  readonly labels: Readonly<Record<string, string>>;
  readonly instrument: Instrument;
}

const MOST_CHILDREN = 255;
