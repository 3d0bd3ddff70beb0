import type { IpAddress } from '@atoll/device/socket';

/** A network: all addresses that begin with the first `length` bits of `address`. */
export interface Prefix<Address extends IpAddress> {
  readonly address: Address;
  readonly length: number;
}

export interface Route<Address extends IpAddress, Link> {
  readonly prefix: Prefix<Address>;
  readonly link: Link;
  /** The neighbour who takes datagrams on; `undefined` when all of the network are neighbours. */
  readonly gateway?: Address | undefined;
  /** Of routes with equally long prefixes, the one with the lowest metric is taken; 0 when left out. */
  readonly metric?: number;
}

/**
 * The ways of a host: the longest prefix wins, then the lowest metric, then the older route
 * (RFC 1122 section 3.3.1.2). Small enough to be searched from the most special route down.
 */
export class RouteTable<Address extends IpAddress, Link> {
  readonly #contains: (prefix: Prefix<Address>, address: Address) => boolean;
  #routes: Route<Address, Link>[] = [];
  #version = 0;

  /** `contains` tells for one family of addresses what is in a network. */
  constructor(contains: (prefix: Prefix<Address>, address: Address) => boolean) {
    this.#contains = contains;
  }

  get routes(): readonly Route<Address, Link>[] {
    return this.#routes;
  }

  /** Grows with every change: what was found before may have to be found again. */
  get version(): number {
    return this.#version;
  }

  add(route: Route<Address, Link>): void {
    const routes = this.#routes.filter((other) => !isSameWay(other, route));
    const behind = routes.findIndex((other) => comesBefore(route, other));
    routes.splice(behind < 0 ? routes.length : behind, 0, route);
    this.#routes = routes;
    this.#version++;
  }

  /** Removes the routes for which `isGone` holds. */
  remove(isGone: (route: Route<Address, Link>) => boolean): void {
    this.#routes = this.#routes.filter((route) => !isGone(route));
    this.#version++;
  }

  /** The route that a datagram for `destination` takes; over `link` only, when it is given. */
  find(destination: Address, link?: Link): Route<Address, Link> | undefined {
    for (const route of this.#routes) {
      if (link !== undefined && route.link !== link) continue;
      if (this.#contains(route.prefix, destination)) return route;
    }
    return undefined;
  }
}

function comesBefore<Address extends IpAddress>(
  route: Route<Address, unknown>,
  other: Route<Address, unknown>,
): boolean {
  if (route.prefix.length !== other.prefix.length) {
    return route.prefix.length > other.prefix.length;
  }
  return (route.metric ?? 0) < (other.metric ?? 0);
}

function isSameWay<Address extends IpAddress>(
  one: Route<Address, unknown>,
  other: Route<Address, unknown>,
): boolean {
  return (
    one.link === other.link &&
    one.gateway === other.gateway &&
    one.prefix.length === other.prefix.length &&
    one.prefix.address === other.prefix.address
  );
}
