import type { Entropy } from '@atoll/device/system';
import type { HashAlgorithm } from './hash.ts';

/**
 * HMAC_DRBG (SP 800-90A, 10.1.2): endless bytes from a seed.
 *
 * Images do not need it for their randomness: the kernel has one of its own, which it seeds and tests
 * before the program starts. It is for keys that must come out of a seed the same each time, and for a platform that
 * has a raw source only: then `source` reseeds it.
 */
export class HmacDrbg implements Entropy {
  readonly #hash: HashAlgorithm;
  readonly #source: Entropy | undefined;
  #key: Uint8Array;
  #value: Uint8Array;
  #isSeeded = false;
  #givenOut = 0;

  /** With a `source`, draws a seed from it before the first answer and after every {@link RESEED_INTERVAL} bytes. */
  constructor(hash: HashAlgorithm, source?: Entropy) {
    this.#hash = hash;
    this.#source = source;
    this.#key = new Uint8Array(hash.digestLength);
    this.#value = new Uint8Array(hash.digestLength).fill(1);
  }

  /** Mixes in a seed. The first one must hold at least {@link SMALLEST_SEED} bytes; later ones need not be secret. */
  seed(bytes: Uint8Array): void {
    if (!this.#isSeeded && bytes.length < SMALLEST_SEED) {
      throw new RangeError(`the first seed needs ${SMALLEST_SEED} bytes, not ${bytes.length}`);
    }
    this.#update(bytes);
    this.#isSeeded = true;
    this.#givenOut = 0;
  }

  /** Throws when there was no seed yet. */
  fill(bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length; start += LARGEST_REQUEST) {
      this.#generate(bytes.subarray(start, start + LARGEST_REQUEST));
    }
  }

  #generate(bytes: Uint8Array): void {
    if (this.#source !== undefined && (!this.#isSeeded || this.#givenOut >= RESEED_INTERVAL)) {
      const seed = new Uint8Array(SMALLEST_SEED);
      this.#source.fill(seed);
      this.seed(seed);
      seed.fill(0);
    }
    if (!this.#isSeeded) throw new Error('the random generator was not seeded');
    const mac = this.#hash.hmac(this.#key);
    for (let made = 0; made < bytes.length; made += this.#value.length) {
      this.#value = mac.update(this.#value).tag();
      const part = bytes.length - made;
      bytes.set(part < this.#value.length ? this.#value.subarray(0, part) : this.#value, made);
    }
    mac.wipe();
    this.#update(NOTHING);
    this.#givenOut += bytes.length;
  }

  /** HMAC_DRBG_Update (SP 800-90A, 10.1.2.2). */
  #update(provided: Uint8Array): void {
    for (const round of [0, 1]) {
      const mac = this.#hash.hmac(this.#key);
      this.#key = mac.update(this.#value).update(Uint8Array.of(round)).update(provided).tag();
      mac.wipe();
      const next = this.#hash.hmac(this.#key);
      this.#value = next.update(this.#value).tag();
      next.wipe();
      if (provided.length === 0) return;
    }
  }
}

/** Bytes given out between two seeds from the source; the standard allows far more. */
export const RESEED_INTERVAL = 1 << 20;

/** Twice the security strength: entropy and nonce of SP 800-90A, 10.1.2.3. */
export const SMALLEST_SEED = 48;

/** SP 800-90A, table 2. */
const LARGEST_REQUEST = 65_536;

const NOTHING = new Uint8Array(0);
