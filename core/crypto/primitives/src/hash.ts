/** A hash function: SHA-2, or SHA-1 where git demands it. */
export interface HashAlgorithm {
  /** As in FIPS 180-4: `SHA-256`. */
  readonly name: string;
  /** Bytes of a digest. */
  readonly digestLength: number;
  /** Bytes of a block: what HMAC pads its key to. */
  readonly blockLength: number;
  create(): Hash;
  /** The digest of `bytes`, all at once. */
  digest(bytes: Uint8Array): Uint8Array;
  /** HMAC (RFC 2104) with this hash and a key of any length. */
  hmac(key: Uint8Array): Mac;
}

/** A hash of what comes in pieces. */
export interface Hash {
  /** Takes in the bytes `[start, end)`, all of them when nothing is said; a range outside throws. */
  update(bytes: Uint8Array, start?: number, end?: number): this;
  /** The digest of what came so far. More may follow: a TLS transcript asks several times. */
  digest(): Uint8Array;
  /** A hash that came as far and goes on by itself. */
  clone(): Hash;
}

/** A message authentication code under one key. */
export interface Mac {
  /** Takes in the bytes `[start, end)`, all of them when nothing is said; a range outside throws. */
  update(bytes: Uint8Array, start?: number, end?: number): this;
  /** The code of what came since the start or the last {@link tag}; the next message may follow. */
  tag(): Uint8Array;
  /**
   * `count` codes, the first of `link` and each other of the one before, the last of them in `link`
   * at the end, each XORed onto `sum`: what PBKDF2 does, for providers that do it faster than a loop.
   */
  chain?(link: Uint8Array, sum: Uint8Array, count: number): void;
  /** Forgets the key, as far as the language allows; the object is of no use afterwards. */
  wipe(): void;
}
