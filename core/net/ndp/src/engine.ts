import { isLinkLocal } from '@atoll/ipv6/address';
import type { NeighbourEvent } from './neighbour/engine.ts';
import { NeighbourDiscovery } from './neighbour/engine.ts';
import type { Envelope, NdpMessage } from './packet.ts';
import { REDIRECT } from './packet.ts';
import type { LinkParameters, RouterEvent, RouterOptions } from './router/engine.ts';
import { RouterDiscovery } from './router/engine.ts';
import type { NdpRoute } from './router/routes.ts';
import type { OwnAddress } from './router/state.ts';

export type NdpEvent<Item> = NeighbourEvent<Item> | RouterEvent;

export interface NdpOptions extends RouterOptions {
  /** Whether we tell others that we pass packets on; not when left out. */
  readonly isRouter?: boolean;
  /** How many neighbours are remembered. */
  readonly capacity?: number;
}

/**
 * All of Neighbor Discovery on one link: the neighbours, the routers and our own addresses, which know of
 * each other here.
 *
 * Polling order: `poll` at once; `handle` for each message that `parseNdp` let through; `find` for each
 * packet to send, and `wait` when it answers `undefined`; `confirm` when an answer shows that packets
 * arrive; `poll` at the latest at `nextTimeout`, which all of them bring forward. The events that methods
 * answer are to be carried out in order.
 */
export class Ndp<Item extends { readonly length: number }> {
  readonly #neighbours: NeighbourDiscovery<Item>;
  readonly #routers: RouterDiscovery;

  constructor(options: NdpOptions) {
    this.#neighbours = new NeighbourDiscovery(options);
    this.#routers = new RouterDiscovery(options);
  }

  /** When to `poll` next, in monotonic milliseconds. */
  get nextTimeout(): number {
    return Math.min(this.#neighbours.nextTimeout, this.#routers.nextTimeout);
  }

  /** How many neighbours are remembered or being asked for. */
  get size(): number {
    return this.#neighbours.size;
  }

  get addresses(): readonly OwnAddress[] {
    return this.#routers.addresses;
  }

  get routes(): readonly NdpRoute[] {
    return this.#routers.routes;
  }

  get dnsServers(): readonly bigint[] {
    return this.#routers.dnsServers;
  }

  get searchDomains(): readonly string[] {
    return this.#routers.searchDomains;
  }

  get parameters(): LinkParameters {
    return this.#routers.parameters;
  }

  /** Our address on the link, as soon as it can be used. */
  get linkLocal(): bigint | undefined {
    return this.#routers.linkLocal;
  }

  /** The hardware address of a neighbour, if it is known. */
  find(address: bigint): number | undefined {
    return this.#neighbours.find(address);
  }

  /** Lets `item` wait for the hardware address of `address`; answers how many items were dropped. */
  wait(address: bigint, item: Item): number {
    return this.#neighbours.wait(address, item);
  }

  /** What we sent to the neighbour `address` arrived there: upper layers got an answer to something new. */
  confirm(address: bigint, now: number): void {
    this.#neighbours.confirm(address, now);
  }

  /** Adds an address that a person or DHCPv6 gave us, see `RouterDiscovery`. */
  add(
    address: bigint,
    prefixLength: number,
    now: number,
    preferredUntil?: number,
    validUntil?: number,
  ): readonly NdpEvent<Item>[] {
    return this.#follow(this.#routers.add(address, prefixLength, now, preferredUntil, validUntil));
  }

  /** Removes an address of ours. */
  remove(address: bigint): readonly NdpEvent<Item>[] {
    return this.#follow(this.#routers.remove(address));
  }

  /** Tells all neighbours that our `address` is here now and no longer elsewhere. */
  announce(address: bigint): void {
    this.#neighbours.announce(address);
  }

  handle(message: NdpMessage, envelope: Envelope, now: number): readonly NdpEvent<Item>[] {
    const fromRouters = this.#follow(this.#routers.handle(message, envelope, now));
    if (message.type !== REDIRECT) {
      const fromNeighbours = this.#neighbours.handle(message, envelope, now);
      return [...fromRouters, ...this.#react(fromNeighbours, now)];
    }
    if (fromRouters.length === 0) return [];
    // It was believed, and so is where the better hop is (RFC 4861 section 8.3).
    const { target, mac } = message;
    const isRouter = isLinkLocal(target) && target !== message.destination ? true : undefined;
    return [...fromRouters, ...this.#neighbours.learn(target, mac, isRouter, now)];
  }

  poll(now: number): readonly NdpEvent<Item>[] {
    if (now < this.nextTimeout) return [];
    const fromRouters = this.#follow(this.#routers.poll(now));
    return [...fromRouters, ...this.#react(this.#neighbours.poll(now), now)];
  }

  /** What the neighbours must know of the routers: our addresses, and how patient to be. */
  #follow(events: readonly RouterEvent[]): readonly RouterEvent[] {
    for (const event of events) {
      if (event.kind === 'address') {
        const { address, state } = event.address;
        if (state !== 'tentative') this.#neighbours.assign(address);
      } else if (event.kind === 'removed' || event.kind === 'duplicate') {
        this.#neighbours.release(event.address);
      } else if (event.kind === 'parameters') {
        const { reachableTime, retransmitTime } = event.parameters;
        this.#neighbours.configure(reachableTime, retransmitTime);
      }
    }
    return events;
  }

  /** What the routers must know of the neighbours: which of them cannot be reached or are none. */
  #react(events: readonly NeighbourEvent<Item>[], now: number): readonly NdpEvent<Item>[] {
    const all: NdpEvent<Item>[] = [];
    for (const event of events) {
      all.push(event);
      if (event.kind === 'unreachable') all.push(...this.#routers.suspend(event.address));
      else if (event.kind === 'host') all.push(...this.#routers.removeRouter(event.address, now));
    }
    return all;
  }
}
