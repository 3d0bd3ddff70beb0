import type { Entry, Stored } from './entry.ts';
import { entryOf } from './entry.ts';
import type { LeafVisitor, TreeView } from './tree.ts';
import { Tree } from './tree.ts';

/**
 * What is on the disk for certain: an entry for each key, to be found at once and in the order of keys.
 * Snapshots keep the entries that there are: those are replaced when they change, others are changed.
 */
export class Index implements TreeView<Entry> {
  readonly #tree = new Tree<Entry>();
  readonly #entries = new Map<string, Entry>();
  /** No snapshot has entries of this edition. */
  #edition = 0;

  get(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  /** The entry of `key`, where `known` is the one that it had, if it had one, at some time since when it was not deleted. */
  again(key: string, known: Entry | undefined): Entry | undefined {
    // Entries of this edition are changed where they are.
    return known?.edition === this.#edition ? known : this.#entries.get(key);
  }

  /** Notes where `key` is `stored` now; answers its entry, which holds a value in memory if it did before. */
  put(key: string, stored: Stored, known = this.#entries.get(key)): Entry {
    if (known?.edition === this.#edition) {
      known.position = stored.position;
      known.version = stored.version;
      known.valueLength = stored.valueLength;
      known.isInPieces = stored.isInPieces;
      return known;
    }
    const entry = entryOf(stored, this.#edition);
    this.#entries.set(key, entry);
    this.#tree.set(key, entry);
    return entry;
  }

  delete(key: string): void {
    this.#entries.delete(key);
    this.#tree.delete(key);
  }

  /** The index as it is now; later changes do not show in it. */
  snapshot(): TreeView<Entry> {
    this.#edition++;
    return this.#tree.snapshot();
  }

  /** Keys from `key` on, in order, while nothing changes. */
  from(key: string): Generator<[string, Entry]> {
    return this.#tree.from(key);
  }

  /** Visits keys from `key` on, in order, until `visit` answers false; it may change nothing. */
  visit(key: string, visit: (key: string, entry: Entry) => boolean): void {
    this.#tree.visit(key, (keys, entries, from) => {
      for (let at = from; at < keys.length; at++) if (!visit(keys[at], entries[at])) return false;
      return true;
    });
  }

  /** The same with many keys at a time. */
  visitLeaves(key: string, visit: LeafVisitor<Entry>): void {
    this.#tree.visit(key, visit);
  }
}
