import { plainSipHash } from '@atoll/bytes/fast';
import type { BlockDevice, BlockRequest } from '@atoll/device/block';
import { heapMemory } from '@atoll/device/frame';
import { memoryDisk } from '@atoll/device/memory-disk';
import type { DiskLabel } from '@atoll/disk/label';
import { regionOf, writeLabel } from '@atoll/disk/label';
import { labelCopyOffset, planDisk } from '@atoll/disk/layout';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { createJournal, NEW_JOURNAL_LENGTH } from '../src/create.ts';
import type { StoreOptions } from '../src/store.ts';
import { damageText, Store } from '../src/store.ts';
import { IDENTITY, text } from './machine.ts';

const SIZE = 0x30_0000;

function labelled(): { contents: Uint8Array; label: DiskLabel; disk: BlockDevice } {
  const plan = { owner: 'dnsvizor', blockSize: 512, size: SIZE, identity: IDENTITY, journal: true };
  const planned = planDisk(plan);
  if (!planned.ok) throw new Error(planned.error.reason);
  const label = planned.value;
  const contents = new Uint8Array(SIZE);
  contents.set(writeLabel(label));
  contents.set(writeLabel(label), labelCopyOffset(SIZE));
  const region = regionOf(label, 'journal');
  if (region === undefined) throw new Error('no journal');
  const options = { ...region, blockSize: 512, identity: IDENTITY, hash: plainSipHash };
  const made = createJournal(options, heapMemory(NEW_JOURNAL_LENGTH));
  if (made.ok) contents.set(made.value, region.offset);
  const disk = memoryDisk({ blockCount: SIZE / 512, contents });
  return { contents, label, disk };
}

/** A disk whose requests, or reads, are not done before that is wanted. */
function slowDisk(disk: BlockDevice) {
  const ended: BlockRequest[] = [];
  const held: BlockRequest[] = [];
  return {
    ...disk,
    holds: false,
    isFull: false,
    readsLate: false,
    submit(request: BlockRequest): boolean {
      if (this.isFull) return false;
      held.push(request);
      return true;
    },
    complete(): BlockRequest | undefined {
      for (const request of held.splice(0)) {
        if (this.holds || (this.readsLate && request.operation === 'read')) held.push(request);
        else {
          disk.submit(request);
          const done = disk.complete();
          if (done !== undefined) ended.push(done);
        }
      }
      return ended.shift();
    },
  };
}

function start(disk: BlockDevice, { owner = 'dnsvizor', ...more }: Partial<StoreOptions> = {}) {
  const loop = { now: 0, wakes: 0, next: 0 };
  const store = new Store(disk, {
    owner,
    hash: plainSipHash,
    allocate: heapMemory,
    entropy: new Random(4),
    wake: () => loop.wakes++,
    ...more,
  });
  const poll = () => {
    loop.next = store.poll(loop.now);
  };
  poll();
  return { store, loop, poll };
}

async function reason(disk: BlockDevice, owner?: string): Promise<string> {
  const opened = await start(disk, { owner }).store.opened;
  return opened.ok ? 'it opened' : opened.error.reason;
}

describe('a store', () => {
  it('keeps what it is given', async () => {
    const { disk } = labelled();
    const { store, loop, poll } = start(disk);
    expect(await store.opened).toMatchObject({ value: { keys: 0, owner: 'dnsvizor', damage: [] } });
    const put = store.put(text('a'), text('1'));
    const both = store.commit([{ key: text('b'), value: text('2') }]);
    expect(loop.wakes).toBe(1);
    poll();
    expect(await Promise.all([put, both])).toEqual([
      { ok: true, value: undefined },
      { ok: true, value: undefined },
    ]);
    const snapshot = store.snapshot();
    const deleted = store.delete(text('a'));
    poll();
    await deleted;
    const reads = [store.get(text('a')), store.get(text('a'), snapshot), store.get(text('b'))];
    poll();
    expect((await Promise.all(reads)).map((read) => read.ok && read.value)).toEqual([
      undefined,
      text('1'),
      text('2'),
    ]);
    store.release(snapshot);
    expect([...store.keys(text(''))]).toEqual([text('b')]);
    const again = start(disk);
    expect(await again.store.opened).toMatchObject({ value: { keys: 1 } });
  });

  it('answers at once what is in memory or on a prompt device', async () => {
    const { disk } = labelled();
    const { store, poll } = start(disk, { cacheBytes: 0 });
    await store.opened;
    const put = store.put(text('a'), text('1'));
    expect(store.peek(text('a'))).toEqual({ ok: true, value: undefined });
    poll();
    await put;
    const { reads } = disk.counters;
    expect(store.peek(text('a'))).toEqual({ ok: true, value: text('1') });
    expect(disk.counters.reads).toBe(reads + 1);

    const cached = start(disk);
    await cached.store.opened;
    const snapshot = cached.store.snapshot();
    cached.store.put(text('a'), text('2'));
    cached.poll();
    const before = disk.counters.reads;
    expect(cached.store.peek(text('a'))).toEqual({ ok: true, value: text('2') });
    expect(disk.counters.reads).toBe(before);
    expect(cached.store.peek(text('a'), snapshot)).toEqual({ ok: true, value: text('1') });
    expect(disk.counters.reads).toBe(before + 1);
  });

  it('waits for a device that is slow, and for one that takes nothing more', async () => {
    const { disk } = labelled();
    const slow = slowDisk(disk);
    const { store, poll, loop } = start(slow, { cacheBytes: 0 });
    await store.opened;
    store.commit(['a', 'b'].map((key) => ({ key: text(key), value: text(`${key}1`) })));
    poll();

    slow.holds = true;
    const { wakes } = loop;
    const late = store.get(text('a'));
    expect(loop.wakes).toBe(wakes + 1);
    expect(store.peek(text('b'))).toBeUndefined();
    slow.isFull = true;
    const later = store.get(text('b'));
    poll();
    slow.isFull = false;
    slow.holds = false;
    poll();
    expect(await late).toEqual({ ok: true, value: text('a1') });
    expect(await later).toEqual({ ok: true, value: text('b1') });
    expect(await store.get(text('b'))).toEqual({ ok: true, value: text('b1') });
    expect(store.peek(text('a'))).toEqual({ ok: true, value: text('a1') });
  });

  it('writes over nothing that a late read needs', async () => {
    const { disk } = labelled();
    const slow = slowDisk(disk);
    const { store, poll } = start(slow, { cacheBytes: 0 });
    await store.opened;
    store.put(text('a'), new Uint8Array(2000).fill(1));
    poll();
    slow.readsLate = true;
    const late = store.get(text('a'));
    for (let round = 0; round < 3000; round++) {
      store.put(text('a'), new Uint8Array(2000).fill(2));
      poll();
    }
    expect(store.status.begunSegments).toBeGreaterThan(2 * store.status.segmentCount);
    slow.readsLate = false;
    poll();
    expect(await late).toEqual({ ok: true, value: new Uint8Array(2000).fill(1) });
  });

  it('writes down after a second of quiet that all is durable', async () => {
    const { disk } = labelled();
    const { store, loop, poll } = start(disk);
    await store.opened;
    store.put(text('a'), text('1'));
    poll();
    const { writes } = disk.counters;
    expect(loop.next).toBe(1000);
    loop.now = 1000;
    poll();
    poll();
    expect(disk.counters.writes).toBe(writes + 1);
    expect(loop.next).toBe(Number.POSITIVE_INFINITY);
  });

  it('opens with one of two labels, and says so', async () => {
    const { contents, disk } = labelled();
    contents[20] ^= 1;
    const opened = await start(disk).store.opened;
    expect(opened).toMatchObject({
      value: { damage: ['the label: its label is damaged; its copy serves'] },
    });
  });

  it('refuses other disks', async () => {
    const { disk, label, contents } = labelled();
    expect(await reason(disk, 'echo')).toBe('it belongs to dnsvizor, not to echo');
    expect(await reason(memoryDisk({ blockCount: 4096 }))).toContain('it is blank');
    expect(await reason(memoryDisk({ blockCount: 8 }))).toBe('it has 4096 bytes only');
    const bare = writeLabel({ ...label, regions: label.regions.slice(0, 1) });
    contents.set(bare);
    contents.set(bare, labelCopyOffset(SIZE));
    expect(await reason(disk)).toBe('it has no region for a journal');
  });

  it('must be open', () => {
    const { disk } = labelled();
    const store = new Store(disk, {
      owner: undefined,
      hash: plainSipHash,
      allocate: heapMemory,
      entropy: new Random(4),
      wake: () => undefined,
    });
    expect(() => store.put(text('a'), text('1'))).toThrow('not open');
  });
});

it('shows keys in logs as text', () => {
  expect(damageText({ block: 7, key: text('a b\\\xff'), what: 'it is gone' })).toBe(
    'block 7, key a\\x20b\\x5c\\xff: it is gone',
  );
  expect(damageText({ block: 7, key: undefined, what: 'it is gone' })).toBe('block 7: it is gone');
});
