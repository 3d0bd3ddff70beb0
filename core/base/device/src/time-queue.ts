/** Items in the order of their times, those of one time in the order in which they came (a binary heap). */
export class TimeQueue<T> {
  readonly #heap: Entry<T>[] = [];
  #pushed = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** The time of the first item; `Infinity` when there is none. */
  get nextTime(): number {
    return this.#heap.length === 0 ? Number.POSITIVE_INFINITY : this.#heap[0].time;
  }

  push(time: number, item: T): void {
    const heap = this.#heap;
    const entry = { time, order: this.#pushed++, item };
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(entry, heap[parent])) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = entry;
  }

  shift(): T | undefined {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined) return undefined;
    if (heap.length === 0) return last.item;
    const first = heap[0];
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child++;
      if (before(last, heap[child])) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return first.item;
  }
}

interface Entry<T> {
  readonly time: number;
  readonly order: number;
  readonly item: T;
}

function before(one: Entry<unknown>, other: Entry<unknown>): boolean {
  return one.time < other.time || (one.time === other.time && one.order < other.order);
}
