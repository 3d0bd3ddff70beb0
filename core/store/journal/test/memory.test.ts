import { memoryDisk } from '@atoll/device/memory-disk';
import { describe, expect, it } from 'vitest';
import { indexMemoryFor } from '../src/values.ts';
import { format, Machine, text } from './machine.ts';

const FULL = 'there is no memory left for more keys';

function opened(indexMemory: number) {
  const disk = memoryDisk({ blockCount: 4096 });
  format(disk);
  const machine = new Machine(disk, { indexMemory });
  machine.open();
  return { disk, machine };
}

function key(number: number): Uint8Array {
  return text(String(number).padStart(4, '0'));
}

function put(number: number, value = 'v') {
  return { key: key(number), value: text(value) };
}

describe('the memory of the index', () => {
  it('bounds the number of keys, and nothing else', () => {
    const { machine } = opened(indexMemoryFor(10, 4));
    const { journal, events } = machine;
    for (let number = 0; number < 64; number++) journal.commit([put(number)]);
    machine.run();
    const failures = events.flatMap((event) =>
      event.kind === 'written' && event.failure ? [event.failure] : [],
    );
    expect(failures).toEqual(Array.from({ length: 54 }, () => ({ kind: 'full', reason: FULL })));
    expect(journal.status.keys).toBe(10);

    expect(machine.write(put(3, 'another'))).toBeUndefined();
    expect(machine.write({ key: key(4), value: undefined }, put(70))).toBeUndefined();
    expect(machine.write({ key: key(5), value: undefined }, put(71), put(72))).toBe(FULL);
    expect(machine.write({ key: key(5), value: undefined })).toBeUndefined();
    expect(machine.write(put(73))).toBeUndefined();
    expect(machine.write(put(74))).toBe(FULL);
    expect(machine.read(key(3))).toEqual(text('another'));
  });

  it('counts pieces of values, and gives them back', () => {
    const { machine } = opened(indexMemoryFor(10, 4));
    const long = { key: key(1), value: new Uint8Array(12_000) };
    expect(machine.write(long)).toBeUndefined();
    expect(machine.write({ ...long, key: key(2) })).toBe(FULL);
    expect(machine.write({ key: key(1), value: undefined })).toBeUndefined();
    expect(machine.write({ ...long, key: key(2) })).toBeUndefined();
  });

  it('is told right when batches of one round concern the same keys', () => {
    const { machine } = opened(indexMemoryFor(2, 4));
    const { journal, events } = machine;
    machine.write(put(1));
    const gone = { key: key(1), value: undefined };
    for (const batch of [[put(2)], [put(2, 'again')], [gone], [gone], [put(3)], [put(4)]]) {
      journal.commit(batch);
    }
    events.length = 0;
    machine.run();
    const answers = events.map((event) => event.kind === 'written' && event.failure?.reason);
    expect(answers).toEqual([undefined, undefined, undefined, undefined, undefined, FULL]);
  });

  it('refuses a disk that needs more, and reads no more of it than that takes', () => {
    const { disk, machine } = opened(indexMemoryFor(3000, 4));
    for (let number = 0; number < 3000; number += 10) {
      machine.write(...Array.from({ length: 10 }, (_, index) => put(number + index)));
    }
    // So that the index is in a checkpoint.
    const { checkpoints } = machine.journal.status;
    while (machine.journal.status.checkpoints < checkpoints + 2) machine.write(put(1));
    const readsWith = (keys: number, reason: string | undefined) => {
      const { reads } = disk.counters;
      const again = new Machine(disk, { indexMemory: indexMemoryFor(keys, 4) });
      again.run();
      const [event] = again.events;
      if (event.kind !== 'opened') throw new Error('it is not open');
      expect(event.result.ok ? undefined : event.result.error.reason).toBe(reason);
      return disk.counters.reads - reads;
    };
    const refusal = (keys: number) =>
      `its keys need more memory than the ${indexMemoryFor(keys, 4)} bytes that they may take`;
    const all = readsWith(3000, undefined);
    expect(readsWith(2999, refusal(2999))).toBeLessThanOrEqual(all);
    expect(readsWith(10, refusal(10))).toBeLessThan(all / 2);
  });
});
