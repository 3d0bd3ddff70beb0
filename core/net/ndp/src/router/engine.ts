import type { Entropy } from '@atoll/device/system';
import { ALL_ROUTERS, isMulticast, LOOPBACK, UNSPECIFIED } from '@atoll/ipv6/address';
import type { SendNdp } from '../event.ts';
import type { Identifier } from '../identifier.ts';
import { REACHABLE_TIME_MS, RETRANSMIT_TIME_MS } from '../neighbour/engine.ts';
import type { Envelope, NdpMessage, Redirect, RouterAdvertisement } from '../packet.ts';
import {
  NEIGHBOUR_ADVERTISEMENT,
  NEIGHBOUR_SOLICITATION,
  REDIRECT,
  ROUTER_ADVERTISEMENT,
  ROUTER_SOLICITATION,
} from '../packet.ts';
import type { AddressEvent } from './addresses.ts';
import { Addresses } from './addresses.ts';
import { Expiring } from './expiring.ts';
import { endOf } from './lifetime.ts';
import { isGlobal } from './prefix.ts';
import type { NdpRoute, RouteEvent } from './routes.ts';
import { Routes } from './routes.ts';
import { Solicitor } from './solicitor.ts';
import type { OwnAddress } from './state.ts';

/** What the engine wants done or known. */
export type RouterEvent =
  | AddressEvent
  | RouteEvent
  | SendNdp
  /** `dnsServers` or `searchDomains` are others now. */
  | { readonly kind: 'dns' }
  /** `parameters` are others now. */
  | { readonly kind: 'parameters'; readonly parameters: LinkParameters };

/** What routers say about the link; what they were silent about has its default. */
export interface LinkParameters {
  /** For packets that we send. */
  readonly hopLimit: number;
  /** The largest packet in bytes. */
  readonly mtu: number;
  /** BaseReachableTime and RetransTimer in milliseconds. */
  readonly reachableTime: number;
  readonly retransmitTime: number;
  /** Some router said that DHCPv6 has addresses. */
  readonly isManaged: boolean;
  /** Some router said that DHCPv6 has other configuration, such as DNS servers. */
  readonly hasOtherConfiguration: boolean;
}

export interface RouterOptions {
  readonly mac: number;
  /** What the device can carry, in bytes. */
  readonly mtu: number;
  readonly entropy: Entropy;
  /** Makes the lower half of addresses, from `@atoll/ipv6/interface-id`. */
  readonly identifier: Identifier;
  /** How often others are asked before an address is used; 1 when left out, 0 never asks. */
  readonly probes?: number;
  /** Whether there are temporary addresses beside the stable ones (RFC 8981); not when left out. */
  readonly temporary?: boolean;
  /** Whether routers are looked for and believed; they are when left out. */
  readonly autoconfigure?: boolean;
  /** Whether routers are believed that another one is better for a destination; they are when left out. */
  readonly redirects?: boolean;
}

/**
 * Finds routers on one link and what they know: ways, prefixes, DNS servers; makes our addresses of it, and
 * sees to it that nobody else has them (RFC 4861 section 6, RFC 4862).
 *
 * Polling order: `handle` for each message; `poll` at the latest at `nextTimeout`, for the first time at
 * once, which makes the link-local address. The events that all methods answer are to be carried out in order.
 *
 * Any host can claim to be a router (RFC 6104). Everything it can make us remember is bounded, and when
 * there is no room, what came first stays.
 */
export class RouterDiscovery {
  readonly #options: RouterOptions;
  readonly #addresses: Addresses;
  readonly #routes = new Routes();
  readonly #solicitor: Solicitor;
  readonly #dnsServers = new Expiring<bigint>(DNS_SERVERS);
  readonly #searchDomains = new Expiring<string>(SEARCH_DOMAINS);
  #parameters: LinkParameters;
  #isStarted = false;

  constructor(options: RouterOptions) {
    const { entropy, identifier, probes = 1, temporary = false } = options;
    this.#options = options;
    this.#addresses = new Addresses({ entropy, identifier, probes, temporary });
    this.#solicitor = new Solicitor(entropy);
    this.#parameters = {
      hopLimit: DEFAULT_HOP_LIMIT,
      mtu: options.mtu,
      reachableTime: REACHABLE_TIME_MS,
      retransmitTime: RETRANSMIT_TIME_MS,
      isManaged: false,
      hasOtherConfiguration: false,
    };
  }

  /** When to `poll` next, in monotonic milliseconds. */
  get nextTimeout(): number {
    if (!this.#isStarted) return Number.NEGATIVE_INFINITY;
    return Math.min(
      this.#addresses.nextTimeout,
      this.#routes.nextTimeout,
      this.#solicitor.nextTimeout,
      this.#dnsServers.nextTimeout,
      this.#searchDomains.nextTimeout,
    );
  }

  get addresses(): readonly OwnAddress[] {
    return this.#addresses.addresses;
  }

  get routes(): readonly NdpRoute[] {
    return this.#routes.routes;
  }

  get dnsServers(): readonly bigint[] {
    return this.#dnsServers.values;
  }

  get searchDomains(): readonly string[] {
    return this.#searchDomains.values;
  }

  get parameters(): LinkParameters {
    return this.#parameters;
  }

  /** Our address on the link, as soon as it can be used. */
  get linkLocal(): bigint | undefined {
    return this.#addresses.linkLocal;
  }

  /**
   * Adds an address that a person or DHCPv6 gave us, or gives it other lifetimes. They end at monotonic times;
   * without them, never.
   */
  add(
    address: bigint,
    prefixLength: number,
    now: number,
    preferredUntil = Number.POSITIVE_INFINITY,
    validUntil = Number.POSITIVE_INFINITY,
  ): readonly RouterEvent[] {
    return this.#addresses.give(address, prefixLength, preferredUntil, validUntil, now);
  }

  /** Removes an address of ours. */
  remove(address: bigint): readonly RouterEvent[] {
    return this.#addresses.take(address);
  }

  handle(message: NdpMessage, { source }: Envelope, now: number): readonly RouterEvent[] {
    const { autoconfigure = true, redirects = true } = this.#options;
    switch (message.type) {
      case ROUTER_ADVERTISEMENT:
        return autoconfigure ? this.#handleAdvertisement(message, source, now) : [];
      case REDIRECT:
        return autoconfigure && redirects ? this.#handleRedirect(message, source, now) : [];
      case NEIGHBOUR_SOLICITATION:
        if (source !== UNSPECIFIED) return [];
        return this.#addresses.onProbe(message.target, message.nonce, now);
      case NEIGHBOUR_ADVERTISEMENT:
        return this.#addresses.onClaim(message.target, now);
      case ROUTER_SOLICITATION:
        return [];
    }
  }

  /** The neighbour `address` does not answer: if it is a router, another one is better. */
  suspend(address: bigint): readonly RouterEvent[] {
    return this.#routes.suspend(address);
  }

  /** The neighbour `address` says that it is no router. */
  removeRouter(address: bigint, now: number): readonly RouterEvent[] {
    const events = this.#routes.removeRouter(address);
    this.#solicitWhenAlone(now);
    return events;
  }

  poll(now: number): readonly RouterEvent[] {
    if (now < this.nextTimeout) return [];
    const events: RouterEvent[] = [];
    if (!this.#isStarted) {
      this.#isStarted = true;
      events.push(...this.#addresses.start(now));
    }
    const hadLinkLocal = this.linkLocal !== undefined;
    events.push(...this.#addresses.poll(now, this.#parameters.retransmitTime));
    const gone = this.#routes.poll(now);
    events.push(...gone);
    if (gone.length > 0 || !hadLinkLocal) this.#solicitWhenAlone(now);
    if (this.#solicitor.poll(now)) events.push(...this.#solicitation());
    const isServerGone = this.#dnsServers.poll(now);
    const isDomainGone = this.#searchDomains.poll(now);
    if (isServerGone || isDomainGone) events.push({ kind: 'dns' });
    return events;
  }

  #handleAdvertisement(message: RouterAdvertisement, source: bigint, now: number): RouterEvent[] {
    const events: RouterEvent[] = [...this.#routes.resume(source)];
    // A route to everywhere says the same again, and counts instead (RFC 4191 section 3.1).
    if (!message.routes.some(({ length }) => length === 0)) {
      const until = endOf(message.lifetime, now);
      events.push(...this.#routes.setRouter(source, 0n, 0, message.preference, until, now));
    }
    for (const { prefix, length, preference, lifetime } of message.routes) {
      const until = endOf(lifetime, now);
      events.push(...this.#routes.setRouter(source, prefix, length, preference, until, now));
    }
    for (const information of message.prefixes) {
      const { prefix, length, isOnLink, validLifetime } = information;
      if (isOnLink && isGlobal(prefix)) {
        events.push(...this.#routes.setOnLink(prefix, length, endOf(validLifetime, now), now));
      }
      events.push(...this.#addresses.advertise(information, now));
    }
    if (this.#readDns(message, now)) events.push({ kind: 'dns' });
    events.push(...this.#readParameters(message));
    if (this.#routes.hasDefault) this.#solicitor.stop();
    else this.#solicitWhenAlone(now);
    return events;
  }

  #handleRedirect(message: Redirect, source: bigint, now: number): readonly RouterEvent[] {
    return this.#routes.redirect(message.destination, message.target, source, now) ?? [];
  }

  #readDns({ dnsServers, searchDomains }: RouterAdvertisement, now: number): boolean {
    let isChanged = false;
    for (const { addresses, lifetime } of dnsServers) {
      for (const address of addresses) {
        if (address <= LOOPBACK || isMulticast(address)) continue;
        if (this.#dnsServers.set(address, endOf(lifetime, now), now)) isChanged = true;
      }
    }
    for (const { domains, lifetime } of searchDomains) {
      for (const domain of domains) {
        if (this.#searchDomains.set(domain, endOf(lifetime, now), now)) isChanged = true;
      }
    }
    return isChanged;
  }

  /** Takes over what is said, within reason: one message must not stop or flood us. */
  #readParameters(message: RouterAdvertisement): RouterEvent[] {
    const before = this.#parameters;
    const { hopLimit, reachableTime, retransmitTime, mtu } = message;
    const after: LinkParameters = {
      hopLimit: hopLimit >= SMALLEST_HOP_LIMIT ? hopLimit : before.hopLimit,
      mtu: mtu !== undefined && mtu >= SMALLEST_MTU ? Math.min(mtu, this.#options.mtu) : before.mtu,
      reachableTime: reachableTime === 0 ? before.reachableTime : within(REACHABLE, reachableTime),
      retransmitTime:
        retransmitTime === 0 ? before.retransmitTime : within(RETRANSMIT, retransmitTime),
      isManaged: before.isManaged || message.isManaged,
      hasOtherConfiguration: before.hasOtherConfiguration || message.hasOtherConfiguration,
    };
    if (isSame(before, after)) return [];
    this.#parameters = after;
    return [{ kind: 'parameters', parameters: after }];
  }

  /** Looks for a router when none is known and there is an address to do it with. */
  #solicitWhenAlone(now: number): void {
    const { autoconfigure = true } = this.#options;
    if (!autoconfigure || this.linkLocal === undefined || this.#routes.hasDefault) return;
    this.#solicitor.start(now);
  }

  #solicitation(): RouterEvent[] {
    const source = this.linkLocal;
    if (source === undefined) return [];
    const message: NdpMessage = { type: ROUTER_SOLICITATION, mac: this.#options.mac };
    return [{ kind: 'send', source, destination: ALL_ROUTERS, mac: undefined, message }];
  }
}

function isSame(one: LinkParameters, other: LinkParameters): boolean {
  return (
    one.hopLimit === other.hopLimit &&
    one.mtu === other.mtu &&
    one.reachableTime === other.reachableTime &&
    one.retransmitTime === other.retransmitTime &&
    one.isManaged === other.isManaged &&
    one.hasOtherConfiguration === other.hasOtherConfiguration
  );
}

function within({ low, high }: typeof REACHABLE, value: number): number {
  return Math.min(Math.max(value, low), high);
}

/** How many of them are remembered; RFC 8106 section 5.3.1 wants at least three. */
export const DNS_SERVERS = 8;
export const SEARCH_DOMAINS = 8;

const DEFAULT_HOP_LIMIT = 64;
/** Less would keep our packets from arriving, which is what such advertisements are sent for. */
const SMALLEST_HOP_LIMIT = 32;
/** RFC 8200 section 5. */
const SMALLEST_MTU = 1280;
/** In milliseconds; the upper one is from RFC 4861 section 6.2.1. */
const REACHABLE = { low: 1000, high: 3_600_000 };
const RETRANSMIT = { low: 100, high: 10_000 };
