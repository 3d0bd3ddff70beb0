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
  /** {@link PATIENT} when left out. */
  readonly timing?: ProbeTiming;
}

/** How long to wait, in milliseconds. */
export interface ProbeTiming {
  /** PROBE_WAIT: at most so long before the first probe. */
  readonly before: number;
  /** PROBE_MIN and PROBE_MAX: between two of them. */
  readonly between: readonly [number, number];
  /** ANNOUNCE_WAIT: after the last. */
  readonly after: number;
}

/** 4 to 7 seconds, for links that may be slow to come up (RFC 5227 section 1.1). */
export const PATIENT: ProbeTiming = { before: 1000, between: [1000, 2000], after: 2000 };

/**
 * Less than a second, for links that are up, whose hosts answer within milliseconds. Who answers later is
 * found out when the address is announced, and defended against or given way to (section 2.4).
 */
export const BRIEF: ProbeTiming = { before: 0, between: [200, 300], after: 300 };

/**
 * Asks whether anybody has an address before we use it (RFC 5227 section 2.1).
 *
 * Polling order: `handle` for each packet, `poll` at the latest at `nextTimeout`.
 * Who takes one address after the other must wait between them: a minute each after ten conflicts.
 */
export class AddressProbe {
  /** When to `poll` next, in monotonic milliseconds. */
  nextTimeout = Number.NEGATIVE_INFINITY;
  readonly #options: ProbeOptions;
  readonly #timing: ProbeTiming;
  #state: 'new' | 'waiting' | 'over' = 'new';
  #sent = 0;

  constructor(options: ProbeOptions) {
    this.#options = options;
    this.#timing = options.timing ?? PATIENT;
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
      const wait = this.#random(0, this.#timing.before);
      this.nextTimeout = now + wait;
      if (wait > 0) return undefined;
    }
    if (this.#sent === PROBES) {
      this.#finish();
      return { kind: 'free' };
    }
    this.#sent++;
    const { between, after } = this.#timing;
    this.nextTimeout = now + (this.#sent === PROBES ? after : this.#random(...between));
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

  #random(low: number, high: number): number {
    return low + randomBelow(this.#options.entropy, high - low + 1);
  }
}

/** PROBE_NUM. */
const PROBES = 3;
