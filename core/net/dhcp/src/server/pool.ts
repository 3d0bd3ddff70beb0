/**
 * The addresses of one range, a bit each, and a bit for every 32 of them that are all taken: the next
 * free address is found without looking at each.
 */
export class AddressPool {
  readonly start: number;
  readonly size: number;
  /** How many addresses are free. */
  free: number;
  readonly #taken: Uint32Array;
  /** Bit n of this is set when word n of `#taken` is full. */
  readonly #full: Uint32Array;

  /** All addresses from `start` to `end` are free. */
  constructor(start: number, end: number) {
    this.start = start;
    this.size = end - start + 1;
    this.free = this.size;
    this.#taken = new Uint32Array(Math.ceil(this.size / 32));
    this.#full = new Uint32Array(Math.ceil(this.#taken.length / 32));
    // The last word has bits for addresses beyond the end: they count as taken.
    for (let index = this.size; index < this.#taken.length * 32; index++) this.#mark(index);
  }

  contains(address: number): boolean {
    return address >= this.start && address - this.start < this.size;
  }

  isFree(address: number): boolean {
    const index = address - this.start;
    return this.contains(address) && (this.#taken[index >>> 5] & (1 << (index & 31))) === 0;
  }

  /** Takes `address`, which must be free. */
  take(address: number): void {
    if (!this.isFree(address)) throw new RangeError('the address is not free');
    this.#mark(address - this.start);
    this.free--;
  }

  /** Gives `address` back, which must be taken. */
  release(address: number): void {
    if (!this.contains(address) || this.isFree(address)) throw new RangeError('not taken');
    const index = address - this.start;
    const word = index >>> 5;
    this.#taken[word] &= ~(1 << (index & 31));
    this.#full[word >>> 5] &= ~(1 << (word & 31));
    this.free++;
  }

  /** The first free address from the `index`th on, from the start again after the end. */
  nextFree(index: number): number | undefined {
    if (this.free === 0) return undefined;
    const word = index >>> 5;
    const here = lowestZero(this.#taken[word], index & 31);
    if (here < 32) return this.start + word * 32 + here;
    const words = this.#taken.length;
    const next = this.#nextWord(word + 1 === words ? 0 : word + 1);
    return this.start + next * 32 + lowestZero(this.#taken[next], 0);
  }

  /** The first word that is not full from `word` on; there is one, as there is a free address. */
  #nextWord(word: number): number {
    const words = this.#taken.length;
    let at = word;
    for (;;) {
      const group = at >>> 5;
      const found = group * 32 + lowestZero(this.#full[group], at & 31);
      if (found < Math.min(words, group * 32 + 32)) return found;
      at = group * 32 + 32 >= words ? 0 : group * 32 + 32;
    }
  }

  #mark(index: number): void {
    const word = index >>> 5;
    this.#taken[word] |= 1 << (index & 31);
    if (this.#taken[word] === 0xffff_ffff) this.#full[word >>> 5] |= 1 << (word & 31);
  }
}

/** The lowest zero bit of `word` from bit `from` on; 32 when there is none. */
function lowestZero(word: number, from: number): number {
  const zeros = ~word & (0xffff_ffff << from);
  return zeros === 0 ? 32 : 31 - Math.clz32(zeros & -zeros);
}
