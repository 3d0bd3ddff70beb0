import { hmac } from '@noble/hashes/hmac.js';
import type { CHash } from '@noble/hashes/utils.js';
import { checkRange } from '../check.ts';
import type { Hash, HashAlgorithm, Mac } from '../hash.ts';

/** A hash of @noble/hashes behind our interface. */
export function nobleHash(name: string, noble: CHash): HashAlgorithm {
  return {
    name,
    digestLength: noble.outputLen,
    blockLength: noble.blockLen,
    create: () => new NobleHash(noble.create()),
    digest: (bytes) => noble(bytes),
    hmac: (key) => new NobleMac(noble, key),
  };
}

/** What @noble/hashes calls a hash and an HMAC in progress. */
interface State {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
  clone(): State;
  destroy(): void;
}

class NobleHash implements Hash {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  update(bytes: Uint8Array, start = 0, end = bytes.length): this {
    checkRange(bytes, start, end);
    this.#state.update(bytes.subarray(start, end));
    return this;
  }

  digest(): Uint8Array {
    return this.#state.clone().digest();
  }

  clone(): Hash {
    return new NobleHash(this.#state.clone());
  }
}

class NobleMac implements Mac {
  readonly #keyed: State;
  #state: State;

  constructor(noble: CHash, key: Uint8Array) {
    this.#keyed = hmac.create(noble, key);
    this.#state = this.#keyed.clone();
  }

  update(bytes: Uint8Array, start = 0, end = bytes.length): this {
    checkRange(bytes, start, end);
    this.#state.update(bytes.subarray(start, end));
    return this;
  }

  tag(): Uint8Array {
    const tag = this.#state.digest();
    this.#state = this.#keyed.clone();
    return tag;
  }

  wipe(): void {
    this.#keyed.destroy();
    this.#state.destroy();
  }
}
