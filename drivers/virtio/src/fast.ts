import type { FastPaths, Region } from '@atoll/device/fast';
import { NOTHING, Queue } from './queue.ts';

/** A {@link Queue} whose work per buffer is done in `assembly/index.ts`, on the same state. */
export class FastQueue extends Queue {
  readonly #state: number;
  readonly #offer: (state: number, id: number) => number;
  readonly #take: (state: number) => number;

  constructor(
    fast: FastPaths,
    shared: Region,
    state: Region,
    size: number,
    hasEventIndex: boolean,
  ) {
    super(shared, state, size, hasEventIndex);
    const { offer, take } = fast.load('driver-virtio');
    this.#state = state.address;
    this.#offer = offer;
    this.#take = take;
  }

  override offer(id: number): void {
    if (this.#offer(this.#state, id) === 0) throw new Error(`buffer ${id} was offered already`);
  }

  override take(): number {
    const taken = this.#take(this.#state);
    if (taken < 0) return NOTHING;
    this.length = taken >> 16;
    return taken & 0xffff;
  }
}
