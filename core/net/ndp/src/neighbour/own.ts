import { ALL_NODES, ALL_ROUTERS, isLinkLocal } from '@atoll/ipv6/address';

/** An advertisement that is due, without anybody having asked. */
export interface Announcement {
  readonly address: bigint;
  readonly destination: bigint;
  /** Whether it replaces what others know. */
  readonly isOverride: boolean;
}

/** The addresses that we answer for, and to whom they are still to be announced. */
export class OwnAddresses {
  /** When something is `due` next. */
  nextTimeout = Number.POSITIVE_INFINITY;
  readonly #byAddress = new Map<bigint, Plan>();

  has(address: bigint): boolean {
    return this.#byAddress.has(address);
  }

  /** The routers are told, so that the first answer from outside need not wait; link-local answers do not. */
  assign(address: bigint): void {
    if (this.#byAddress.has(address)) return;
    this.#plan(address, isLinkLocal(address) ? 0 : ANNOUNCEMENTS, false);
  }

  /** Everybody is told, and shall forget where the address was. */
  takeOver(address: bigint): void {
    if (!this.#byAddress.has(address)) throw new Error('only an own address can be announced');
    this.#plan(address, ANNOUNCEMENTS, true);
  }

  release(address: bigint): void {
    this.#byAddress.delete(address);
  }

  /** What is to be announced at `now`, and again after `interval` milliseconds. */
  due(now: number, interval: number): Announcement[] {
    const due: Announcement[] = [];
    if (now < this.nextTimeout) return due;
    this.nextTimeout = Number.POSITIVE_INFINITY;
    for (const [address, plan] of this.#byAddress) {
      if (plan.remaining > 0 && plan.timeout <= now) {
        const { isOverride } = plan;
        due.push({ address, destination: isOverride ? ALL_NODES : ALL_ROUTERS, isOverride });
        plan.remaining--;
        plan.timeout = plan.remaining > 0 ? now + interval : Number.POSITIVE_INFINITY;
      }
      this.nextTimeout = Math.min(this.nextTimeout, plan.timeout);
    }
    return due;
  }

  /** The address that shares most leading bits with `other`: its reach and its network fit best. */
  nearest(other: bigint): bigint | undefined {
    let nearest: bigint | undefined;
    for (const address of this.#byAddress.keys()) {
      if (nearest === undefined || (address ^ other) < (nearest ^ other)) nearest = address;
    }
    return nearest;
  }

  #plan(address: bigint, remaining: number, isOverride: boolean): void {
    const timeout = remaining > 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    this.#byAddress.set(address, { remaining, timeout, isOverride });
    this.nextTimeout = Math.min(this.nextTimeout, timeout);
  }
}

interface Plan {
  remaining: number;
  timeout: number;
  isOverride: boolean;
}

/** MAX_NEIGHBOR_ADVERTISEMENT of RFC 4861 section 10. */
const ANNOUNCEMENTS = 3;
