import type { TcpConnection } from '@atoll/device/socket';

/** Records that the connection below had no room for yet. */
export class Unsent {
  readonly #below: TcpConnection;
  #bytes: Uint8Array = NOTHING;

  constructor(below: TcpConnection) {
    this.#below = below;
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** Sends `records`; those for which there is no room are copied. */
  send(records: Uint8Array): void {
    if (records.length === 0) return;
    if (this.#bytes.length > 0) {
      const longer = new Uint8Array(this.#bytes.length + records.length);
      longer.set(this.#bytes);
      longer.set(records, this.#bytes.length);
      this.#bytes = longer;
      return;
    }
    const taken = this.#below.write(records);
    if (taken < records.length) this.#bytes = records.slice(taken);
  }

  /** Sends what there is room for; the connection below tells when there is more. */
  flush(): void {
    if (this.#bytes.length === 0) return;
    const taken = this.#below.write(this.#bytes);
    this.#bytes = taken < this.#bytes.length ? this.#bytes.subarray(taken) : NOTHING;
  }

  drop(): void {
    this.#bytes = NOTHING;
  }
}

const NOTHING = new Uint8Array(0);
