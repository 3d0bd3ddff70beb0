import type { IpAddress } from '@atoll/device/socket';
import type { Entropy } from '@atoll/device/system';
import { TupleHash } from './tuple.ts';

/**
 * SYN cookies (RFC 4987 section 3.6): instead of remembering a SYN, everything that will be needed is put
 * into the sequence number of our SYN-ACK, which comes back with the peer's ACK:
 *
 *     1 bit: which secret   3 bits: class of the peer's MSS   28 bits: keyed hash of all and of its number
 *
 * A secret is used for 64 seconds and good for as long again. What does not fit goes into the low bits of
 * our timestamp, when the peer sends some: see {@link cookieTimestamp}.
 */
export class SynCookies {
  readonly #entropy: Entropy;
  /** The secrets of even and odd periods. */
  readonly #secrets: [TupleHash, TupleHash];
  #period = Number.NEGATIVE_INFINITY;
  /** When the last cookie was issued, and the last one with a secret before that of now. */
  #issued = Number.NEGATIVE_INFINITY;
  #issuedBefore = Number.NEGATIVE_INFINITY;

  constructor(entropy: Entropy) {
    this.#entropy = entropy;
    this.#secrets = [new TupleHash(entropy), new TupleHash(entropy)];
  }

  /** Whether a cookie can be outstanding at `now`: while there is none, no ACK need be looked at. */
  isAwaiting(now: number): boolean {
    return now - this.#issued < PERIOD * 2;
  }

  /**
   * Whether a SYN that comes now may be the copy of one that got another number, from a secret that was
   * replaced since. Which of them the peer uses is told by its ACK, so that the SYN must not be remembered.
   */
  isReplaced(now: number): boolean {
    if (!this.isAwaiting(now)) return false;
    this.#rotate(now);
    return now - this.#issuedBefore < COPIES_MS;
  }

  /** The cookie was sent, so it may come back. */
  onSent(now: number): void {
    this.#issued = now;
  }

  /** Our initial sequence number for the SYN numbered `sequence` of a peer that takes segments of `mss`. */
  of(
    local: IpAddress,
    localPort: number,
    remote: IpAddress,
    remotePort: number,
    sequence: number,
    mss: number,
    now: number,
  ): number {
    this.#rotate(now);
    const secret = this.#period & 1;
    const head = (secret << 3) | mssClass(mss);
    const hash = this.#secrets[secret].of(local, localPort, remote, remotePort, sequence, head);
    return ((head << HASH_BITS) | (hash & HASH_MASK)) >>> 0;
  }

  /**
   * The MSS of the peer whose SYN was numbered `sequence` and who sent `cookie` back; 0 when we did not
   * issue it, or too long ago.
   */
  accept(
    local: IpAddress,
    localPort: number,
    remote: IpAddress,
    remotePort: number,
    sequence: number,
    cookie: number,
    now: number,
  ): number {
    if (!this.isAwaiting(now)) return 0;
    this.#rotate(now);
    const head = cookie >>> HASH_BITS;
    const secret = this.#secrets[head >>> 3];
    const hash = secret.of(local, localPort, remote, remotePort, sequence, head);
    return ((hash ^ cookie) & HASH_MASK) === 0 ? MSS_CLASSES[head & 7] : 0;
  }

  /** Replaces the secrets whose time is over. */
  #rotate(now: number): void {
    const period = Math.floor(now / PERIOD);
    const passed = period - this.#period;
    if (passed <= 0) return;
    this.#secrets[period & 1] = new TupleHash(this.#entropy);
    if (passed > 1) this.#secrets[(period + 1) & 1] = new TupleHash(this.#entropy);
    this.#period = period;
    this.#issuedBefore = this.#issued;
  }
}

/**
 * The newest timestamp up to `timestamp` that tells in its lowest bits what a peer offered in its SYN:
 * `windowScale` (-1: nothing) and whether it takes selective acknowledgments.
 */
export function cookieTimestamp(
  timestamp: number,
  windowScale: number,
  sackPermitted: boolean,
): number {
  const offer = (windowScale & SCALE_MASK) | (sackPermitted ? SACK_BIT : 0);
  const told = (timestamp & ~OFFER_MASK) | offer;
  return (((told - timestamp) | 0) > 0 ? told - OFFER_MASK - 1 : told) >>> 0;
}

/** The window scale in the echo of a {@link cookieTimestamp}; -1 when none was offered. */
export function cookieScale(echo: number): number {
  const scale = echo & SCALE_MASK;
  return scale === SCALE_MASK ? -1 : scale;
}

/** Whether a peer takes selective acknowledgments, by the echo of a {@link cookieTimestamp}. */
export function cookieSack(echo: number): boolean {
  return (echo & SACK_BIT) !== 0;
}

function mssClass(mss: number): number {
  let index = MSS_CLASSES.length - 1;
  while (index > 0 && MSS_CLASSES[index] > mss) index--;
  return index;
}

/** What links allow, with and without tunnels, over IPv4 and IPv6; the next lower one is taken. */
const MSS_CLASSES = [64, 536, 1220, 1360, 1400, 1440, 1460, 8940];
const PERIOD = 64_000;
/** How late a copy of a SYN may come that the peer sent before it had our answer: queues may be long. */
const COPIES_MS = 30_000;
const HASH_BITS = 28;
const HASH_MASK = 0x0fff_ffff;
/** Scales end at 14 (RFC 7323 section 2.3), so 15 says that there is none. */
const SCALE_MASK = 0x0f;
const SACK_BIT = 0x10;
const OFFER_MASK = 0x1f;
