import type { Entropy } from '@atoll/device/system';
import { randomBits } from '../random.ts';

export interface DetectionOptions {
  readonly entropy: Entropy;
  /** How many probes are sent: DupAddrDetectTransmits; with 0 every address counts as unique. */
  readonly probes: number;
  /** When the first is sent, in monotonic milliseconds. */
  readonly start: number;
}

/**
 * Finds out whether anybody else has one address of ours (RFC 4862 section 5.4). Each probe has a nonce, by
 * which it is known when the link brings it back (RFC 7527); then there is more probing, for as long as the
 * loop lasts.
 */
export class DuplicateDetection {
  nextTimeout: number;
  readonly #entropy: Entropy;
  readonly #nonces: number[] = [];
  #remaining: number;
  #isLooped = false;

  constructor({ entropy, probes, start }: DetectionOptions) {
    this.#entropy = entropy;
    this.#remaining = probes;
    this.nextTimeout = start;
  }

  /**
   * What is to be done at `now`: a probe with a nonce, or nothing more because the address is unique.
   * `interval` is RetransTimer in milliseconds.
   */
  poll(now: number, interval: number): { readonly nonce: number } | 'unique' | undefined {
    if (now < this.nextTimeout) return undefined;
    if (this.#remaining === 0) {
      if (!this.#isLooped) return 'unique';
      this.#remaining = PROBES_WHEN_LOOPED;
    }
    this.#remaining--;
    this.#isLooped = false;
    const nonce = Number(randomBits(this.#entropy, 48));
    this.#nonces.push(nonce);
    if (this.#nonces.length > REMEMBERED) this.#nonces.shift();
    this.nextTimeout = now + interval;
    return { nonce };
  }

  /** Somebody probes for the address. Answers whether that was another host, which makes it a duplicate. */
  isProbeOfOthers(nonce: number | undefined): boolean {
    if (nonce === undefined || !this.#nonces.includes(nonce)) return true;
    this.#isLooped = true;
    return false;
  }
}

/** MAX_MULTICAST_SOLICIT (RFC 7527 section 4.1). */
const PROBES_WHEN_LOOPED = 3;
/** Nonces that may still come back. */
const REMEMBERED = 8;
