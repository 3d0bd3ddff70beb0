import type { IpAddress } from '@atoll/device/socket';
import type { Entropy } from '@atoll/device/system';
import { TupleHash } from './tuple.ts';

/**
 * Local ports for connections that we open, by double-hash port selection (RFC 6056 section 3.3.4): the
 * ports to one destination follow each other, which leaves the most time until one is used again, but who
 * sees those to another destination learns nothing about them.
 */
export class EphemeralPorts {
  readonly #offsets: TupleHash;
  /** How many ports were handed out, of the destinations that share an entry; starts anywhere. */
  readonly #counts = new Uint16Array(TABLE_LENGTH);

  constructor(entropy: Entropy) {
    this.#offsets = new TupleHash(entropy);
    entropy.fill(new Uint8Array(this.#counts.buffer));
  }

  /** A port to `remote` that `isFree`; 0 when there is none. */
  choose(
    local: IpAddress,
    remote: IpAddress,
    remotePort: number,
    isFree: (port: number) => boolean,
  ): number {
    const offset = this.#offsets.of(local, 0, remote, remotePort);
    const index = this.#offsets.high % TABLE_LENGTH;
    for (let tried = 0; tried < EPHEMERAL_PORTS; tried++) {
      const port = FIRST_EPHEMERAL + ((offset + this.#counts[index]) % EPHEMERAL_PORTS);
      this.#counts[index] = (this.#counts[index] + 1) % EPHEMERAL_PORTS;
      if (isFree(port)) return port;
    }
    return 0;
  }
}

export const FIRST_EPHEMERAL = 1024;
export const EPHEMERAL_PORTS = 0x1_0000 - FIRST_EPHEMERAL;
/** With few entries, strangers could tell how many connections we open by their own (RFC 6056 section 3.3.4). */
const TABLE_LENGTH = 1024;
