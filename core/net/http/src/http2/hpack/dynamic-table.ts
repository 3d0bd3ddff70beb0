import type { Field } from '../field.ts';

/** The fields that were said lately (RFC 7541 section 2.3.2), within a size that counts 32 octets for each. */
export class DynamicTable {
  /** What the fields count together. */
  size = 0;
  /** How many fields were ever inserted: the number of the next one. */
  inserted = 0;
  #limit: number;
  /** The oldest first. */
  readonly #fields: Field[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  get length(): number {
    return this.#fields.length;
  }

  get limit(): number {
    return this.#limit;
  }

  /** The oldest fields go when there is not room for all. */
  set limit(limit: number) {
    this.#limit = limit;
    this.#evict(0);
  }

  /** The field at `index`, 0 being the latest one. */
  at(index: number): Field | undefined {
    return this.#fields[this.#fields.length - 1 - index];
  }

  /** A field that is larger than the table leaves it empty. */
  insert(field: Field): void {
    const { size } = field;
    this.#evict(size);
    this.inserted++;
    if (size > this.#limit) return;
    this.#fields.push(field);
    this.size += size;
  }

  #evict(wanted: number): void {
    while (this.size + wanted > this.#limit) {
      const oldest = this.#fields.shift();
      if (oldest === undefined) return;
      this.size -= oldest.size;
    }
  }
}
