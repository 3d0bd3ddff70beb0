import { SIPHASH_KEY_LENGTH, SipHash } from '@atoll/bytes/siphash';
import type { IpAddress } from '@atoll/device/socket';
import type { Entropy } from '@atoll/device/system';

/** A keyed hash of who talks to whom: without the key, nobody can foresee what it is for a connection. */
export class TupleHash {
  /** The upper 32 bits of the last hash. To be read only. */
  high = 0;
  readonly #hash: SipHash;

  /** The key is drawn from `entropy`. */
  constructor(entropy: Entropy) {
    const key = new Uint8Array(SIPHASH_KEY_LENGTH);
    entropy.fill(key);
    this.#hash = new SipHash(key);
  }

  /** Answers the lower 32 bits. `first` and `second` are further words to hash. */
  of(
    local: IpAddress,
    localPort: number,
    remote: IpAddress,
    remotePort: number,
    first = 0,
    second = 0,
  ): number {
    MESSAGE.setUint16(0, localPort);
    MESSAGE.setUint16(2, remotePort);
    MESSAGE.setUint32(4, first);
    MESSAGE.setUint32(8, second);
    const low = this.#hash.hash(BYTES, 0, putAddress(putAddress(12, local), remote));
    this.high = this.#hash.high;
    return low;
  }
}

function putAddress(at: number, address: IpAddress): number {
  if (typeof address === 'number') {
    MESSAGE.setUint32(at, address);
    return at + 4;
  }
  MESSAGE.setBigUint64(at, address >> 64n);
  MESSAGE.setBigUint64(at + 8, address);
  return at + 16;
}

const BYTES = new Uint8Array(44);
const MESSAGE = new DataView(BYTES.buffer);
