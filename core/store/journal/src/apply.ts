import type { Entry } from './entry.ts';
import { entryLength } from './entry.ts';
import type { NewRecord } from './record.ts';
import { RECORD_KIND, recordLength } from './record.ts';
import type { JournalState } from './state.ts';
import { countEntry } from './state.ts';
import { isUserKey } from './values.ts';

/** Takes over what a record says that is durable now. */
export function applyRecord(state: JournalState, record: NewRecord): void {
  const { kind, key } = record;
  if (kind === RECORD_KIND.put || kind === RECORD_KIND.move) put(state, record);
  else if (kind === RECORD_KIND.delete) remove(state, key);
}

function put(state: JournalState, record: NewRecord): void {
  const { index, segments, cache } = state;
  const { kind, key, position, valueLength, version } = record;
  const before = index.again(key, record.entry);
  if (kind === RECORD_KIND.move && before?.version !== version) return;
  const length = recordLength(key.length, valueLength);
  let held: Uint8Array | undefined;
  if (before === undefined) {
    segments.add(position, length);
  } else {
    const isAsLong = before.valueLength === valueLength;
    const lengthBefore = isAsLong ? length : recordLength(key.length, before.valueLength);
    segments.move(before.position, lengthBefore, position, length);
    state.cost += length - lengthBefore;
    held = before.cached;
  }
  const entry = index.put(key, record, before);
  if (before === undefined) countEntry(state, key, entry, 1);
  const value = kind === RECORD_KIND.put ? record.value : held;
  if (isUserKey(key)) cache.keep(entry, value);
}

function remove(state: JournalState, key: string): void {
  const { index, segments } = state;
  const before: Entry | undefined = index.get(key);
  if (before === undefined) return;
  segments.add(before.position, -entryLength(key, before));
  countEntry(state, key, before, -1);
  index.delete(key);
}
