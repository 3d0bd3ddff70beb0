/** How many bytes a reader may look at beyond the last bit. */
const BEHIND = 16;

/** A row of bits, the highest of each byte first. */
export class Bits {
  #bytes = new Uint8Array(1 << 16);
  #count = 0;

  /** Writes the lowest `count` bits of `value`, the highest of them first. */
  write(value: number, count: number): void {
    if ((this.#count + count) / 8 + BEHIND > this.#bytes.length) {
      const more = new Uint8Array(2 * this.#bytes.length);
      more.set(this.#bytes);
      this.#bytes = more;
    }
    for (let bit = count - 1; bit >= 0; bit--, this.#count++) {
      this.#bytes[this.#count >> 3] |= ((value >> bit) & 1) << (7 - (this.#count & 7));
    }
  }

  /** All bytes, with some zeros that a reader may look at. */
  end(): Uint8Array {
    return this.#bytes.slice(0, Math.ceil(this.#count / 8) + BEHIND);
  }
}
