import type { Hash as NodeHash } from 'node:crypto';
import { createHash, createHmac } from 'node:crypto';
import { checkRange } from '@atoll/primitives/check';
import type { Hash, HashAlgorithm, Mac } from '@atoll/primitives/hash';

export function hash(name: string, digestLength: number, blockLength: number): HashAlgorithm {
  const algorithm = name.replace('-', '').toLowerCase();
  return {
    name,
    digestLength,
    blockLength,
    create: () => new HostHash(createHash(algorithm)),
    digest: (bytes) => plain(createHash(algorithm).update(bytes).digest()),
    hmac: (key) => new HostMac(algorithm, key),
  };
}

class HostHash implements Hash {
  readonly #hash: NodeHash;

  constructor(hash: NodeHash) {
    this.#hash = hash;
  }

  update(bytes: Uint8Array, start = 0, end = bytes.length): this {
    checkRange(bytes, start, end);
    this.#hash.update(bytes.subarray(start, end));
    return this;
  }

  digest(): Uint8Array {
    return plain(this.#hash.copy().digest());
  }

  clone(): Hash {
    return new HostHash(this.#hash.copy());
  }
}

class HostMac implements Mac {
  readonly #algorithm: string;
  readonly #key: Uint8Array;
  #hmac;

  constructor(algorithm: string, key: Uint8Array) {
    this.#algorithm = algorithm;
    this.#key = Uint8Array.from(key);
    this.#hmac = createHmac(algorithm, this.#key);
  }

  update(bytes: Uint8Array, start = 0, end = bytes.length): this {
    checkRange(bytes, start, end);
    this.#hmac.update(bytes.subarray(start, end));
    return this;
  }

  tag(): Uint8Array {
    const tag = plain(this.#hmac.digest());
    this.#hmac = createHmac(this.#algorithm, this.#key);
    return tag;
  }

  wipe(): void {
    this.#key.fill(0);
  }
}

/** The bytes of a Buffer, whose `slice` would be no copy: who wipes what it took for one would wipe the original. */
function plain({ buffer, byteOffset, length }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}
