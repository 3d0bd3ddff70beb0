import type { IpAddress } from '@atoll/device/socket';

/** Counts the connections with each peer address. */
export class PeerCounts {
  readonly #most: number;
  readonly #counts = new Map<IpAddress, number>();

  constructor(most: number) {
    this.#most = most;
  }

  isFull(address: IpAddress): boolean {
    return (this.#counts.get(address) ?? 0) >= this.#most;
  }

  add(address: IpAddress): void {
    this.#counts.set(address, (this.#counts.get(address) ?? 0) + 1);
  }

  remove(address: IpAddress): void {
    const count = this.#counts.get(address) ?? 0;
    if (count > 1) this.#counts.set(address, count - 1);
    else this.#counts.delete(address);
  }
}
