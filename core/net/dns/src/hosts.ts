import type { IpAddress } from '@atoll/device/socket';
import { canonicalName, type Name, parentName } from './name.ts';
import { reverseName } from './record.ts';

/** The addresses of one name; the value is the TTL in seconds. */
export type Addresses = ReadonlyMap<IpAddress, number>;

/** Where an address points back to. */
export interface Pointer {
  /** In the letter case in which it was set. */
  readonly name: Name;
  /** Seconds. */
  readonly ttl: number;
}

/** Names with their addresses, the way back, and which names are between: empty non-terminals. */
export class HostTable {
  readonly #hosts = new Map<Name, Map<IpAddress, number>>();
  /** By the name of the reverse zone. Of several names for an address the one set first is answered. */
  readonly #pointers = new Map<Name, Pointer[]>();
  /** How many names of the two tables above are below this one. */
  readonly #below = new Map<Name, number>();

  /** Gives `name` the address; answers whether that changed anything. */
  set(name: Name, address: IpAddress, ttl: number): boolean {
    const key = canonicalName(name);
    let addresses = this.#hosts.get(key);
    if (addresses?.get(address) === ttl) return false;
    if (addresses === undefined) {
      addresses = new Map();
      this.#hosts.set(key, addresses);
      this.#count(key, 1);
    }
    addresses.set(address, ttl);
    this.#point(reverseName(address), { name, ttl });
    return true;
  }

  /** Takes the address from `name`; answers whether it had it. */
  remove(name: Name, address: IpAddress): boolean {
    const key = canonicalName(name);
    const addresses = this.#hosts.get(key);
    if (addresses === undefined || !addresses.delete(address)) return false;
    if (addresses.size === 0) {
      this.#hosts.delete(key);
      this.#count(key, -1);
    }
    this.#unpoint(reverseName(address), key);
    return true;
  }

  /** `name` is canonical. */
  addresses(name: Name): Addresses | undefined {
    return this.#hosts.get(name);
  }

  /** What the canonical name of a reverse zone, such as `1.2.0.192.in-addr.arpa.`, points to. */
  pointer(name: Name): Pointer | undefined {
    return this.#pointers.get(name)?.[0];
  }

  /** Whether a name of a host or of an address is below the canonical `name`. */
  hasBelow(name: Name): boolean {
    return this.#below.has(name);
  }

  #point(reverse: Name, pointer: Pointer): void {
    const pointers = this.#pointers.get(reverse);
    if (pointers === undefined) {
      this.#pointers.set(reverse, [pointer]);
      this.#count(reverse, 1);
      return;
    }
    const key = canonicalName(pointer.name);
    const index = pointers.findIndex((other) => canonicalName(other.name) === key);
    if (index < 0) pointers.push(pointer);
    else pointers[index] = pointer;
  }

  #unpoint(reverse: Name, key: Name): void {
    const left = (this.#pointers.get(reverse) ?? []).filter(
      (pointer) => canonicalName(pointer.name) !== key,
    );
    if (left.length > 0) {
      this.#pointers.set(reverse, left);
      return;
    }
    this.#pointers.delete(reverse);
    this.#count(reverse, -1);
  }

  #count(name: Name, change: 1 | -1): void {
    for (let at = parentName(name); at !== undefined; at = parentName(at)) {
      const count = (this.#below.get(at) ?? 0) + change;
      if (count === 0) this.#below.delete(at);
      else this.#below.set(at, count);
    }
  }
}
