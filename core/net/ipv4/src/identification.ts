import type { Entropy } from '@atoll/device/system';

/**
 * Unpredictable 16-bit identifications for datagrams that routers may fragment (RFC 6864 section 5.2,
 * RFC 7739): whoever can guess them can slip fragments of their own into our datagrams.
 * Randomness is drawn for many at a time.
 */
export class Identifications {
  readonly #entropy: Entropy;
  readonly #pool = new Uint8Array(512);
  #used = this.#pool.length;

  constructor(entropy: Entropy) {
    this.#entropy = entropy;
  }

  next(): number {
    if (this.#used === this.#pool.length) {
      this.#entropy.fill(this.#pool);
      this.#used = 0;
    }
    const at = this.#used;
    this.#used = at + 2;
    return (this.#pool[at] << 8) | this.#pool[at + 1];
  }
}
