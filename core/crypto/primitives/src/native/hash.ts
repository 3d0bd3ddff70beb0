import type { NativeModule } from '@atoll/device/fast';
import type { Hash, HashAlgorithm, Mac } from '../hash.ts';

/** A hash in C (`native/hash.h`) behind our interface. */
export function wrapHash(
  module: NativeModule,
  name: string,
  digestLength: number,
  blockLength: number,
): HashAlgorithm {
  module.start();
  const stateLength = Number(module.stateLength());
  return {
    name,
    digestLength,
    blockLength,
    create() {
      const state = new Uint8Array(stateLength);
      module.init(state);
      return new NativeHash(module, digestLength, state);
    },
    digest(bytes) {
      const digest = new Uint8Array(digestLength);
      module.digest(bytes, digest);
      return digest;
    },
    hmac(key) {
      const inner = new Uint8Array(stateLength);
      const outer = new Uint8Array(stateLength);
      module.key(inner, outer, key);
      return new NativeMac(module, digestLength, inner, outer);
    },
  };
}

class NativeHash implements Hash {
  readonly #module: NativeModule;
  readonly #digestLength: number;
  readonly #state: Uint8Array;

  constructor(module: NativeModule, digestLength: number, state: Uint8Array) {
    this.#module = module;
    this.#digestLength = digestLength;
    this.#state = state;
  }

  update(bytes: Uint8Array, start = 0, end = bytes.length): this {
    this.#module.update(this.#state, bytes, start, end);
    return this;
  }

  digest(): Uint8Array {
    const digest = new Uint8Array(this.#digestLength);
    this.#module.out(this.#state, digest);
    return digest;
  }

  clone(): NativeHash {
    return new NativeHash(this.#module, this.#digestLength, this.#state.slice());
  }
}

/** HMAC (RFC 2104, 2), with the states that have seen the two pads kept. */
class NativeMac implements Mac {
  readonly #module: NativeModule;
  readonly #digestLength: number;
  readonly #inner: Uint8Array;
  readonly #outer: Uint8Array;
  readonly #current: Uint8Array;

  constructor(module: NativeModule, digestLength: number, inner: Uint8Array, outer: Uint8Array) {
    this.#module = module;
    this.#digestLength = digestLength;
    this.#inner = inner;
    this.#outer = outer;
    this.#current = inner.slice();
  }

  update(bytes: Uint8Array, start = 0, end = bytes.length): this {
    this.#module.update(this.#current, bytes, start, end);
    return this;
  }

  tag(): Uint8Array {
    const tag = new Uint8Array(this.#digestLength);
    this.#module.tag(this.#current, this.#inner, this.#outer, tag);
    return tag;
  }

  chain(link: Uint8Array, sum: Uint8Array, count: number): void {
    this.#module.chain(this.#inner, this.#outer, link, sum, count);
  }

  wipe(): void {
    this.#inner.fill(0);
    this.#outer.fill(0);
    this.#current.fill(0);
  }
}
