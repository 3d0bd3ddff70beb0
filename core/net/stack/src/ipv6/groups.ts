import type { Entropy } from '@atoll/device/system';
import type { Icmpv6Message } from '@atoll/icmpv6/packet';
import { emitIcmpv6 } from '@atoll/icmpv6/packet';
import { ALL_NODES, solicitedNode, UNSPECIFIED } from '@atoll/ipv6/address';
import { HOP_BY_HOP } from '@atoll/ipv6/chain';
import { emitRouterAlert, ROUTER_ALERT_LENGTH } from '@atoll/ipv6/extension';
import type { Ipv6Header } from '@atoll/ipv6/packet';
import { PROTOCOL_ICMPV6 } from '@atoll/ipv6/packet';
import { addressSum } from '@atoll/ipv6/pseudo-header';
import { Membership } from '@atoll/multicast/engine';
import { MLD } from '@atoll/multicast/mld/dialect';
import type { MldMessage } from '@atoll/multicast/mld/packet';
import { emitMld, parseMld } from '@atoll/multicast/mld/packet';
import type { Ipv6Output } from './output.ts';

/** The IPv6 groups that an interface is in, with those by which neighbours look for our addresses. */
export class Ipv6Groups {
  readonly #membership: Membership<bigint, MldMessage>;
  #solicited = new Set<bigint>();

  constructor(entropy: Entropy) {
    this.#membership = new Membership<bigint, MldMessage>(MLD, { entropy });
    this.#membership.join(ALL_NODES);
  }

  get nextTimeout(): number {
    return this.#membership.nextTimeout;
  }

  has(group: bigint): boolean {
    return this.#membership.has(group);
  }

  join(group: bigint): boolean {
    return this.#membership.join(group);
  }

  leave(group: bigint): void {
    this.#membership.leave(group);
  }

  /** Our addresses are `addresses` from now on (RFC 4291 section 2.8). */
  follow(addresses: readonly bigint[]): void {
    const wanted = new Set(addresses.map(solicitedNode));
    const joined = new Set<bigint>();
    for (const group of this.#solicited) {
      if (wanted.has(group)) joined.add(group);
      else this.#membership.leave(group);
    }
    for (const group of wanted) {
      if (!joined.has(group) && this.#membership.join(group)) joined.add(group);
    }
    this.#solicited = joined;
  }

  /** Takes a message that may be one of MLD, which came with `header` and the router alert `alert`. */
  handle(message: Icmpv6Message, header: Readonly<Ipv6Header>, alert: number, now: number): void {
    const { source, hopLimit } = header;
    const parsed = parseMld(message, { source, hopLimit, routerAlert: alert });
    if (parsed.ok) this.#membership.handle(parsed.value, now);
  }

  /** Reports by `output` from our address on the link, if there is one already (RFC 3590). */
  poll(output: Ipv6Output, linkLocal: bigint | undefined, now: number): void {
    const source = linkLocal ?? UNSPECIFIED;
    for (const { destination, message } of this.#membership.poll(now)) {
      const icmp = emitIcmpv6(emitMld(message), addressSum(source, destination));
      const payload = new Uint8Array(ROUTER_ALERT_LENGTH + icmp.length);
      emitRouterAlert(payload, 0, PROTOCOL_ICMPV6, MULTICAST_LISTENERS);
      payload.set(icmp, ROUTER_ALERT_LENGTH);
      const way = { source, destination, hop: destination };
      output.send(way, HOP_BY_HOP, payload, { hopLimit: 1 });
    }
  }
}

/** The router alert of MLD (RFC 2711). */
const MULTICAST_LISTENERS = 0;
