/** What scrypt (RFC 7914, 2) costs: it takes `128 * cost * blockSize` bytes of memory. */
export interface ScryptCost {
  /** N: a power of two above 1. */
  readonly cost: number;
  /** r */
  readonly blockSize: number;
  /** p */
  readonly parallelization: number;
}

/** `length` bytes out of a password. Costs that the standard does not allow throw. */
export type Scrypt = (
  password: Uint8Array,
  salt: Uint8Array,
  cost: ScryptCost,
  length: number,
) => Uint8Array;
