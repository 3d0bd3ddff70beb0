import type { Change, Entry } from './entry.ts';
import { entryLength, entryOf } from './entry.ts';
import { RECORD_KIND } from './record.ts';
import type { JournalState } from './state.ts';
import { countEntry } from './state.ts';
import { isUserKey } from './values.ts';

/** What a record that was just written says, with its value. */
export interface NewChange extends Change {
  readonly value: Uint8Array;
}

/** Takes over a change that is durable. */
export function applyChange(state: JournalState, change: NewChange): void {
  const { index, cache } = state;
  const { kind, key, version } = change;
  if (kind === RECORD_KIND.put || kind === RECORD_KIND.move) {
    if (kind === RECORD_KIND.move && index.get(key)?.version !== version) return;
    const entry = entryOf(change);
    const before = index.set(key, entry);
    account(state, key, entry, before);
    const value = kind === RECORD_KIND.put ? change.value : before?.cached;
    if (value !== undefined && isUserKey(key)) cache.keep(entry, value);
  } else if (kind === RECORD_KIND.delete) {
    account(state, key, undefined, index.delete(key));
  }
}

function account(
  state: JournalState,
  key: string,
  after: Entry | undefined,
  before: Entry | undefined,
): void {
  if (after !== undefined) {
    state.segments.add(after.position, entryLength(key, after));
    countEntry(state, key, after, 1);
  }
  if (before !== undefined) {
    state.segments.add(before.position, -entryLength(key, before));
    countEntry(state, key, before, -1);
  }
}
