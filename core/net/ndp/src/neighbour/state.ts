import type { TableEntry } from '@atoll/neighbours/table';
import { NeighbourTable } from '@atoll/neighbours/table';

/**
 * How sure we are of where a neighbour is (RFC 4861 section 5.1):
 * - `incomplete`: it is being asked for,
 * - `reachable`: it was heard of lately,
 * - `stale`: it was heard of once; nothing happens until it is used,
 * - `delay`: it was used; perhaps upper layers hear of it,
 * - `probe`: it is being asked whether it is there.
 */
export type Reachability = 'incomplete' | 'reachable' | 'stale' | 'delay' | 'probe';

/** What is known about one neighbour. */
export interface Neighbour<Item> extends TableEntry<Item> {
  readonly address: bigint;
  /** `undefined` while it is incomplete. */
  mac: number | undefined;
  state: Reachability;
  /** Whether it said of itself that it is one. */
  isRouter: boolean;
  /** When to act next, in monotonic milliseconds. */
  timeout: number;
  /** Solicitations that were sent without an answer. */
  asked: number;
}

/**
 * The neighbours on one link. Those who are only asked for were not used yet, so who has us ask for all
 * addresses of a network (RFC 6583) pushes out his own questions first.
 */
export class Neighbours<Item extends { readonly length: number }> extends NeighbourTable<
  Neighbour<Item>,
  Item
> {
  /** Adds a neighbour that is not there yet: incomplete, or stale when its `mac` is known. */
  add(address: bigint, mac: number | undefined, timeout: number): Neighbour<Item> {
    return this.insert({
      address,
      mac,
      state: mac === undefined ? 'incomplete' : 'stale',
      isRouter: false,
      used: false,
      timeout,
      asked: 0,
      waiting: [],
    });
  }
}
