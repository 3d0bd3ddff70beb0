/** What a DHCP server remembers: leases, offers and declined addresses. */
import type { DhcpHost } from '../argument/host.ts';
import type { DhcpRange } from '../argument/range.ts';
import type { Subnet } from '../config.ts';
import type { Client } from './client.ts';
import { type Deadline, DeadlineQueue } from './deadline.ts';
import { AddressPool } from './pool.ts';
import type { Transmission } from './transmission.ts';

/** A range with what is taken of it. */
export interface ServedRange {
  readonly range: DhcpRange;
  readonly subnet: Subnet;
  readonly addresses: AddressPool;
  /** The oldest first. */
  readonly offers: Set<Binding>;
}

/**
 * An address that is not free, and why:
 * - `probed`: chosen for a client, but first somebody looks whether it is in use,
 * - `offered`: reserved between OFFER and REQUEST,
 * - `bound`: leased,
 * - `declined`: in use by somebody unknown, nobody gets it.
 *
 * Its deadline is the moment when this ends.
 */
export class Binding implements Deadline {
  state: 'probed' | 'offered' | 'bound' | 'declined';
  readonly client: Client;
  readonly address: number;
  /** The range that the address is taken from; `undefined` when it is outside of all. */
  readonly range: ServedRange | undefined;
  /** The `--dhcp-host` line that gave the lease its address. */
  host: DhcpHost | undefined = undefined;
  /** Empty when the lease has no name. */
  name = '';
  /** The relay that the client was behind when it last asked through one; 0 for none. */
  relay = 0;
  /** The offer to send when the probe finds nobody. */
  held: Transmission | undefined = undefined;
  deadline = Number.POSITIVE_INFINITY;
  slot = -1;

  constructor(
    state: Binding['state'],
    client: Client,
    address: number,
    range: ServedRange | undefined,
  ) {
    this.state = state;
    this.client = client;
    this.address = address;
    this.range = range;
  }
}

/** Offers at once. More push out the oldest, so a flood of DISCOVERs takes neither memory nor addresses. */
const MAX_OFFERS = 1024;

/**
 * All bindings, by address and by client; every look-up is O(1) but for the deadlines, O(log n).
 *
 * A client has at most one lease and one offer; an address has at most one binding.
 */
export class LeaseTable {
  readonly ranges: readonly ServedRange[];
  readonly #reserved: ReadonlySet<number>;
  readonly #maxLeases: number;
  readonly #byAddress = new Map<number, Binding>();
  readonly #leases = new Map<string, Binding>();
  readonly #offers = new Map<string, Binding>();
  readonly #names = new Map<string, Binding>();
  readonly #deadlines = new DeadlineQueue<Binding>();
  /** Addresses of ended leases by client, so that it gets its own back; as many as leases at most. */
  readonly #previous = new Map<string, number>();
  #declined = 0;

  /** `reserved` addresses are never given out from a range. */
  constructor(subnets: readonly Subnet[], reserved: ReadonlySet<number>, maxLeases: number) {
    this.#reserved = reserved;
    this.#maxLeases = maxLeases;
    this.ranges = subnets.flatMap((subnet) =>
      subnet.ranges.map((range) => ({
        range,
        subnet,
        addresses: new AddressPool(range.start, range.end),
        offers: new Set<Binding>(),
      })),
    );
    for (const { addresses } of this.ranges) {
      for (const address of reserved) if (addresses.contains(address)) addresses.take(address);
    }
  }

  /** When {@link due} has something, in monotonic milliseconds; `Infinity` for never. */
  get nextDeadline(): number {
    return this.#deadlines.next;
  }

  /** Whether there is no room for one more lease. Declined addresses count, so memory is bounded. */
  get full(): boolean {
    return this.#leases.size + this.#declined >= this.#maxLeases;
  }

  /** Whether no range gives `address` out. */
  isReserved(address: number): boolean {
    return this.#reserved.has(address);
  }

  at(address: number): Binding | undefined {
    return this.#byAddress.get(address);
  }

  lease(key: string): Binding | undefined {
    return this.#leases.get(key);
  }

  offer(key: string): Binding | undefined {
    return this.#offers.get(key);
  }

  leases(): IterableIterator<Binding> {
    return this.#leases.values();
  }

  /** The address that client `key` had before, if it is known. */
  previous(key: string): number | undefined {
    return this.#previous.get(key);
  }

  /** The lease that bears `name`. */
  named(name: string): Binding | undefined {
    return this.#names.get(name);
  }

  /** Reserves the free `address` of `range` for `client`; it may have no other offer. */
  reserve(client: Client, address: number, range: ServedRange, deadline: number): Binding {
    if (this.#offers.size >= MAX_OFFERS) {
      const oldest = this.#offers.values().next().value;
      if (oldest !== undefined) this.remove(oldest);
    }
    const binding = new Binding('offered', client, address, range);
    this.#insert(binding, deadline);
    return binding;
  }

  /** Leases `address`, which must be free, to `client`, which has no lease; its offer is over. */
  bind(
    client: Client,
    address: number,
    range: ServedRange | undefined,
    host: DhcpHost | undefined,
    deadline: number,
  ): Binding {
    const binding = new Binding('bound', client, address, range);
    binding.host = host;
    this.#previous.delete(client.key);
    this.#insert(binding, deadline);
    return binding;
  }

  /** Takes the address of `binding` from its client, and gives it to nobody until `deadline`. */
  decline(binding: Binding, deadline: number): void {
    const { client, address, range } = binding;
    this.remove(binding);
    this.#previous.delete(client.key);
    if (!this.full) this.#insert(new Binding('declined', client, address, range), deadline);
  }

  /** Gives a lease a name that no other lease bears; empty for none. */
  rename(lease: Binding, name: string): void {
    if (lease.name !== '') this.#names.delete(lease.name);
    lease.name = name;
    if (name !== '') this.#names.set(name, lease);
  }

  setDeadline(binding: Binding, deadline: number): void {
    this.#deadlines.set(binding, deadline);
  }

  /** A binding whose time is over; it stays until it is removed or gets a new deadline. */
  due(now: number): Binding | undefined {
    return this.#deadlines.due(now);
  }

  /** Forgets `binding`; its address is free. */
  remove(binding: Binding): void {
    const { client, address, range } = binding;
    this.#deadlines.remove(binding);
    this.#byAddress.delete(address);
    if (range !== undefined && !this.#reserved.has(address)) range.addresses.release(address);
    if (binding.state === 'bound') {
      this.#leases.delete(client.key);
      if (binding.name !== '') this.#names.delete(binding.name);
      this.#remember(client.key, address);
    } else if (binding.state === 'declined') {
      this.#declined--;
    } else {
      this.#offers.delete(client.key);
      range?.offers.delete(binding);
    }
  }

  #insert(binding: Binding, deadline: number): void {
    const { client, address, range, state } = binding;
    if (this.#byAddress.has(address)) throw new RangeError('the address has a binding');
    this.#byAddress.set(address, binding);
    if (range !== undefined && !this.#reserved.has(address)) range.addresses.take(address);
    if (state === 'bound') {
      this.#leases.set(client.key, binding);
    } else if (state === 'declined') {
      this.#declined++;
    } else {
      this.#offers.set(client.key, binding);
      range?.offers.add(binding);
    }
    this.#deadlines.set(binding, deadline);
  }

  #remember(key: string, address: number): void {
    this.#previous.delete(key);
    this.#previous.set(key, address);
    if (this.#previous.size <= this.#maxLeases) return;
    const oldest = this.#previous.keys().next().value;
    if (oldest !== undefined) this.#previous.delete(oldest);
  }
}
