import type { Entropy } from '@atoll/device/system';

export interface KeyPair {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** Diffie-Hellman over one group. */
export interface Agreement {
  /** As TLS calls the group: `x25519`, `secp256r1`. */
  readonly name: string;
  readonly privateLength: number;
  /** X25519: u, little-endian. NIST curves: an uncompressed point, `04 || x || y`, big-endian. */
  readonly publicLength: number;
  /** X25519: u, little-endian. NIST curves: x, big-endian. */
  readonly sharedLength: number;
  generate(entropy: Entropy): KeyPair;
  /** The public key of `privateKey`. A private key of the wrong length or outside of the group throws. */
  publicKey(privateKey: Uint8Array): Uint8Array;
  /**
   * The shared secret with `peer`, a public key from outside. `undefined` when that is not a point of
   * the curve in the form above, or the secret were all zeros (RFC 7748, 6.1; SP 800-56A, 5.7.1.2).
   */
  agree(privateKey: Uint8Array, peer: Uint8Array): Uint8Array | undefined;
}
