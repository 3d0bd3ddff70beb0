import type { RecordRuns } from './records.ts';

/** Authenticated encryption with associated data (RFC 5116). */
export interface AeadAlgorithm {
  /** As IANA registers it: `AEAD_AES_128_GCM`. */
  readonly name: string;
  readonly keyLength: number;
  readonly nonceLength: number;
  readonly tagLength: number;
  /**
   * Expands `key` once for many messages; `key` itself may be wiped afterwards. Another length than
   * `keyLength` throws.
   */
  withKey(key: Uint8Array): Aead;
}

/**
 * Encryption under one key, in place: `bytes` is what goes to the wire, of which `[start, end)` is
 * plaintext before {@link seal} and after {@link open}, and ciphertext in between. The tag lies at
 * `[tagStart, tagStart + tagLength)` of the same bytes: behind the ciphertext in TLS, before it in OpenVPN.
 *
 * Nothing here allocates memory that the caller must know of, and no view of a part is needed. A range outside
 * of `bytes`, a tag inside of the message, and a nonce of another length throw.
 */
export interface Aead {
  /** Encrypts `[start, end)` and writes the tag. The caller never gives a nonce twice. */
  seal(
    nonce: Uint8Array,
    associated: Uint8Array,
    bytes: Uint8Array,
    start: number,
    end: number,
    tagStart: number,
  ): void;
  /**
   * Decrypts `[start, end)` and answers true when the tag is right. Otherwise answers false, with
   * zeros in `[start, end)`: what was not authentic is never seen.
   */
  open(
    nonce: Uint8Array,
    associated: Uint8Array,
    bytes: Uint8Array,
    start: number,
    end: number,
    tagStart: number,
  ): boolean;
  /** Records of TLS in a row, where one call for them all is faster. */
  readonly runs?: RecordRuns | undefined;
  /** Forgets the key, as far as the language allows; the object is of no use afterwards. */
  wipe(): void;
}
