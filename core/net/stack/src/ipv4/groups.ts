import type { Entropy } from '@atoll/device/system';
import { Membership } from '@atoll/multicast/engine';
import { ALL_SYSTEMS, IGMP } from '@atoll/multicast/igmp/dialect';
import type { IgmpMessage } from '@atoll/multicast/igmp/packet';
import { emitIgmp, PROTOCOL_IGMP, parseIgmp } from '@atoll/multicast/igmp/packet';
import type { Ipv4Output } from './output.ts';

/** The IPv4 groups that an interface is in. */
export class Ipv4Groups {
  readonly #membership: Membership<number, IgmpMessage>;

  constructor(entropy: Entropy) {
    this.#membership = new Membership<number, IgmpMessage>(IGMP, { entropy });
    this.#membership.join(ALL_SYSTEMS);
  }

  get nextTimeout(): number {
    return this.#membership.nextTimeout;
  }

  has(group: number): boolean {
    return this.#membership.has(group);
  }

  join(group: number): boolean {
    return this.#membership.join(group);
  }

  leave(group: number): void {
    this.#membership.leave(group);
  }

  /** Our address is another one: whoever listens must hear of our groups from it. */
  refresh(): void {
    this.#membership.refresh();
  }

  /** Takes what a datagram of IGMP carries; answers whether it made sense. */
  handle(bytes: Uint8Array, start: number, end: number, now: number): boolean {
    const message = parseIgmp(bytes, start, end);
    if (message.ok) this.#membership.handle(message.value, now);
    return message.ok;
  }

  /** Reports by `output` from our address `source`. */
  poll(output: Ipv4Output, source: number, now: number): void {
    for (const { destination, message } of this.#membership.poll(now)) {
      output.sendAlert({ source, destination, hop: destination }, PROTOCOL_IGMP, emitIgmp(message));
    }
  }
}
