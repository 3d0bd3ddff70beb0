/** A moment in monotonic milliseconds; `slot` is where the queue keeps it, -1 when it is not queued. */
export interface Deadline {
  deadline: number;
  slot: number;
}

/**
 * Deadlines in a binary heap that knows where each one is: to move or remove one costs O(log n).
 * A deadline of `Infinity` is never queued.
 */
export class DeadlineQueue<T extends Deadline> {
  readonly #heap: T[] = [];

  /** The earliest deadline; `Infinity` when there is none. */
  get next(): number {
    return this.#heap.length === 0 ? Number.POSITIVE_INFINITY : this.#heap[0].deadline;
  }

  /** Removes and answers the earliest item if its deadline is `now` or before. */
  due(now: number): T | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.deadline > now) return undefined;
    this.remove(first);
    return first;
  }

  /** Queues `item`, or moves it if it is queued. */
  set(item: T, deadline: number): void {
    item.deadline = deadline;
    if (deadline === Number.POSITIVE_INFINITY) {
      this.remove(item);
      return;
    }
    if (item.slot < 0) {
      item.slot = this.#heap.length;
      this.#heap.push(item);
    }
    this.#settle(item);
  }

  remove(item: T): void {
    const at = item.slot;
    if (at < 0) return;
    const last = this.#heap.pop() as T;
    item.slot = -1;
    if (last === item) return;
    last.slot = at;
    this.#heap[at] = last;
    this.#settle(last);
  }

  /** Moves `item` up or down until the heap is in order again. */
  #settle(item: T): void {
    const heap = this.#heap;
    let at = item.slot;
    for (;;) {
      const parent = (at - 1) >> 1;
      if (at === 0 || heap[parent].deadline <= item.deadline) break;
      heap[at] = heap[parent];
      heap[at].slot = at;
      at = parent;
    }
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1].deadline < heap[child].deadline) child++;
      if (heap[child].deadline >= item.deadline) break;
      heap[at] = heap[child];
      heap[at].slot = at;
      at = child;
    }
    heap[at] = item;
    item.slot = at;
  }
}
