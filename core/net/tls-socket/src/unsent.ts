import type { TcpConnection } from '@atoll/device/socket';

/** Records that the connection below had no room for yet. */
export class Unsent {
  readonly #below: TcpConnection;
  #bytes: Uint8Array = NOTHING;
  /** How many bytes there are: to be read only. */
  length = 0;

  constructor(below: TcpConnection) {
    this.#below = below;
  }

  /** Sends `records`; those for which there is no room are copied. */
  send(records: Uint8Array): void {
    if (records.length === 0) return;
    if (this.length > 0) {
      const longer = new Uint8Array(this.length + records.length);
      longer.set(this.#bytes);
      longer.set(records, this.length);
      this.#keep(longer);
      return;
    }
    const taken = this.#below.write(records);
    if (taken < records.length) this.#keep(records.slice(taken));
  }

  /** Sends what there is room for; the connection below tells when there is more. */
  flush(): void {
    if (this.length === 0) return;
    const taken = this.#below.write(this.#bytes);
    this.#keep(taken < this.length ? this.#bytes.subarray(taken) : NOTHING);
  }

  drop(): void {
    this.#keep(NOTHING);
  }

  #keep(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.length = bytes.length;
  }
}

const NOTHING = new Uint8Array(0);
