/** Has a time at which something is due. */
export interface Timed {
  /** For {@link Timers}: the time, and the place in the heap, -1 when there is none. */
  timerTime: number;
  timerIndex: number;
}

/**
 * When each of many things is due: a binary heap that is made of the things themselves, so that a change
 * costs no memory.
 */
export class Timers<T extends Timed> {
  readonly #heap: T[] = [];

  /** The earliest time; `Infinity` when nothing is due ever. */
  get nextTime(): number {
    return this.#heap.length === 0 ? Number.POSITIVE_INFINITY : this.#heap[0].timerTime;
  }

  /** All things that have a time, in no order that means anything. */
  get items(): readonly T[] {
    return this.#heap;
  }

  /** Has `item` be due at `time`; `Infinity` takes it out. */
  set(item: T, time: number): void {
    if (time === Number.POSITIVE_INFINITY) {
      this.remove(item);
      return;
    }
    const isNew = item.timerIndex < 0;
    const before = item.timerTime;
    item.timerTime = time;
    if (isNew) {
      this.#heap.push(item);
      this.#rise(item, this.#heap.length - 1);
    } else if (time < before) {
      this.#rise(item, item.timerIndex);
    } else if (time > before) {
      this.#sink(item, item.timerIndex);
    }
  }

  remove(item: T): void {
    const at = item.timerIndex;
    if (at < 0) return;
    item.timerIndex = -1;
    const last = this.#heap.pop() as T;
    if (last === item) return;
    if (last.timerTime < item.timerTime) this.#rise(last, at);
    else this.#sink(last, at);
  }

  /** Takes the earliest out, if it is due at `now`. */
  shift(now: number): T | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.timerTime > now) return undefined;
    this.remove(first);
    return first;
  }

  #rise(item: T, from: number): void {
    const heap = this.#heap;
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent.timerTime <= item.timerTime) break;
      heap[at] = parent;
      parent.timerIndex = at;
      at = above;
    }
    heap[at] = item;
    item.timerIndex = at;
  }

  #sink(item: T, from: number): void {
    const heap = this.#heap;
    const { length } = heap;
    let at = from;
    for (let below = at * 2 + 1; below < length; below = at * 2 + 1) {
      if (below + 1 < length && heap[below + 1].timerTime < heap[below].timerTime) below++;
      const child = heap[below];
      if (child.timerTime >= item.timerTime) break;
      heap[at] = child;
      child.timerIndex = at;
      at = below;
    }
    heap[at] = item;
    item.timerIndex = at;
  }
}
