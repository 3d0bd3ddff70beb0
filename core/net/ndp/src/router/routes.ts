import { isLinkLocal } from '@atoll/ipv6/address';
import type { Ipv6Prefix } from '@atoll/ipv6/prefix';
import { contains } from '@atoll/ipv6/prefix';
import type { Preference } from '../option.ts';

/** A way, in the shape of `RouteTable` of `@atoll/route`. */
export interface NdpRoute {
  readonly prefix: Ipv6Prefix;
  /** The router; `undefined` when all of the prefix are neighbours. */
  readonly gateway: bigint | undefined;
  /** The lower, the better, among routes with the same prefix. */
  readonly metric: number;
}

export type RouteEvent =
  /** Add `route`, or replace the one that differs only in its metric. */
  | { readonly kind: 'route'; readonly route: NdpRoute }
  /** Remove `route`. */
  | { readonly kind: 'unroute'; readonly route: NdpRoute };

/** How many there may be of each kind. */
export const ROUTE_LIMITS = { link: 16, default: 8, special: 24, redirect: 32 } as const;

/**
 * The ways that routers told us of: prefixes on the link, default routers and routes more special
 * (RFC 4191), and redirects (RFC 4861 section 8). When there are too many of one kind, those that came
 * first stay, except redirects, of which the oldest goes.
 */
export class Routes {
  /** When the next one expires, in monotonic milliseconds. */
  nextTimeout = Number.POSITIVE_INFINITY;
  #ways: Way[] = [];

  /** Those to be used. */
  get routes(): NdpRoute[] {
    return this.#ways.filter(({ isSuspended }) => !isSuspended).map(({ route }) => route);
  }

  /** Whether there is a default router. */
  get hasDefault(): boolean {
    return this.#ways.some(({ kind }) => kind === 'default');
  }

  /** `address/length` is on this link until `until`, which may be over. */
  setOnLink(address: bigint, length: number, until: number, now: number): RouteEvent[] {
    return this.#set(
      { prefix: { address, length }, gateway: undefined, metric: 0 },
      'link',
      until,
      now,
    );
  }

  /** `gateway` leads to `address/length` until `until`, which may be over. */
  setRouter(
    gateway: bigint,
    address: bigint,
    length: number,
    preference: Preference,
    until: number,
    now: number,
  ): RouteEvent[] {
    const metric = MEDIUM_METRIC - METRIC_STEP * preference;
    const kind = length === 0 ? 'default' : 'special';
    return this.#set({ prefix: { address, length }, gateway, metric }, kind, until, now);
  }

  /**
   * The router `from` says that `target` is the better way to `destination`. `undefined` when it is not the
   * one whom we send to for that destination, and has nothing to say about it (RFC 4861 section 8.1).
   */
  redirect(
    destination: bigint,
    target: bigint,
    from: bigint,
    now: number,
  ): RouteEvent[] | undefined {
    if (isLinkLocal(destination) || this.#best(destination)?.route.gateway !== from)
      return undefined;
    const events = this.#remove(
      ({ kind, route }) => kind === 'redirect' && route.prefix.address === destination,
    );
    const redirects = this.#ways.filter(({ kind }) => kind === 'redirect');
    if (redirects.length >= ROUTE_LIMITS.redirect) {
      events.push(...this.#remove((way) => way === redirects[0]));
    }
    const prefix = { address: destination, length: 128 };
    const gateway = target === destination ? undefined : target;
    const until = now + REDIRECT_LIFETIME_MS;
    return [...events, ...this.#set({ prefix, gateway, metric: 0 }, 'redirect', until, now)];
  }

  /**
   * `address` does not answer. Redirects to it end; other routers are preferred to it, and when none of
   * them answers, all are tried again (RFC 4861 section 6.3.6).
   */
  suspend(address: bigint): RouteEvent[] {
    const events = this.#remove(
      ({ kind, route }) =>
        kind === 'redirect' && (route.gateway ?? route.prefix.address) === address,
    );
    for (const way of this.#ways) {
      if (way.route.gateway !== address || way.isSuspended) continue;
      const others = this.#ways.filter((other) => other !== way && isSamePrefix(other, way));
      if (others.some(({ isSuspended }) => !isSuspended)) {
        way.isSuspended = true;
        events.push({ kind: 'unroute', route: way.route });
      } else {
        for (const other of others) events.push(resume(other));
      }
    }
    return events;
  }

  /** `address` was heard of again. */
  resume(address: bigint): RouteEvent[] {
    return this.#ways
      .filter(({ route, isSuspended }) => isSuspended && route.gateway === address)
      .map(resume);
  }

  /** `address` is no router any more. */
  removeRouter(address: bigint): RouteEvent[] {
    return this.#remove(({ route }) => route.gateway === address);
  }

  poll(now: number): RouteEvent[] {
    if (now < this.nextTimeout) return [];
    return this.#remove(({ until }) => until <= now);
  }

  #set(route: NdpRoute, kind: Way['kind'], until: number, now: number): RouteEvent[] {
    const { prefix, gateway, metric } = route;
    const known = this.#ways.find(
      (way) => way.kind === kind && way.route.gateway === gateway && isPrefix(way, prefix),
    );
    if (until <= now) return known === undefined ? [] : this.#remove((way) => way === known);
    if (until < this.nextTimeout) this.nextTimeout = until;
    if (known !== undefined) {
      known.until = until;
      if (known.route.metric === metric) return [];
      known.route = route;
      return known.isSuspended ? [] : [{ kind: 'route', route }];
    }
    const sameKind = this.#ways.filter((way) => way.kind === kind);
    if (sameKind.length >= ROUTE_LIMITS[kind]) return [];
    this.#ways.push({ kind, route, until, isSuspended: false });
    return [{ kind: 'route', route }];
  }

  #remove(isGone: (way: Way) => boolean): RouteEvent[] {
    const events: RouteEvent[] = [];
    this.nextTimeout = Number.POSITIVE_INFINITY;
    this.#ways = this.#ways.filter((way) => {
      if (!isGone(way)) {
        this.nextTimeout = Math.min(this.nextTimeout, way.until);
        return true;
      }
      if (!way.isSuspended) events.push({ kind: 'unroute', route: way.route });
      return false;
    });
    return events;
  }

  /** The way that a packet for `destination` takes. */
  #best(destination: bigint): Way | undefined {
    let best: Way | undefined;
    for (const way of this.#ways) {
      const { prefix, metric } = way.route;
      if (way.isSuspended || !contains(prefix, destination)) continue;
      const isBetter =
        best === undefined ||
        prefix.length > best.route.prefix.length ||
        (prefix.length === best.route.prefix.length && metric < best.route.metric);
      if (isBetter) best = way;
    }
    return best;
  }
}

interface Way {
  readonly kind: 'link' | 'default' | 'special' | 'redirect';
  route: NdpRoute;
  until: number;
  /** Its router does not answer, and there is another. */
  isSuspended: boolean;
}

function resume(way: Way): RouteEvent {
  way.isSuspended = false;
  return { kind: 'route', route: way.route };
}

function isPrefix({ route }: Way, { address, length }: Ipv6Prefix): boolean {
  return route.prefix.address === address && route.prefix.length === length;
}

function isSamePrefix(one: Way, other: Way): boolean {
  return one.route.gateway !== undefined && isPrefix(one, other.route.prefix);
}

const MEDIUM_METRIC = 200;
const METRIC_STEP = 100;
/** RFC 4861 lets redirects live as long as anybody likes; after this a better way may be found again. */
const REDIRECT_LIFETIME_MS = 600_000;
