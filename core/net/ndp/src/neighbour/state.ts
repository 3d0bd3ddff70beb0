/**
 * How sure we are of where a neighbour is (RFC 4861 section 5.1):
 * - `incomplete`: it is being asked for,
 * - `reachable`: it was heard of lately,
 * - `stale`: it was heard of once; nothing happens until it is used,
 * - `delay`: it was used; perhaps upper layers hear of it,
 * - `probe`: it is being asked whether it is there.
 */
export type Reachability = 'incomplete' | 'reachable' | 'stale' | 'delay' | 'probe';

/** What is known about one neighbour. */
export interface Neighbour<Item> {
  readonly address: bigint;
  /** `undefined` while it is incomplete. */
  mac: number | undefined;
  state: Reachability;
  /** Whether it said of itself that it is one. */
  isRouter: boolean;
  /** Whether it was used since somebody last needed room. */
  used: boolean;
  /** When to act next, in monotonic milliseconds. */
  timeout: number;
  /** Solicitations that were sent without an answer. */
  asked: number;
  /** What waits for the hardware address, the oldest first. */
  readonly waiting: Item[];
}

export interface NeighbourLimits {
  /** Neighbours; the one that was not used for longest makes room. */
  readonly capacity: number;
  /** Items that wait for one neighbour; the oldest make room, as in RFC 4861 section 7.2.2. */
  readonly waitingEach: number;
  /** The sum of the `length` of all that waits for anybody. */
  readonly waitingBytes: number;
}

/** The neighbours on one link, bounded in number and in what waits for them. */
export class Neighbours<Item extends { readonly length: number }> {
  /** How many items were dropped to keep within the limits. */
  lost = 0;
  readonly #limits: NeighbourLimits;
  readonly #byAddress = new Map<bigint, Neighbour<Item>>();
  #waitingBytes = 0;

  constructor(limits: NeighbourLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#byAddress.size;
  }

  find(address: bigint): Neighbour<Item> | undefined {
    return this.#byAddress.get(address);
  }

  all(): Iterable<Neighbour<Item>> {
    return this.#byAddress.values();
  }

  /** Adds a neighbour that is not there yet: incomplete, or stale when its `mac` is known. */
  add(address: bigint, mac: number | undefined, timeout: number): Neighbour<Item> {
    if (this.#byAddress.size >= this.#limits.capacity) this.#makeRoom();
    const neighbour: Neighbour<Item> = {
      address,
      mac,
      state: mac === undefined ? 'incomplete' : 'stale',
      isRouter: false,
      used: false,
      timeout,
      asked: 0,
      waiting: [],
    };
    this.#byAddress.set(address, neighbour);
    return neighbour;
  }

  remove(neighbour: Neighbour<Item>): void {
    this.lost += this.takeWaiting(neighbour).length;
    this.#byAddress.delete(neighbour.address);
  }

  /** Lets `item` wait for `neighbour`, if there is room. */
  wait(neighbour: Neighbour<Item>, item: Item): void {
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
  takeWaiting(neighbour: Neighbour<Item>): Item[] {
    const items = neighbour.waiting.splice(0);
    for (const item of items) this.#waitingBytes -= item.length;
    return items;
  }

  /**
   * Second chance: the oldest goes unless it was used, which is then forgotten and counts as the
   * newest. Those who are only asked for were not used yet, so who has us ask for all addresses of a
   * network (RFC 6583) pushes out his own questions first.
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
