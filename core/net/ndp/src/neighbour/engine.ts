import type { Entropy } from '@atoll/device/system';
import { isGroup } from '@atoll/ethernet/address';
import { ALL_NODES, isMulticast, solicitedNode, UNSPECIFIED } from '@atoll/ipv6/address';
import type { SendNdp } from '../event.ts';
import type {
  Envelope,
  NdpMessage,
  NeighbourAdvertisement,
  NeighbourSolicitation,
} from '../packet.ts';
import {
  NEIGHBOUR_ADVERTISEMENT,
  NEIGHBOUR_SOLICITATION,
  ROUTER_ADVERTISEMENT,
  ROUTER_SOLICITATION,
} from '../packet.ts';
import { randomBetween } from '../random.ts';
import { OwnAddresses } from './own.ts';
import type { Neighbour } from './state.ts';
import { Neighbours } from './state.ts';

/** What the engine wants done or known. */
export type NeighbourEvent<Item> =
  | SendNdp
  /** `items` waited for `mac`, where `address` is, and can go now. */
  | {
      readonly kind: 'resolved';
      readonly address: bigint;
      readonly mac: number;
      readonly items: readonly Item[];
    }
  /** Nobody answers for `address`, or no more; `items` will not be sent. */
  | { readonly kind: 'unreachable'; readonly address: bigint; readonly items: readonly Item[] }
  /** `address` was at `from` and is said to be at `mac` now: a replaced machine, or an attack. */
  | {
      readonly kind: 'moved';
      readonly address: bigint;
      readonly from: number;
      readonly mac: number;
    }
  /** `address` was a router's and says that it is none any more. */
  | { readonly kind: 'host'; readonly address: bigint }
  /** Another host claims our own `address`. */
  | { readonly kind: 'conflict'; readonly address: bigint; readonly mac: number | undefined };

export interface NeighbourOptions {
  readonly mac: number;
  readonly entropy: Entropy;
  /** Whether we tell others that we pass packets on. */
  readonly isRouter?: boolean;
  /** How many neighbours are remembered. */
  readonly capacity?: number;
}

/**
 * Where the neighbours on one link are, and whether they still are (RFC 4861 section 7).
 *
 * Polling order: `handle` for each message; `find` for each packet to send, and `wait` when it answers
 * `undefined`; `confirm` when an answer shows that packets arrive; `poll` at the latest at `nextTimeout`,
 * which the others bring forward. The events that `handle` and `poll` answer are to be carried out in order.
 *
 * Whom it believes: everybody on the link, as RFC 4861 does, but no hardware address of a group, nor our
 * own. An advertisement that nobody asked for teaches nothing new. A neighbour that moves is reported.
 */
export class NeighbourDiscovery<Item extends { readonly length: number }> {
  /** When to `poll` next, in monotonic milliseconds. */
  nextTimeout = Number.POSITIVE_INFINITY;
  readonly #mac: number;
  readonly #entropy: Entropy;
  readonly #isRouter: boolean;
  readonly #neighbours: Neighbours<Item>;
  readonly #own = new OwnAddresses();
  #reported = Number.NEGATIVE_INFINITY;
  #baseReachableTime = REACHABLE_TIME_MS;
  #reachableTime = REACHABLE_TIME_MS;
  #redrawn = Number.NEGATIVE_INFINITY;
  #retransmitTime = RETRANSMIT_TIME_MS;

  constructor({ mac, entropy, isRouter = false, capacity = 512 }: NeighbourOptions) {
    this.#mac = mac;
    this.#entropy = entropy;
    this.#isRouter = isRouter;
    this.#neighbours = new Neighbours({ capacity, waitingEach: 64, waitingBytes: 0x4_0000 });
  }

  /** How many neighbours are remembered or being asked for. */
  get size(): number {
    return this.#neighbours.size;
  }

  /** The hardware address of a neighbour, if it is known. Using one that is stale has it checked. */
  find(address: bigint): number | undefined {
    const neighbour = this.#neighbours.find(address);
    if (neighbour === undefined) return undefined;
    neighbour.used = true;
    if (neighbour.state === 'stale') {
      neighbour.state = 'delay';
      neighbour.timeout = AT_ONCE;
      this.#wakeAt(AT_ONCE);
    }
    return neighbour.mac;
  }

  /**
   * Lets `item` wait for the hardware address of `address`, which `find` did not know; `poll` asks.
   * Answers how many items were dropped to make room, or for want of it.
   */
  wait(address: bigint, item: Item): number {
    const { lost } = this.#neighbours;
    const known = this.#neighbours.find(address);
    this.#neighbours.wait(known ?? this.#neighbours.add(address, undefined, AT_ONCE), item);
    if (known === undefined) this.#wakeAt(AT_ONCE);
    return this.#neighbours.lost - lost;
  }

  /** What we sent to `address` arrived there: upper layers got an answer to something new. */
  confirm(address: bigint, now: number): void {
    const neighbour = this.#neighbours.find(address);
    if (neighbour?.mac !== undefined) this.#setReachable(neighbour, now);
  }

  /** From now on `address` is ours: it is announced to the routers (RFC 9131) and answered for. */
  assign(address: bigint): void {
    this.#own.assign(address);
    this.#wakeAt(AT_ONCE);
  }

  /** `address` is ours no more. */
  release(address: bigint): void {
    this.#own.release(address);
  }

  /** Tells all neighbours that our `address` is here now and no longer elsewhere (RFC 4861 section 7.2.6). */
  announce(address: bigint): void {
    this.#own.takeOver(address);
    this.#wakeAt(AT_ONCE);
  }

  /** Takes over what routers ask for, in milliseconds: BaseReachableTime and RetransTimer. */
  configure(reachableTime: number, retransmitTime: number): void {
    if (reachableTime !== this.#baseReachableTime) this.#redrawn = Number.NEGATIVE_INFINITY;
    this.#baseReachableTime = reachableTime;
    this.#retransmitTime = retransmitTime;
  }

  handle(message: NdpMessage, { source }: Envelope, now: number): readonly NeighbourEvent<Item>[] {
    if (message.type === NEIGHBOUR_ADVERTISEMENT) return this.#handleAdvertisement(message, now);
    // Our own messages may come back from a link that is joined to itself.
    if (isMulticast(source) || this.#own.has(source)) return [];
    switch (message.type) {
      case NEIGHBOUR_SOLICITATION:
        return this.#handleSolicitation(message, source, now);
      case ROUTER_ADVERTISEMENT:
        return this.learn(source, message.mac, true, now);
      case ROUTER_SOLICITATION:
        // Hosts have no reason to know who looks for a router.
        return this.#isRouter ? this.learn(source, message.mac, false, now) : [];
      default:
        return [];
    }
  }

  /** Somebody says that `address` is at `mac`, if it is given; certain is only that he said so. */
  learn(
    address: bigint,
    mac: number | undefined,
    isRouter: boolean | undefined,
    now: number,
  ): readonly NeighbourEvent<Item>[] {
    const known = this.#neighbours.find(address);
    if (known !== undefined && isRouter !== undefined) known.isRouter = isRouter;
    if (mac === undefined || !this.#isBelievable(mac) || known?.mac === mac) return [];
    if (known === undefined) {
      const added = this.#neighbours.add(address, mac, Number.POSITIVE_INFINITY);
      added.isRouter = isRouter ?? false;
      return [];
    }
    const events: NeighbourEvent<Item>[] = [];
    this.#settle(known, mac, events);
    this.#setStale(known, now, events.at(-1)?.kind === 'resolved');
    return events;
  }

  /** Announces, asks, asks again, gives up and doubts, as far as it is time. */
  poll(now: number): readonly NeighbourEvent<Item>[] {
    if (now < this.nextTimeout) return [];
    const events: NeighbourEvent<Item>[] = [];
    for (const { address, isOverride, destination } of this.#own.due(now, this.#retransmitTime)) {
      events.push(this.#advertisement(address, destination, undefined, isOverride));
    }
    this.nextTimeout = this.#own.nextTimeout;
    for (const neighbour of this.#neighbours.all()) {
      if (neighbour.timeout <= now) this.#expire(neighbour, now, events);
      this.#wakeAt(neighbour.timeout);
    }
    return events;
  }

  #handleSolicitation(
    { target, mac }: NeighbourSolicitation,
    source: bigint,
    now: number,
  ): readonly NeighbourEvent<Item>[] {
    if (!this.#own.has(target)) return [];
    // Somebody else would like to use our address (RFC 4861 section 7.2.4).
    if (source === UNSPECIFIED) return [this.#advertisement(target, ALL_NODES, undefined, true)];
    if (mac !== undefined && !this.#isBelievable(mac)) return [];
    const events = this.learn(source, mac, undefined, now);
    return [...events, this.#advertisement(target, source, mac, true)];
  }

  #handleAdvertisement(
    message: NeighbourAdvertisement,
    now: number,
  ): readonly NeighbourEvent<Item>[] {
    const { target, mac } = message;
    if (mac !== undefined && !this.#isBelievable(mac)) return [];
    if (this.#own.has(target)) return this.#reportConflict(target, mac, now);
    const neighbour = this.#neighbours.find(target);
    const found = mac ?? neighbour?.mac;
    if (neighbour === undefined || found === undefined) return [];
    const isChange = found !== neighbour.mac;
    if (neighbour.mac !== undefined && isChange && !message.isOverride) {
      if (neighbour.state === 'reachable') this.#setStale(neighbour, now, false);
      return [];
    }
    const events: NeighbourEvent<Item>[] = [];
    if (isChange) this.#settle(neighbour, found, events);
    if (message.isSolicited) this.#setReachable(neighbour, now);
    else if (isChange) this.#setStale(neighbour, now, events.at(-1)?.kind === 'resolved');
    if (neighbour.isRouter && !message.isRouter) events.push({ kind: 'host', address: target });
    neighbour.isRouter = message.isRouter;
    return events;
  }

  /** Puts `neighbour` to a hardware address that is new. */
  #settle(neighbour: Neighbour<Item>, mac: number, events: NeighbourEvent<Item>[]): void {
    const { address, mac: from } = neighbour;
    neighbour.mac = mac;
    if (from !== undefined) events.push({ kind: 'moved', address, from, mac });
    else {
      const items = this.#neighbours.takeWaiting(neighbour);
      events.push({ kind: 'resolved', address, mac, items });
    }
  }

  #setReachable(neighbour: Neighbour<Item>, now: number): void {
    if (now >= this.#redrawn + REDRAW_MS) this.#redraw(now);
    neighbour.state = 'reachable';
    neighbour.asked = 0;
    neighbour.timeout = now + this.#reachableTime;
    this.#wakeAt(neighbour.timeout);
  }

  #setStale(neighbour: Neighbour<Item>, now: number, isUsed: boolean): void {
    neighbour.state = isUsed ? 'delay' : 'stale';
    neighbour.asked = 0;
    neighbour.timeout = isUsed ? now + DELAY_FIRST_PROBE_MS : Number.POSITIVE_INFINITY;
    this.#wakeAt(neighbour.timeout);
  }

  /** The time of `neighbour` has come (RFC 4861 section 7.3.3). */
  #expire(neighbour: Neighbour<Item>, now: number, events: NeighbourEvent<Item>[]): void {
    if (neighbour.state === 'reachable') {
      this.#setStale(neighbour, now, false);
    } else if (neighbour.state === 'delay' && neighbour.timeout === AT_ONCE) {
      // Now we know when it was used.
      this.#setStale(neighbour, now, true);
    } else if (neighbour.asked < ATTEMPTS) {
      if (neighbour.state === 'delay') neighbour.state = 'probe';
      this.#ask(neighbour, now, events);
    } else {
      const { address } = neighbour;
      neighbour.timeout = Number.POSITIVE_INFINITY;
      events.push({ kind: 'unreachable', address, items: this.#neighbours.takeWaiting(neighbour) });
      this.#neighbours.remove(neighbour);
    }
  }

  /** Sends a solicitation, if we have an address to send it from. */
  #ask(neighbour: Neighbour<Item>, now: number, events: NeighbourEvent<Item>[]): void {
    const { address, mac } = neighbour;
    neighbour.asked++;
    neighbour.timeout = now + this.#retransmitTime;
    const source = this.#own.nearest(address);
    if (source === undefined) return;
    events.push({
      kind: 'send',
      source,
      destination: mac === undefined ? solicitedNode(address) : address,
      mac,
      message: { type: NEIGHBOUR_SOLICITATION, target: address, mac: this.#mac, nonce: undefined },
    });
  }

  #advertisement(
    target: bigint,
    destination: bigint,
    mac: number | undefined,
    isOverride: boolean,
  ): SendNdp {
    const message: NeighbourAdvertisement = {
      type: NEIGHBOUR_ADVERTISEMENT,
      target,
      mac: this.#mac,
      isRouter: this.#isRouter,
      isSolicited: !isMulticast(destination),
      isOverride,
    };
    return { kind: 'send', source: target, destination, mac, message };
  }

  /** Says so at most once in ten seconds. What is to be done, RFC 4862 section 5.4.4 leaves open. */
  #reportConflict(
    address: bigint,
    mac: number | undefined,
    now: number,
  ): readonly NeighbourEvent<Item>[] {
    if (now - this.#reported < REPORT_INTERVAL_MS) return [];
    this.#reported = now;
    return [{ kind: 'conflict', address, mac }];
  }

  /** So that hosts which start together do not go on asking together (RFC 4861 section 6.3.2). */
  #redraw(now: number): void {
    const base = this.#baseReachableTime;
    this.#reachableTime = randomBetween(this.#entropy, base * 0.5, base * 1.5);
    this.#redrawn = now;
  }

  #isBelievable(mac: number): boolean {
    return mac !== 0 && mac !== this.#mac && !isGroup(mac);
  }

  #wakeAt(time: number): void {
    if (time < this.nextTimeout) this.nextTimeout = time;
  }
}

const AT_ONCE = Number.NEGATIVE_INFINITY;
/** RFC 4861 section 10: REACHABLE_TIME, RETRANS_TIMER, DELAY_FIRST_PROBE_TIME. */
export const REACHABLE_TIME_MS = 30_000;
export const RETRANSMIT_TIME_MS = 1000;
const DELAY_FIRST_PROBE_MS = 5000;
/** MAX_MULTICAST_SOLICIT and MAX_UNICAST_SOLICIT. */
const ATTEMPTS = 3;
/** "At least every few hours" (RFC 4861 section 6.3.2). */
const REDRAW_MS = 2 * 3_600_000;
const REPORT_INTERVAL_MS = 10_000;
