import type { Entropy } from '@atoll/device/system';

/**
 * One way to sign and to verify, complete with its hash and the form of its signatures: what a code
 * point of TLS or an algorithm identifier of X.509 stands for. What keys are depends on the family.
 */
export interface SignatureScheme<PublicKey, PrivateKey> {
  /** As TLS calls it: `ecdsa_secp256r1_sha256`. */
  readonly name: string;
  /** Signs all of `message`. Entropy blinds or salts; ECDSA and Ed25519 do without. A bad key throws. */
  sign(privateKey: PrivateKey, message: Uint8Array, entropy: Entropy): Uint8Array;
  /** Both `publicKey` and `signature` may come from outside: whatever is wrong with them, the answer is false. */
  verify(publicKey: PublicKey, message: Uint8Array, signature: Uint8Array): boolean;
}

/** Ed25519 (RFC 8032): keys and signatures are bytes, of 32 and 64. The private key is the seed. */
export interface Ed25519 extends SignatureScheme<Uint8Array, Uint8Array> {
  readonly name: 'ed25519';
  /** The public key of the seed `privateKey`. */
  publicKey(privateKey: Uint8Array): Uint8Array;
}
