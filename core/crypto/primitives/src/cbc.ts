/**
 * AES in CBC mode with padding (RFC 8018, 6.1.1, and RFC 5652, 6.3), and only to decrypt: private keys in files are encrypted so.
 * It authenticates nothing; no protocol should use it.
 */
export interface CbcDecryption {
  /** As in RFC 3565: `AES-256-CBC`. */
  readonly name: string;
  readonly keyLength: number;
  /** The plaintext; `undefined` when the length or the padding is wrong, as after a wrong password. */
  decrypt(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined;
}
