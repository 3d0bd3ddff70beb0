import type { IpAddress } from '@atoll/device/socket';

/** What is known about one neighbour, as far as the table has to know. */
export interface TableEntry<Item> {
  readonly address: IpAddress;
  /** Whether it was used since somebody last needed room. */
  used: boolean;
  /** What waits for the hardware address, the oldest first. */
  readonly waiting: Item[];
}

export interface NeighbourLimits {
  /** Neighbours; the one that was not used for longest makes room. */
  readonly capacity: number;
  /** Items that wait for one neighbour; the oldest make room (RFC 1122 section 2.3.2.2, RFC 4861 section 7.2.2). */
  readonly waitingEach: number;
  /** The sum of the `length` of all that waits for anybody. */
  readonly waitingBytes: number;
}

/** The neighbours on one link, bounded in number and in what waits for them. */
export class NeighbourTable<
  Neighbour extends TableEntry<Item>,
  Item extends { readonly length: number },
> {
  /** How many items were dropped to keep within the limits. */
  lost = 0;
  readonly #limits: NeighbourLimits;
  readonly #byAddress = new Map<Neighbour['address'], Neighbour>();
  #waitingBytes = 0;

  constructor(limits: NeighbourLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#byAddress.size;
  }

  find(address: Neighbour['address']): Neighbour | undefined {
    return this.#byAddress.get(address);
  }

  all(): Iterable<Neighbour> {
    return this.#byAddress.values();
  }

  /** Adds a neighbour that is not there yet. */
  insert(neighbour: Neighbour): Neighbour {
    if (this.#byAddress.size >= this.#limits.capacity) this.#makeRoom();
    this.#byAddress.set(neighbour.address, neighbour);
    return neighbour;
  }

  remove(neighbour: Neighbour): void {
    this.lost += this.takeWaiting(neighbour).length;
    this.#byAddress.delete(neighbour.address);
  }

  /** Lets `item` wait for `neighbour`, if there is room. */
  wait(neighbour: Neighbour, item: Item): void {
    const { waitingEach, waitingBytes } = this.#limits;
    if (neighbour.waiting.length >= waitingEach) {
      this.#waitingBytes -= neighbour.waiting.shift()?.length ?? 0;
      this.lost++;
    }
    if (this.#waitingBytes + item.length > waitingBytes) {
      this.lost++;
      return;
    }
    neighbour.waiting.push(item);
    this.#waitingBytes += item.length;
  }

  /** Removes and answers what waits for `neighbour`. */
  takeWaiting(neighbour: Neighbour): Item[] {
    const items = neighbour.waiting.splice(0);
    for (const item of items) this.#waitingBytes -= item.length;
    return items;
  }

  /**
   * Second chance: the oldest goes unless it was used, which is then forgotten and counts as the newest.
   * Looking up stays cheap, and strangers who fill the table push each other out first.
   */
  #makeRoom(): void {
    for (const neighbour of this.#byAddress.values()) {
      if (!neighbour.used) {
        this.remove(neighbour);
        return;
      }
      neighbour.used = false;
      this.#byAddress.delete(neighbour.address);
      this.#byAddress.set(neighbour.address, neighbour);
    }
  }
}
