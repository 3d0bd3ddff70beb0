import type { Region } from '@atoll/device/fast';
import type { Host } from '@atoll/device/host';

/**
 * Our side of a ring that a peer shares (xen/include/public/io/ring.h): a page with four indices, free-running
 * 32 bits, and a power of two of slots. We write requests, the peer writes responses over them.
 *
 * The peer may write anything at any time: its index is read once and checked.
 */
export class FrontRing {
  /** Requests that were written, of which the peer has seen `published`. */
  produced = 0;
  published = 0;
  /** Responses that were read. */
  consumed = 0;
  /** The peer moved its index by more than there were requests. */
  isBroken = false;

  readonly #page: Uint32Array;
  readonly #size: number;
  readonly #fence: Host['fence'];

  constructor({ bytes }: Region, size: number, fence: Host['fence']) {
    this.#page = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    this.#size = size;
    this.#fence = fence;
    this.#page.fill(0);
    this.#page[REQUEST_EVENT] = 1;
    this.#page[RESPONSE_EVENT] = 1;
  }

  /** How many requests may still be written. */
  get room(): number {
    return this.#size - ((this.produced - this.consumed) >>> 0);
  }

  /** How many responses there are to read. */
  pending(): number {
    if (this.isBroken) return 0;
    const count = (this.#page[RESPONSE_PRODUCED] - this.consumed) >>> 0;
    if (count === 0) return 0;
    if (count > (this.published - this.consumed) >>> 0) {
      this.isBroken = true;
      return 0;
    }
    this.#fence();
    return count;
  }

  /** Shows the peer what was written; answers whether it wants to be told. */
  publish(): boolean {
    const before = this.published;
    if (this.produced === before) return false;
    this.#fence();
    this.#page[REQUEST_PRODUCED] = this.produced;
    this.#fence();
    this.published = this.produced;
    const event = this.#page[REQUEST_EVENT];
    return (this.produced - event) >>> 0 < (this.produced - before) >>> 0;
  }

  /** Asks to be told of the next response; answers false when it is there already. */
  arm(): boolean {
    this.#page[RESPONSE_EVENT] = this.consumed + 1;
    this.#fence();
    return this.pending() === 0;
  }
}

/** Where slots start, in bytes; before them are words. */
export const SLOTS = 64;
const REQUEST_PRODUCED = 0;
const REQUEST_EVENT = 1;
const RESPONSE_PRODUCED = 2;
const RESPONSE_EVENT = 3;
