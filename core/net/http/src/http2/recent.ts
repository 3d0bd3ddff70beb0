/** How the streams closed that closed last: by both sides' end or the peer's reset, or by a reset of ours. */
export class Recent {
  /** Of the streams in turn, the number, negative for one that we reset. */
  readonly #ids: number[] = [];
  #next = 0;

  add(id: number, how: 'ended' | 'reset'): void {
    this.#ids[this.#next] = how === 'reset' ? -id : id;
    this.#next = (this.#next + 1) % KEPT;
  }

  /** `undefined` for a stream that never was, or that closed long ago. */
  closing(id: number): 'ended' | 'reset' | undefined {
    if (this.#ids.includes(-id)) return 'reset';
    return this.#ids.includes(id) ? 'ended' : undefined;
  }
}

const KEPT = 128;
