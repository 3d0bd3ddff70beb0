/** What is measured at one moment: families of samples, in the order in which they were first named. */
export type FamilyType = 'counter' | 'gauge' | 'histogram';

export type Labels = Readonly<Record<string, string>>;

export interface Family {
  readonly name: string;
  readonly type: FamilyType;
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  /** What a histogram adds to the name: `_bucket`, `_sum`, `_count`; otherwise empty. */
  readonly suffix: string;
  readonly labels: Labels;
  readonly value: number;
}

/** What is in a histogram: how many observations were at most each bound, all of them, and their sum. */
export interface Distribution {
  /** Upper bounds in growing order, without infinity. */
  readonly bounds: readonly number[];
  /** For each bound, the observations that were at most it and above the one before. */
  readonly counts: readonly number[];
  readonly count: number;
  readonly sum: number;
}

/**
 * Takes samples from collectors. Samples of one name become one family, wherever they come from; they must
 * agree on its type, and differ in their labels. All else is misuse, and throws.
 */
export class Families implements Iterable<Family> {
  readonly #families = new Map<string, Growing>();

  /** A count that only grows, and starts at 0 with the appliance; its name ends with `_total`. */
  counter(name: string, help: string, value: number, labels: Labels = NONE): void {
    if (!name.endsWith('_total'))
      throw new TypeError(`the counter ${name} does not end with _total`);
    this.#add('counter', name, help, labels).push({ suffix: '', labels, value });
  }

  /** A value that goes up and down. */
  gauge(name: string, help: string, value: number, labels: Labels = NONE): void {
    this.#add('gauge', name, help, labels).push({ suffix: '', labels, value });
  }

  histogram(
    name: string,
    help: string,
    { bounds, counts, count, sum }: Distribution,
    labels: Labels = NONE,
  ): void {
    const samples = this.#add('histogram', name, help, labels);
    let below = 0;
    for (const [at, bound] of bounds.entries()) {
      below += counts[at];
      samples.push({ suffix: '_bucket', labels: { ...labels, le: String(bound) }, value: below });
    }
    samples.push({ suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count });
    samples.push(
      { suffix: '_sum', labels, value: sum },
      { suffix: '_count', labels, value: count },
    );
  }

  [Symbol.iterator](): Iterator<Family> {
    return this.#families.values();
  }

  /** Where samples with `labels` go. */
  #add(type: FamilyType, name: string, help: string, labels: Labels): Sample[] {
    let family = this.#families.get(name);
    if (family === undefined) {
      if (!NAME.test(name)) throw new TypeError(`${JSON.stringify(name)} is no name of a metric`);
      family = { name, type, help, samples: [], seen: new Set() };
      this.#families.set(name, family);
    }
    if (family.type !== type) throw new TypeError(`${name} is a ${family.type}, not a ${type}`);
    for (const label of Object.keys(labels)) {
      if (!LABEL.test(label)) throw new TypeError(`${name}: ${JSON.stringify(label)} is no label`);
    }
    const key = JSON.stringify(Object.entries(labels).sort());
    if (family.seen.has(key)) throw new TypeError(`${name} comes twice with the labels ${key}`);
    family.seen.add(key);
    return family.samples;
  }
}

interface Growing extends Family {
  readonly samples: Sample[];
  /** The labels of all samples. */
  readonly seen: Set<string>;
}

const NONE: Labels = {};

/** Colons are for what Prometheus computes itself. */
const NAME = /^[a-z_][a-z0-9_]*$/;
/** Those that begin with two underscores are Prometheus's own, and `le` is that of buckets. */
const LABEL = /^(?!__|le$)[a-z_][a-z0-9_]*$/;
