import type { IpAddress } from '@atoll/device/socket';

/**
 * How often somebody may have us call back. Each caller has a bucket of calls that fills slowly, and so have all
 * together; what is remembered of callers is bounded. A caller is an IPv4 address, or an IPv6 network of 64 bits.
 */
export class CallLimit {
  /** When each caller's bucket is full again, in milliseconds; those who called last are last. */
  readonly #callers = new Map<IpAddress, number>();
  #allFullAt = 0;

  /** How many callers are remembered. */
  get size(): number {
    return this.#callers.size;
  }

  /** Whether `address` may be called back at `now`; if so, that is counted. */
  take(address: IpAddress, now: number): boolean {
    const caller = typeof address === 'bigint' ? address >> 64n : address;
    const all = Math.max(this.#allFullAt, now) + ALL_EACH;
    const own = Math.max(this.#callers.get(caller) ?? 0, now) + CALLER_EACH;
    if (all > now + ALL_MOST * ALL_EACH || own > now + CALLER_MOST * CALLER_EACH) return false;
    if (!this.#callers.has(caller) && !this.#makeRoom(now)) return false;
    this.#callers.delete(caller);
    this.#callers.set(caller, own);
    this.#allFullAt = all;
    return true;
  }

  /** Forgets callers whose buckets are full, when there are too many; they call again as if for the first time. */
  #makeRoom(now: number): boolean {
    if (this.#callers.size < CALLERS_MOST) return true;
    for (const [caller, fullAt] of this.#callers) {
      if (fullAt <= now) this.#callers.delete(caller);
    }
    return this.#callers.size < CALLERS_MOST;
  }
}

/** Calls of one caller in a row, and the milliseconds in which one more becomes possible. */
const CALLER_MOST = 4;
const CALLER_EACH = 5000;
/** The same for all together. */
const ALL_MOST = 32;
const ALL_EACH = 100;
const CALLERS_MOST = 1024;
