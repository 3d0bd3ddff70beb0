/** Can wait in a {@link ReadyQueue}. */
export interface Waiting {
  isReady: boolean;
  nextReady: this | undefined;
}

/** Who has something to do, each at most once, in the order in which they came; made of the things themselves. */
export class ReadyQueue<T extends Waiting> {
  #first: T | undefined = undefined;
  #last: T | undefined = undefined;

  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  /** Puts `item` at the end, unless it waits already. */
  push(item: T): void {
    if (item.isReady) return;
    item.isReady = true;
    if (this.#last === undefined) this.#first = item;
    else this.#last.nextReady = item;
    this.#last = item;
  }

  shift(): T | undefined {
    const item = this.#first;
    if (item === undefined) return undefined;
    this.#first = item.nextReady;
    if (this.#first === undefined) this.#last = undefined;
    item.nextReady = undefined;
    item.isReady = false;
    return item;
  }
}
