import { u32 } from '@atoll/bytes/field';
import { memoryDisk } from '@atoll/device/memory-disk';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { format, hex, Machine, text } from './machine.ts';

const BLOCK = 512;
const MAGIC = 0x414a_4752;

/** Where groups of so many records lie, and their lengths. */
function groupsOf(contents: Uint8Array, count: number): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  for (let start = 0; start < contents.length; start += BLOCK) {
    if (u32(contents, start) !== MAGIC || u32(contents, start + 64) !== count) continue;
    found.push({ start, end: start + u32(contents, start + 4) });
  }
  return found;
}

/** Values of which four and no fifth fit into a group. */
function puts(names: string, fill: number) {
  return [...names].map((name) => ({ key: text(name), value: new Uint8Array(15_000).fill(fill) }));
}

describe('what is left of a round that was dropped', () => {
  it('is no part of a later one that would fill its gap', () => {
    const contents = new Uint8Array(0x200_0000);
    const disk = memoryDisk({ blockCount: contents.length / BLOCK, contents });
    format(disk);
    const first = new Machine(disk, { entropy: new Random(1) });
    first.open();
    first.write({ key: text('before'), value: text('v') });
    first.write(...puts('abcde', 1));
    const [lost, ...others] = groupsOf(contents, 4);
    expect(others).toEqual([]);
    // The power failed before the first group was written, and after the second was.
    contents.fill(0, lost.start, lost.end);

    const second = new Machine(disk, { entropy: new Random(2) });
    expect(second.open()).toMatchObject({ keys: 1, unfinished: 1 });
    // As many records as were lost, and as long: what is left over has the numbers that would come next.
    expect(second.write(...puts('abcd', 2))).toBeUndefined();

    const third = new Machine(disk);
    third.open();
    const found = [...third.contents()].map(([key, value]) => key + value.slice(0, 2));
    expect(found).toEqual(['6102', '6202', '6302', '6402', `${hex(text('before'))}76`].sort());
    expect(third.journal.status.damage).toEqual([]);
  });
});
