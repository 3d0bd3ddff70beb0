import type { IpAddress } from '@atoll/device/socket';
import type { Entropy } from '@atoll/device/system';
import { TupleHash } from './tuple.ts';

/**
 * Initial sequence numbers (RFC 6528): a clock that counts every four microseconds, plus a secret offset
 * of the connection. So they grow from one connection to the next between the same ports, which keeps old
 * segments out, and tell others nothing.
 */
export class InitialSequences {
  /**
   * What the timestamps of that connection are to start with (RFC 7323 section 5.4): the same whenever
   * it is opened, so that they grow from one to the next as well. To be read only.
   */
  timestampOffset = 0;
  readonly #hash: TupleHash;

  constructor(entropy: Entropy) {
    this.#hash = new TupleHash(entropy);
  }

  /** The number for a connection at `now` in monotonic milliseconds; sets `timestampOffset`. */
  of(
    local: IpAddress,
    localPort: number,
    remote: IpAddress,
    remotePort: number,
    now: number,
  ): number {
    const offset = this.#hash.of(local, localPort, remote, remotePort);
    this.timestampOffset = this.#hash.high;
    // Taken modulo 2^32 first: an uptime of a year is more than 2^32 ticks.
    return (offset + (Math.floor(now * TICKS_PER_MILLISECOND) % 0x1_0000_0000)) >>> 0;
  }
}

const TICKS_PER_MILLISECOND = 250;
