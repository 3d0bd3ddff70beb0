/** A fast pseudo-random generator for simulations and tests (sfc32). Never for secrets. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** The same `seed` (a whole number) gives the same sequence for ever. */
  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = Math.floor(seed / 0x1_0000_0000) | 0;
    this.#c = 0x9e37_79b9;
    for (let round = 0; round < 12; round++) this.#next();
  }

  /** A whole number from 0 to `bound - 1`. */
  below(bound: number): number {
    return Math.floor(this.float() * bound);
  }

  /** At least 0, less than 1. */
  float(): number {
    return this.#next() / 0x1_0000_0000;
  }

  /** True with this `probability`. */
  chance(probability: number): boolean {
    return this.float() < probability;
  }

  pick<T>(candidates: readonly T[]): T {
    if (candidates.length === 0) throw new RangeError('nothing to pick from');
    return candidates[this.below(candidates.length)];
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.fill(bytes);
    return bytes;
  }

  /** Makes this an `Entropy` for simulated hosts. */
  fill(bytes: Uint8Array): void {
    let word = 0;
    for (let at = 0; at < bytes.length; at++) {
      if ((at & 3) === 0) word = this.#next();
      bytes[at] = word >>> ((at & 3) * 8);
    }
  }

  #next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}
