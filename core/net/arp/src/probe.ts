import type { Entropy } from '@atoll/device/system';
import { randomBelow } from '@atoll/device/system';
import { isGroup } from '@atoll/ethernet/address';
import type { ArpPacket } from './packet.ts';
import { REQUEST } from './packet.ts';

/** What came of probing. After `free` or `taken` there is nothing more to do. */
export type ProbeEvent =
  /** To be broadcast. */
  | { readonly kind: 'send'; readonly packet: ArpPacket }
  /** Nobody has the address: use it, and announce it, which `Arp` does. */
  | { readonly kind: 'free' }
  /** `mac` has the address, or is probing for it as well. */
  | { readonly kind: 'taken'; readonly mac: number };

export interface ProbeOptions {
  /** Our hardware address. */
  readonly mac: number;
  /** The address that we would like to use. */
  readonly address: number;
  readonly entropy: Entropy;
}

/**
 * Asks whether anybody has an address before we use it (RFC 5227 section 2.1).
 *
 * Polling order: `handle` for each packet, `poll` at the latest at `nextTimeout`. It takes 4 to 7 seconds.
 * Who takes one address after the other must wait between them when there were many conflicts: after
 * {@link MANY_CONFLICTS}, at least {@link CONFLICT_INTERVAL_MS} each.
 */
export class AddressProbe {
  /** When to `poll` next, in monotonic milliseconds. */
  nextTimeout = Number.NEGATIVE_INFINITY;
  readonly #options: ProbeOptions;
  #state: 'new' | 'waiting' | 'over' = 'new';
  #sent = 0;

  constructor(options: ProbeOptions) {
    this.#options = options;
  }

  handle(packet: ArpPacket): ProbeEvent | undefined {
    if (this.#state === 'over' || !this.#isConflict(packet)) return undefined;
    this.#finish();
    return { kind: 'taken', mac: packet.senderMac };
  }

  poll(now: number): ProbeEvent | undefined {
    if (now < this.nextTimeout || this.#state === 'over') return undefined;
    if (this.#state === 'new') {
      this.#state = 'waiting';
      this.nextTimeout = now + this.#random(PROBE_WAIT_MS);
      return undefined;
    }
    if (this.#sent === PROBES) {
      this.#finish();
      return { kind: 'free' };
    }
    this.#sent++;
    const pause =
      this.#sent === PROBES
        ? ANNOUNCE_WAIT_MS
        : PROBE_MIN_MS + this.#random(PROBE_MAX_MS - PROBE_MIN_MS);
    this.nextTimeout = now + pause;
    return { kind: 'send', packet: this.#probe() };
  }

  /** Others use the address, or probe for it: our own probes may come back. */
  #isConflict({ operation, senderMac, senderAddress, targetAddress }: ArpPacket): boolean {
    const { mac, address } = this.#options;
    if (senderMac === mac || senderMac === 0 || isGroup(senderMac)) return false;
    if (senderAddress === address) return true;
    return operation === REQUEST && senderAddress === 0 && targetAddress === address;
  }

  #probe(): ArpPacket {
    const { mac, address } = this.#options;
    return {
      operation: REQUEST,
      senderMac: mac,
      senderAddress: 0,
      targetMac: 0,
      targetAddress: address,
    };
  }

  #finish(): void {
    this.#state = 'over';
    this.nextTimeout = Number.POSITIVE_INFINITY;
  }

  #random(milliseconds: number): number {
    return randomBelow(this.#options.entropy, milliseconds + 1);
  }
}

/** RFC 5227 section 1.1: MAX_CONFLICTS, RATE_LIMIT_INTERVAL. */
export const MANY_CONFLICTS = 10;
export const CONFLICT_INTERVAL_MS = 60_000;

/** RFC 5227 section 1.1: PROBE_NUM, PROBE_WAIT, PROBE_MIN, PROBE_MAX, ANNOUNCE_WAIT. */
const PROBES = 3;
const PROBE_WAIT_MS = 1000;
const PROBE_MIN_MS = 1000;
const PROBE_MAX_MS = 2000;
const ANNOUNCE_WAIT_MS = 2000;
