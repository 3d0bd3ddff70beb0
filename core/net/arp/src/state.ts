import type { TableEntry } from '@atoll/neighbours/table';
import { NeighbourTable } from '@atoll/neighbours/table';

/** What is known about one neighbour; only those that were used are asked again. */
export interface Neighbour<Item> extends TableEntry<Item> {
  readonly address: number;
  /** `undefined` while it is being asked for. */
  mac: number | undefined;
  /** When to act next, in monotonic milliseconds. */
  timeout: number;
  /** Requests that were sent without an answer. */
  asked: number;
}

/** The neighbours on one link. */
export class Neighbours<Item extends { readonly length: number }> extends NeighbourTable<
  Neighbour<Item>,
  Item
> {
  /** Adds a neighbour that is not there yet. */
  add(address: number, mac: number | undefined, timeout: number): Neighbour<Item> {
    return this.insert({ address, mac, used: mac === undefined, timeout, asked: 0, waiting: [] });
  }
}
