import type { FastPaths, Region } from '@atoll/device/fast';
import type { Host } from '@atoll/device/host';

export const PAGE = 4096;

/** Pages that follow one another, and the references under which a peer knows them. */
export interface SharedPages {
  readonly region: Region;
  readonly references: readonly number[];
  /** Which of the domain's lives it was shared in. */
  readonly life: number;
}

export type Grants = Pick<Host, 'grantAccess' | 'grantEnd'>;

/**
 * Memory that peers share. Pages are never given back to the program: what a peer keeps mapped after we have
 * taken its access back waits here until the peer lets go, and only then is shared again.
 */
export class PagePool {
  readonly #grants: Grants;
  readonly #fast: Pick<FastPaths, 'allocate'>;
  readonly #free = new Map<number, Region[]>();
  readonly #held: SharedPages[] = [];
  #life = 0;

  constructor(grants: Grants, fast: Pick<FastPaths, 'allocate'>) {
    this.#grants = grants;
    this.#fast = fast;
  }

  /** How many pages peers keep though they should not. */
  get held(): number {
    return this.#held.reduce((sum, { references }) => sum + references.length, 0);
  }

  /** Shares `count` pages with `domain`; `undefined` when there is nothing left to share with. */
  share(domain: number, count: number, isReadOnly = false): SharedPages | undefined {
    this.#collect();
    if (this.held > HELD_LIMIT) return undefined;
    const life = this.#life;
    const region = this.#free.get(count)?.pop() ?? this.#allocate(count);
    const references: number[] = [];
    for (let page = 0; page < count; page++) {
      const address = region.address + page * PAGE;
      const reference = this.#grants.grantAccess(domain, address, isReadOnly);
      if (reference < 0) {
        this.release({ region, references, life });
        return undefined;
      }
      references.push(reference);
    }
    return { region, references, life };
  }

  /** Takes the peer's access back. */
  release({ region, references, life }: SharedPages): void {
    if (life !== this.#life) {
      this.#give(region);
      return;
    }
    const inUse = references.filter((reference) => !this.#grants.grantEnd(reference));
    if (inUse.length > 0) this.#held.push({ region, references: inUse, life });
    else this.#give(region);
  }

  /** After a resume: nothing is shared any more. */
  restart(): void {
    this.#life++;
    this.#collect();
  }

  /** Looks whether peers have let go of what they kept. */
  #collect(): void {
    for (const pages of this.#held.splice(0)) this.release(pages);
  }

  #give(region: Region): void {
    const count = region.bytes.length / PAGE;
    const free = this.#free.get(count) ?? [];
    free.push(region);
    this.#free.set(count, free);
  }

  /** Single pages come in slabs: each piece of memory loses one page to be aligned. */
  #allocate(count: number): Region {
    const total = count === 1 ? SLAB : count;
    const { bytes, address } = this.#fast.allocate((total + 1) * PAGE);
    const skip = (PAGE - (address % PAGE)) % PAGE;
    for (let page = count; page < total; page++) this.#give(cut(page, 1));
    return cut(0, count);

    function cut(first: number, length: number): Region {
      const start = skip + first * PAGE;
      return { bytes: bytes.subarray(start, start + length * PAGE), address: address + start };
    }
  }
}

const SLAB = 32;

/** So many pages in the hands of peers that are gone are too many. */
const HELD_LIMIT = 2048;
