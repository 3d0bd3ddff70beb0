import type { ReceiveBuffer } from './receive.ts';

/**
 * What the peer is told that it may send. It only ever grows to the right, in steps that are worth a
 * segment (RFC 9293 section 3.8.6.2.2), and the buffer behind it grows with what the application takes.
 *
 * Polling order: `announce` for each segment that is sent; `onConsumed` after the application took bytes,
 * then `isUpdateDue` says whether the peer must hear of it now.
 */
export class ReceiveWindow {
  /** Shift count of the window field (RFC 7323 section 2.2); 0 in segments with SYN. */
  scale = 0;
  /** The largest segment that the peer sends. */
  mss: number;
  readonly #buffer: ReceiveBuffer;
  readonly #maximum: number;
  /** The sequence number up to which the peer was ever allowed to send. */
  #edge = 0;
  /** The measurement that goes on: since when, and how much the application took. */
  #since = 0;
  #taken = 0;
  /** The most that it took in one. */
  #most: number;

  /** The limit of `buffer` may rise up to `maximum`. */
  constructor(buffer: ReceiveBuffer, mss: number, maximum: number) {
    this.#buffer = buffer;
    this.mss = mss;
    this.#maximum = Math.min(maximum, MAXIMUM_WINDOW);
    this.#most = buffer.limit / 2;
  }

  /** Nothing was announced yet; the buffer expects its first byte. */
  reset(now: number): void {
    this.#edge = this.#buffer.next;
    this.#since = now;
  }

  /**
   * RCV.WND: how many bytes from the next expected one on the peer was ever allowed to send. The window
   * field may say up to one unit of its scale less, and all the same this is what has to be accepted
   * (RFC 7323 section 2.4).
   */
  get size(): number {
    return Math.max((this.#edge - this.#buffer.next) | 0, 0);
  }

  /** The window field of a segment that is about to be sent. */
  announce(): number {
    const { next } = this.#buffer;
    const free = this.#free();
    let size = this.size;
    const step = free - size;
    if (step >= this.mss || step * 2 >= this.#buffer.limit) size = free;
    const { scale } = this;
    // A window that was announced stays open to the byte where there is room to round up.
    let units = (size + (1 << scale) - 1) >>> scale;
    if (units << scale > free || units > MAXIMUM_FIELD) units = size >>> scale;
    if (units > MAXIMUM_FIELD) units = MAXIMUM_FIELD;
    const edge = (next + (units << scale)) >>> 0;
    if (((edge - this.#edge) | 0) > 0) this.#edge = edge;
    return units;
  }

  /**
   * Whether so much room was gained since the last segment that the peer must be told: two segments, and
   * a part of the window that is worth a segment of its own.
   */
  get isUpdateDue(): boolean {
    const { limit } = this.#buffer;
    const { size } = this;
    const step = this.#free() - size;
    if (step * 2 >= limit) return true;
    if (step < 2 * this.mss) return false;
    return step * 4 >= limit || size * 8 <= limit || limit <= 8 * this.mss;
  }

  /**
   * The application took `count` bytes. When it takes more in a round trip of `rtt` ms than ever before,
   * the buffer shall hold twice that, so that it is not what limits a sender that doubles its window.
   */
  onConsumed(count: number, now: number, rtt: number): void {
    this.#taken += count;
    if (now - this.#since < Math.max(rtt, SHORTEST_MS)) return;
    const taken = this.#taken;
    this.#taken = 0;
    this.#since = now;
    if (taken <= this.#most) return;
    this.#most = taken;
    const buffer = this.#buffer;
    const wanted = Math.min(2 * taken + SPARE_SEGMENTS * this.mss, this.#maximum);
    if (wanted > buffer.limit && !buffer.pool.isTight) buffer.limit = wanted;
  }

  /** What the peer may be allowed to send from the next expected byte on; little when memory is. */
  #free(): number {
    const { limit, available, pool } = this.#buffer;
    const held = pool.isTight ? Math.min(limit, TIGHT_SEGMENTS * this.mss) : limit;
    return held - available;
  }
}

/** What a window field can say with the largest shift count (RFC 7323 section 2.3). */
const MAXIMUM_FIELD = 0xffff;
const MAXIMUM_WINDOW = MAXIMUM_FIELD << 14;
/** A link without delay gives no meaning to what is taken in no time. */
const SHORTEST_MS = 1;
/** For what a sender in slow start adds while the window is on its way. */
const SPARE_SEGMENTS = 16;
const TIGHT_SEGMENTS = 4;
