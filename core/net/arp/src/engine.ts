import { BROADCAST_MAC, isGroup } from '@atoll/ethernet/address';
import type { Ipv4Prefix } from '@atoll/ipv4/address';
import { broadcastAddress, contains, networkAddress, UNSPECIFIED } from '@atoll/ipv4/address';
import type { ArpPacket } from './packet.ts';
import { REPLY, REQUEST } from './packet.ts';
import type { Neighbour } from './state.ts';
import { Neighbours } from './state.ts';

/** What the engine wants done or known. */
export type ArpEvent<Item> =
  | { readonly kind: 'send'; readonly destination: number; readonly packet: ArpPacket }
  /** `items` waited for `mac` and can go now. */
  | { readonly kind: 'resolved'; readonly mac: number; readonly items: readonly Item[] }
  /** Nobody answered for `address`; `items` will not be sent. */
  | { readonly kind: 'unreachable'; readonly address: number; readonly items: readonly Item[] }
  /** `address` was at `from` and says that it is at `mac` now: a replaced machine, or an attack. */
  | {
      readonly kind: 'moved';
      readonly address: number;
      readonly from: number;
      readonly mac: number;
    }
  /** `mac` claims our own address, which was defended. */
  | { readonly kind: 'conflict'; readonly mac: number }
  /** `mac` claims our own address again, which was given up: it must not be used any more. */
  | { readonly kind: 'lost'; readonly mac: number };

export interface ArpOptions {
  readonly mac: number;
  readonly prefix: Ipv4Prefix;
  /** How many neighbours are remembered. */
  readonly capacity?: number;
  /**
   * What to do when another host insists on our address: `keep` it for ever, as a server must whose
   * address others rely on (also when left out), or `yield` it, as who can get another one should. Who keeps
   * it does not wait for a probe either, but sends one, so as to hear of a conflict.
   */
  readonly defence?: 'keep' | 'yield';
}

/**
 * ARP for one address on one link (RFC 826, RFC 1122 section 2.3.2, announcing and defending after RFC 5227).
 *
 * Polling order: `handle` for each packet; `find` for each datagram to send, and `wait` when it answers
 * `undefined`; `confirm` when an answer shows that packets arrive; `poll` at the latest at `nextTimeout`, which
 * a `wait` brings forward. The events that
 * `handle` and `poll` answer are to be carried out in order.
 *
 * Whom it believes: nobody is remembered unasked. A packet changes what is known only when we know or are
 * asking for its sender, or when it is a request to us from a host on our link, whom we are about to
 * answer. Senders with the hardware address of a group, and all who claim our own address, are not
 * believed at all. A neighbour that moves is believed and reported.
 *
 * Before an address is used, `AddressProbe` asks whether it is free. After `lost` the engine is silent.
 */
export class Arp<Item extends { readonly length: number }> {
  /** When to `poll` next, in monotonic milliseconds. */
  nextTimeout = AT_ONCE;
  readonly #mac: number;
  readonly #prefix: Ipv4Prefix;
  readonly #neighbours: Neighbours<Item>;
  readonly #yields: boolean;
  #isLost = false;
  #announced = 0;
  #nextAnnouncement = 0;
  #defended = Number.NEGATIVE_INFINITY;

  constructor({ mac, prefix, capacity = 512, defence = 'keep' }: ArpOptions) {
    this.#mac = mac;
    this.#prefix = prefix;
    this.#yields = defence === 'yield';
    this.#neighbours = new Neighbours({ capacity, waitingEach: 64, waitingBytes: 0x4_0000 });
  }

  /** How many neighbours are remembered or being asked for. */
  get size(): number {
    return this.#neighbours.size;
  }

  /** The hardware address of a neighbour, if it is known. */
  find(address: number): number | undefined {
    const neighbour = this.#neighbours.find(address);
    if (neighbour === undefined) return undefined;
    neighbour.used = true;
    return neighbour.mac;
  }

  /**
   * Lets `item` wait for the hardware address of `address`, which `find` did not know; `poll` asks.
   * Answers how many items were dropped to make room, or for want of it.
   */
  wait(address: number, item: Item): number {
    if (this.#isLost) return 1;
    const { lost } = this.#neighbours;
    const known = this.#neighbours.find(address);
    this.#neighbours.wait(known ?? this.#neighbours.add(address, undefined, AT_ONCE), item);
    if (known === undefined) this.#wakeAt(AT_ONCE);
    return this.#neighbours.lost - lost;
  }

  /** What we sent to `address` arrived there: who is known need not be asked (RFC 1122 section 2.3.2.1). */
  confirm(address: number, now: number): void {
    const neighbour = this.#neighbours.find(address);
    if (neighbour?.mac === undefined) return;
    neighbour.asked = 0;
    neighbour.timeout = now + LIFETIME_MS;
  }

  handle(packet: ArpPacket, now: number): readonly ArpEvent<Item>[] {
    const { senderMac, senderAddress } = packet;
    // Our own broadcasts may come back from a link that is joined to itself.
    if (this.#isLost || senderMac === this.#mac || isGroup(senderMac) || senderMac === 0) return [];
    if (senderAddress === this.#prefix.address) return this.#defend(senderMac, now);
    const events: ArpEvent<Item>[] = [];
    const toUs = packet.operation === REQUEST && packet.targetAddress === this.#prefix.address;
    const known = this.#neighbours.find(senderAddress);
    if (known !== undefined) this.#update(known, senderMac, now, events);
    else if (toUs && this.#isHostOnLink(senderAddress)) this.#add(senderAddress, senderMac, now);
    // Probes (RFC 5227 section 2.1.1), which have no sender address, are answered as well.
    if (toUs) events.push({ kind: 'send', destination: senderMac, packet: this.#reply(packet) });
    return events;
  }

  /** Announces, asks again, gives up and forgets, as far as it is time. */
  poll(now: number): readonly ArpEvent<Item>[] {
    if (now < this.nextTimeout) return [];
    const events: ArpEvent<Item>[] = [];
    if (this.#announced < ANNOUNCEMENTS && now >= this.#nextAnnouncement) {
      // An announcement is not answered. Who keeps an address unasked should hear who else has it.
      if (this.#announced === 0 && !this.#yields) events.push(this.#probe());
      this.#announced++;
      this.#nextAnnouncement =
        this.#announced < ANNOUNCEMENTS ? now + ANNOUNCE_INTERVAL_MS : Number.POSITIVE_INFINITY;
      events.push(this.#announcement());
    }
    this.nextTimeout = this.#nextAnnouncement;
    for (const neighbour of this.#neighbours.all()) {
      if (neighbour.timeout <= now) this.#expire(neighbour, now, events);
      else this.#wakeAt(neighbour.timeout);
    }
    return events;
  }

  #add(address: number, mac: number, now: number): void {
    this.#neighbours.add(address, mac, now + LIFETIME_MS);
    this.#wakeAt(now + LIFETIME_MS);
  }

  #update(known: Neighbour<Item>, mac: number, now: number, events: ArpEvent<Item>[]): void {
    const { address, mac: from } = known;
    if (from === undefined) {
      events.push({ kind: 'resolved', mac, items: this.#neighbours.takeWaiting(known) });
    } else if (from !== mac) {
      events.push({ kind: 'moved', address, from, mac });
    }
    known.mac = mac;
    known.used = false;
    known.asked = 0;
    known.timeout = now + LIFETIME_MS;
    this.#wakeAt(known.timeout);
  }

  /** The time of `neighbour` has come: it is asked for, asked for again, or given up. */
  #expire(neighbour: Neighbour<Item>, now: number, events: ArpEvent<Item>[]): void {
    if (neighbour.used && neighbour.asked < ATTEMPTS) {
      events.push(this.#ask(neighbour, now));
      return;
    }
    const items = this.#neighbours.takeWaiting(neighbour);
    if (items.length > 0) events.push({ kind: 'unreachable', address: neighbour.address, items });
    this.#neighbours.remove(neighbour);
  }

  /** Sends a request and backs off. One that is known is asked alone first (RFC 1122 section 2.3.2.1). */
  #ask(neighbour: Neighbour<Item>, now: number): ArpEvent<Item> {
    const { address, mac, asked } = neighbour;
    neighbour.timeout = now + FIRST_RETRY_MS * 2 ** asked;
    neighbour.asked++;
    this.#wakeAt(neighbour.timeout);
    return this.#request(mac === undefined || asked >= ASKED_ALONE ? BROADCAST_MAC : mac, address);
  }

  /**
   * Keeps the address, and says so at most once in ten seconds (RFC 5227 section 2.4 (c)); or gives it
   * up when it is claimed again within them (b).
   */
  #defend(mac: number, now: number): readonly ArpEvent<Item>[] {
    if (now - this.#defended >= DEFEND_INTERVAL_MS) {
      this.#defended = now;
      return [{ kind: 'conflict', mac }, this.#announcement()];
    }
    if (!this.#yields) return [];
    this.#isLost = true;
    this.nextTimeout = Number.POSITIVE_INFINITY;
    return [{ kind: 'lost', mac }];
  }

  #announcement(): ArpEvent<Item> {
    return this.#request(BROADCAST_MAC, this.#prefix.address);
  }

  #probe(): ArpEvent<Item> {
    return this.#request(BROADCAST_MAC, this.#prefix.address, UNSPECIFIED);
  }

  #request(
    destination: number,
    targetAddress: number,
    senderAddress = this.#prefix.address,
  ): ArpEvent<Item> {
    const packet: ArpPacket = {
      operation: REQUEST,
      senderMac: this.#mac,
      senderAddress,
      targetMac: 0,
      targetAddress,
    };
    return { kind: 'send', destination, packet };
  }

  #reply(request: ArpPacket): ArpPacket {
    return {
      operation: REPLY,
      senderMac: this.#mac,
      senderAddress: this.#prefix.address,
      targetMac: request.senderMac,
      targetAddress: request.senderAddress,
    };
  }

  #isHostOnLink(address: number): boolean {
    const prefix = this.#prefix;
    if (!contains(prefix, address)) return false;
    if (prefix.length >= 31) return true;
    return address !== networkAddress(prefix) && address !== broadcastAddress(prefix);
  }

  #wakeAt(time: number): void {
    if (time < this.nextTimeout) this.nextTimeout = time;
  }
}

const AT_ONCE = Number.NEGATIVE_INFINITY;
/** RFC 5227 section 1.1: ANNOUNCE_NUM, ANNOUNCE_INTERVAL, DEFEND_INTERVAL. */
const ANNOUNCEMENTS = 2;
const ANNOUNCE_INTERVAL_MS = 2000;
const DEFEND_INTERVAL_MS = 10_000;
/** How long a neighbour is believed without a sign of life; one in use is then asked for again. */
const LIFETIME_MS = 60_000;
/** Retries come after 1, 2 and 4 seconds; RFC 1122 section 2.3.2.1 wants no more than one per second. */
const FIRST_RETRY_MS = 1000;
const ATTEMPTS = 4;
const ASKED_ALONE = 2;
