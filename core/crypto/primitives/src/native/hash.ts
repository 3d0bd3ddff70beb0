import type { NativeModule } from '@atoll/device/fast';
import type { Hash, HashAlgorithm, Mac } from '../hash.ts';

/** A hash in C (`native/hash.h`) behind our interface. */
export function wrapHash(
  module: NativeModule,
  name: string,
  digestLength: number,
  blockLength: number,
): HashAlgorithm {
  const stateLength = Number(module.stateLength());
  const create = () => {
    const state = new Uint8Array(stateLength);
    module.init(state);
    return new NativeHash(module, digestLength, state);
  };
  return {
    name,
    digestLength,
    blockLength,
    create,
    digest: (bytes) => create().update(bytes).digest(),
    hmac(key) {
      const block = new Uint8Array(blockLength);
      block.set(key.length > blockLength ? create().update(key).digest() : key);
      const mac = new NativeMac(create, block);
      block.fill(0);
      return mac;
    },
  };
}

class NativeHash implements Hash {
  readonly module: NativeModule;
  readonly #digestLength: number;
  readonly state: Uint8Array;

  constructor(module: NativeModule, digestLength: number, state: Uint8Array) {
    this.module = module;
    this.#digestLength = digestLength;
    this.state = state;
  }

  update(bytes: Uint8Array, start = 0, end = bytes.length): this {
    this.module.update(this.state, bytes, start, end);
    return this;
  }

  digest(): Uint8Array {
    const digest = new Uint8Array(this.#digestLength);
    this.module.out(this.state, digest);
    return digest;
  }

  clone(): NativeHash {
    return new NativeHash(this.module, this.#digestLength, this.state.slice());
  }
}

/** HMAC (RFC 2104, 2), with the states that have seen the two pads kept. */
class NativeMac implements Mac {
  readonly #inner: NativeHash;
  readonly #outer: NativeHash;
  #current: NativeHash;

  constructor(create: () => NativeHash, key: Uint8Array) {
    this.#inner = create().update(key.map((byte) => byte ^ 0x36));
    this.#outer = create().update(key.map((byte) => byte ^ 0x5c));
    this.#current = this.#inner.clone();
  }

  update(bytes: Uint8Array, start = 0, end = bytes.length): this {
    this.#current.update(bytes, start, end);
    return this;
  }

  tag(): Uint8Array {
    const inner = this.#current.digest();
    this.#current = this.#inner.clone();
    return this.#outer.clone().update(inner).digest();
  }

  chain(link: Uint8Array, sum: Uint8Array, count: number): void {
    this.#inner.module.chain(this.#inner.state, this.#outer.state, link, sum, count);
  }

  wipe(): void {
    this.#inner.state.fill(0);
    this.#outer.state.fill(0);
    this.#current.state.fill(0);
  }
}
