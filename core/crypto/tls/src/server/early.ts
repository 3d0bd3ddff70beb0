/** Early data (RFC 8446, 2.3 and 8): when a server takes it, and how often. */
import { toHex } from '@atoll/bytes/hex';
import type { ServerConfig } from './config.ts';
import type { Resumed } from './resume.ts';
import type { Choice, Retried } from './state.ts';

export interface EarlyDataConfig {
  /** The most bytes in one connection. */
  readonly most: number;
  readonly guard: ReplayGuard;
}

/**
 * Remembers hellos for as long as their early data would be taken, so that each counts once (RFC 8446, 8.2). It
 * knows what one process saw: tickets of several that share their keys could be replayed to each once.
 */
export class ReplayGuard {
  readonly #most: number;
  #current = new Set<string>();
  #previous = new Set<string>();
  #since = Number.NEGATIVE_INFINITY;
  #latest = Number.NEGATIVE_INFINITY;

  /** Remembers up to `most` hellos of the last 40 seconds; when there are more, it admits none. */
  constructor(most = 4096) {
    this.#most = most;
  }

  /** Whether no hello with `binder` came before; `now` in milliseconds. While the clock is back, none is admitted. */
  admits(binder: Uint8Array, now: number): boolean {
    if (now < this.#latest) return false;
    this.#latest = now;
    if (now - this.#since >= WINDOW_MS) {
      this.#previous = now - this.#since < 2 * WINDOW_MS ? this.#current : new Set();
      this.#current = new Set();
      this.#since = now;
    }
    const key = toHex(binder);
    if (this.#current.has(key) || this.#previous.has(key)) return false;
    if (this.#current.size + this.#previous.size >= this.#most) return false;
    this.#current.add(key);
    return true;
  }
}

/** Whether the early data that a client announces is taken. Whatever speaks against it only costs a round trip. */
export function takesEarlyData(
  { earlyData }: ServerConfig,
  { offer, suite, protocol }: Choice,
  retried: Retried | undefined,
  resumed: Resumed | undefined,
  now: number,
): boolean {
  const psks = offer.preSharedKey;
  if (!earlyData || !offer.earlyData || retried || !psks || resumed?.index !== 0) return false;
  const { ticket } = resumed;
  if (ticket.suite !== suite.code || ticket.protocol !== (protocol ?? '')) return false;
  const age = (psks.identities[0].obfuscatedAge - ticket.ageAdd + 2 ** 32) % 2 ** 32;
  if (Math.abs(now - ticket.issued - age) > FRESH_MS) return false;
  return earlyData.guard.admits(psks.binders[0], now);
}

/** How far the age that a client tells may be from the one that we see (RFC 8446, 8.3). */
const FRESH_MS = 10_000;
/** A hello is fresh for that long, from its earliest moment to its latest. */
const WINDOW_MS = 2 * FRESH_MS;
