import { u32LittleEndian } from './field.ts';

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012): a short hash under a key of 16 bytes. Who does not know the
 * key can neither foresee a hash nor choose inputs that collide, so it serves for hash tables, sequence
 * numbers and cookies. It is no replacement for HMAC where 64 bits are too few.
 */
export class SipHash {
  /** The upper 32 bits of the last hash. To be read only. */
  high = 0;
  readonly #k0Low: number;
  readonly #k0High: number;
  readonly #k1Low: number;
  readonly #k1High: number;

  constructor(key: Uint8Array) {
    if (key.length !== SIPHASH_KEY_LENGTH) throw new RangeError(`a key of ${key.length} bytes`);
    this.#k0Low = u32LittleEndian(key, 0);
    this.#k0High = u32LittleEndian(key, 4);
    this.#k1Low = u32LittleEndian(key, 8);
    this.#k1High = u32LittleEndian(key, 12);
  }

  /** Hashes `bytes[start, end)`; answers the lower 32 bits and leaves the others in `high`. */
  hash(bytes: Uint8Array, start: number, end: number): number {
    // Each 64-bit word of the state in two halves: `a` to `d` are v0 to v3 of the paper.
    let aLow = this.#k0Low ^ 0x7073_6575;
    let aHigh = this.#k0High ^ 0x736f_6d65;
    let bLow = this.#k1Low ^ 0x6e64_6f6d;
    let bHigh = this.#k1High ^ 0x646f_7261;
    let cLow = this.#k0Low ^ 0x6e65_7261;
    let cHigh = this.#k0High ^ 0x6c79_6765;
    let dLow = this.#k1Low ^ 0x7974_6573;
    let dHigh = this.#k1High ^ 0x7465_6462;
    const words = (end - start) >>> 3;
    // The last turn is the finalisation; in the one before it the message ends with its length.
    for (let word = 0; word <= words + 1; word++) {
      const at = start + word * 8;
      let low = 0;
      let high = 0;
      let rounds = 2;
      if (word < words) {
        low = u32LittleEndian(bytes, at);
        high = u32LittleEndian(bytes, at + 4);
      } else if (word === words) {
        low = partial(bytes, at, end);
        high = partial(bytes, at + 4, end) | ((end - start) << 24);
      } else {
        cLow ^= 0xff;
        rounds = 4;
      }
      dLow ^= low;
      dHigh ^= high;
      for (let round = 0; round < rounds; round++) {
        let sum = (aLow >>> 0) + (bLow >>> 0);
        aHigh = (aHigh + bHigh + (sum > 0xffff_ffff ? 1 : 0)) | 0;
        aLow = sum | 0;
        let swap = (bLow << 13) | (bHigh >>> 19);
        bHigh = ((bHigh << 13) | (bLow >>> 19)) ^ aHigh;
        bLow = swap ^ aLow;
        swap = aLow;
        aLow = aHigh;
        aHigh = swap;

        sum = (cLow >>> 0) + (dLow >>> 0);
        cHigh = (cHigh + dHigh + (sum > 0xffff_ffff ? 1 : 0)) | 0;
        cLow = sum | 0;
        swap = (dLow << 16) | (dHigh >>> 16);
        dHigh = ((dHigh << 16) | (dLow >>> 16)) ^ cHigh;
        dLow = swap ^ cLow;

        sum = (aLow >>> 0) + (dLow >>> 0);
        aHigh = (aHigh + dHigh + (sum > 0xffff_ffff ? 1 : 0)) | 0;
        aLow = sum | 0;
        swap = (dLow << 21) | (dHigh >>> 11);
        dHigh = ((dHigh << 21) | (dLow >>> 11)) ^ aHigh;
        dLow = swap ^ aLow;

        sum = (cLow >>> 0) + (bLow >>> 0);
        cHigh = (cHigh + bHigh + (sum > 0xffff_ffff ? 1 : 0)) | 0;
        cLow = sum | 0;
        swap = (bLow << 17) | (bHigh >>> 15);
        bHigh = ((bHigh << 17) | (bLow >>> 15)) ^ cHigh;
        bLow = swap ^ cLow;
        swap = cLow;
        cLow = cHigh;
        cHigh = swap;
      }
      aLow ^= low;
      aHigh ^= high;
    }
    this.high = (aHigh ^ bHigh ^ cHigh ^ dHigh) >>> 0;
    return (aLow ^ bLow ^ cLow ^ dLow) >>> 0;
  }
}

export const SIPHASH_KEY_LENGTH = 16;

/** Like `u32LittleEndian` of at most four bytes before `end`; those behind count as zeros. */
function partial(bytes: Uint8Array, at: number, end: number): number {
  let word = 0;
  for (let index = Math.min(at + 4, end) - 1; index >= at; index--)
    word = (word << 8) | bytes[index];
  return word;
}
