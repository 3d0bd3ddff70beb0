import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cache } from '../src/cache.ts';
import type { Stored } from '../src/entry.ts';
import { entryOf } from '../src/entry.ts';
import { Index } from '../src/index.ts';
import type { TreeView } from '../src/tree.ts';

const keys = fc.integer({ min: 0, max: 300 }).map((number) => `key ${number}`);
const stored: fc.Arbitrary<Stored> = fc.record({
  position: fc.maxSafeNat(),
  version: fc.maxSafeNat(),
  valueLength: fc.nat(5000),
  isInPieces: fc.boolean(),
});
const changes = fc.oneof(
  { weight: 8, arbitrary: fc.record({ key: keys, stored }) },
  { weight: 2, arbitrary: fc.record({ key: keys, stored: fc.constant(undefined) }) },
  { weight: 1, arbitrary: fc.constant('snapshot' as const) },
);

/** What a view says, in its order, without what is only in memory. */
function contents(view: Pick<TreeView<Stored>, 'from'>): [string, Stored][] {
  return Array.from(view.from(''), ([key, { position, version, valueLength, isInPieces }]) => [
    key,
    { position, version, valueLength, isInPieces },
  ]);
}

function sorted(model: ReadonlyMap<string, Stored>): [string, Stored][] {
  return [...model].sort(([one], [other]) => (one < other ? -1 : 1));
}

describe('the index', () => {
  it('says what was put last, in the order of keys, and what it said to each snapshot', () => {
    fc.assert(
      fc.property(fc.array(changes, { maxLength: 400, size: 'max' }), (list) => {
        const index = new Index();
        const model = new Map<string, Stored>();
        const snapshots: { view: TreeView<Stored>; expected: [string, Stored][] }[] = [];
        for (const change of list) {
          if (change === 'snapshot') {
            snapshots.push({ view: index.snapshot(), expected: sorted(model) });
          } else if (change.stored === undefined) {
            index.delete(change.key);
            model.delete(change.key);
          } else {
            index.put(change.key, change.stored);
            model.set(change.key, change.stored);
          }
        }
        snapshots.push({ view: index, expected: sorted(model) });
        for (const { view, expected } of snapshots) {
          expect(contents(view)).toEqual(expected);
          for (const [key, stored] of expected) expect(view.get(key)).toMatchObject(stored);
          expect(view.get('no key')).toBeUndefined();
        }
        const visited: string[] = [];
        index.visit('key 2', (key) => visited.push(key) < 20);
        const following = sorted(model).flatMap(([key]) => (key >= 'key 2' ? [key] : []));
        expect(visited).toEqual(following.slice(0, 20));
      }),
      { numRuns: 60 },
    );
  });
});

describe('the cache', () => {
  it('holds no more bytes than it may, whatever becomes of the values', () => {
    const step = fc.record({
      which: fc.nat(30),
      length: fc.option(fc.nat(200)),
      isUsed: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
        const cache = new Cache(1000);
        const about = { position: 1, version: 1, valueLength: 1, isInPieces: false };
        const entries = Array.from({ length: 31 }, () => entryOf(about, 0));
        for (const { which, length, isUsed } of steps) {
          const value = length === null ? undefined : new Uint8Array(length);
          cache.keep(entries[which], value);
          entries[which].isUsed = isUsed;
          const { cached } = entries[which];
          expect(cached === undefined || cached === value).toBe(true);
          const held = entries.flatMap(({ cached }) => (cached ? [cached.length + 64] : []));
          expect(held.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(1000);
        }
      }),
      { numRuns: 200 },
    );
  });
});
