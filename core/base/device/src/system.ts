/**
 * What every appliance gets from the platform it runs on. Nothing below `drivers/` knows another way
 * to the clock, to randomness or to the console.
 */
export interface Clock {
  /** Milliseconds since some moment before the start, with fractions; never goes backwards. */
  monotonic(): number;
  /** Milliseconds since 1970-01-01 UTC, as far as the platform knows; may jump. */
  wall(): number;
}

export interface Entropy {
  /** Fills all of `bytes` with unpredictable bytes, fit for keys. */
  fill(bytes: Uint8Array): void;
}

export interface Console {
  /** Writes `text` as it is; a line ends with `\n`. */
  write(text: string): void;
}

/** An unpredictable whole number from 0 to `bound - 1`, all equally likely; `bound` is at most 2^32. */
export function randomBelow(entropy: Entropy, bound: number): number {
  const bytes = new Uint8Array(4);
  const unbiased = 0x1_0000_0000 - (0x1_0000_0000 % bound);
  for (;;) {
    entropy.fill(bytes);
    const value = (bytes[0] | (bytes[1] << 8) | (bytes[2] << 16)) + bytes[3] * 0x100_0000;
    if (value >= 0 && value < unbiased) return value % bound;
  }
}

/** A random hardware address as a 48-bit number: locally administered, unicast. */
export function randomMac(entropy: Entropy): number {
  const bytes = new Uint8Array(6);
  entropy.fill(bytes);
  bytes[0] = (bytes[0] & 0xfc) | 0x02;
  return bytes.reduce((mac, byte) => mac * 256 + byte, 0);
}
