import type { BlockPool } from '../buffer/blocks.ts';
import { BLOCK_SIZE, EXHAUSTED, PLENTY } from '../buffer/blocks.ts';
import type { SendBuffer } from '../buffer/send.ts';
import type { Connection } from '../connection/connection.ts';

/** Has a connection that may have to give way, and what {@link Eviction} remembers of it. */
export interface Evictable {
  readonly connection: Connection | undefined;
  /** The sequence number that the peer has to acknowledge next, and since when; -1 at first. */
  evictionGoal: number;
  evictionSince: number;
}

/**
 * Who has to give way when the reserve of the pool is needed: connections whose peers have taken next to
 * nothing of what waits for them for long. One such peer may have its reasons, many are an attack, and they
 * could go on for ever: who answers each probe of a closed window is alive (RFC 6429).
 *
 * As long as memory is short all are looked at from time to time. A peer makes progress when it acknowledges a
 * block, or all there is: a byte now and then is none.
 */
export class Eviction<T extends Evictable> {
  readonly #pool: BlockPool;
  /** When memory was short last, and since when that was never long ago. */
  #shortAt = Number.NEGATIVE_INFINITY;
  #began = 0;
  #nextTime = Number.POSITIVE_INFINITY;

  constructor(pool: BlockPool) {
    this.#pool = pool;
  }

  /** When to call `poll` at the latest; infinite as long as there is memory. */
  get nextTimeout(): number {
    return this.#nextTime;
  }

  /** Tells `evict` which of `items` are to end now; that gives back what they have to send. */
  poll(items: readonly T[], now: number, evict: (item: T) => void): void {
    const pool = this.#pool;
    const { shortage } = pool;
    if (this.#nextTime === Number.POSITIVE_INFINITY ? shortage === PLENTY : now < this.#nextTime) {
      return;
    }
    pool.shortage = PLENTY;
    if (shortage !== PLENTY) {
      if (now - this.#shortAt > PATIENCE_MS) this.#began = now;
      this.#shortAt = now;
    } else if (now - this.#shortAt > PATIENCE_MS) {
      this.#nextTime = Number.POSITIVE_INFINITY;
      return;
    }
    this.#nextTime = now + INTERVAL_MS;
    const waiting = this.#look(items, now, shortage === EXHAUSTED);
    if (shortage === PLENTY) return;
    waiting.sort((one, other) => one.evictionSince - other.evictionSince);
    for (const item of waiting) {
      if (pool.free > pool.reserve) return;
      evict(item);
    }
  }

  /** Looks how far all have come; answers those whose peers have made no progress for too long. */
  #look(items: readonly T[], now: number, isExhausted: boolean): T[] {
    const waiting: T[] = [];
    for (const item of items) {
      const block = item.connection?.block;
      if (block === undefined || block.send.length === 0) continue;
      const { send, isPersisting } = block;
      if (item.evictionSince < this.#began || ((send.start - item.evictionGoal) | 0) >= 0) {
        item.evictionGoal = goalOf(send);
        item.evictionSince = now;
      }
      const patience = isExhausted && isPersisting ? SHORT_PATIENCE_MS : PATIENCE_MS;
      if (now - item.evictionSince >= patience) waiting.push(item);
    }
    return waiting;
  }
}

function goalOf({ start, length }: SendBuffer): number {
  return (start + Math.min(length, BLOCK_SIZE)) >>> 0;
}

/** How long a peer may take nothing while others need the memory, */
const PATIENCE_MS = 10_000;
/** and when there is none left and it is the peer that closed its window, so that nothing was lost. */
const SHORT_PATIENCE_MS = 2000;
const INTERVAL_MS = 500;
