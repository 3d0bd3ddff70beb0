import { memoryDisk } from '@atoll/device/memory-disk';
import { PowerDisk } from '@atoll/sim/power-disk';
import { Random } from '@atoll/sim/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createJournal, NEW_JOURNAL_LENGTH } from '../src/create.ts';
import { Journal } from '../src/engine.ts';
import { format, hex, journalOptions, Machine, text } from './machine.ts';

const MEBIBYTE = 0x10_0000;

/** Writes that take more than one group, so that their round ends with a flush. */
const LONG = Array.from({ length: 9 }, (_, index) => ({
  key: text(`long ${index}`),
  value: new Uint8Array(1900),
}));

function opened(size = MEBIBYTE, options: Parameters<typeof journalOptions>[1] = 1) {
  const disk = memoryDisk({ blockCount: size / 512 });
  format(disk);
  const machine = new Machine(disk, journalOptions(disk, options));
  machine.open();
  return { disk, machine };
}

describe('a journal', () => {
  it('agrees with a map, over restarts', () => {
    const keys = fc
      .integer({ min: 0, max: 20 })
      .map((number) => text(`k${'x'.repeat(number % 3)}${number}`));
    const values = fc.option(fc.uint8Array({ maxLength: 3000 }), { nil: undefined });
    const batch = fc.array(fc.record({ key: keys, value: values }), { maxLength: 5 });
    const step = fc.oneof(
      { weight: 8, arbitrary: batch },
      { weight: 1, arbitrary: fc.constant('restart' as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let { disk, machine } = opened(0x4_0000);
        const model = new Map<string, string>();
        for (const one of steps) {
          if (one === 'restart') {
            machine = new Machine(disk);
            machine.open();
          } else if (machine.write(...one) === undefined) {
            for (const { key, value } of one) {
              if (value === undefined) model.delete(hex(key));
              else model.set(hex(key), hex(value));
            }
          }
        }
        const sorted = [...model].sort(([one], [other]) => (one < other ? -1 : 1));
        expect([...machine.contents()]).toEqual(sorted);
      }),
      { numRuns: 60 },
    );
  });

  it('lists keys with a prefix in the order of their bytes', () => {
    const { machine } = opened();
    const names = ['b', 'a/2', 'a/10', 'a/1', 'a', 'a\xff', 'ab'];
    machine.write(...names.map((name) => ({ key: text(name), value: text(name) })));
    const list = (prefix: string) =>
      [...machine.journal.keys(text(prefix))].map((key) => Buffer.from(key).toString('latin1'));
    expect(list('')).toEqual(['a', 'a/1', 'a/10', 'a/2', 'ab', 'a\xff', 'b']);
    expect(list('a/')).toEqual(['a/1', 'a/10', 'a/2']);
    expect(list('c')).toEqual([]);
  });

  it('persists all that is committed at a time with one request', () => {
    const { disk, machine } = opened();
    const before = { ...disk.counters };
    for (let index = 0; index < 64; index++) {
      machine.journal.commit([{ key: text(`k${index}`), value: text('v') }]);
    }
    machine.run();
    expect(disk.counters.writes - before.writes).toBe(1);
    expect(disk.counters.flushes).toBe(before.flushes);
    expect(machine.events.filter(({ kind }) => kind === 'written')).toHaveLength(64);
  });

  it('shows nothing before it is durable', () => {
    const disk = new PowerDisk(new Random(1), { blockCount: 2048, delay: 10 });
    format(disk);
    const machine = new Machine(disk);
    machine.open();
    machine.journal.commit([{ key: text('a'), value: text('1') }]);
    machine.run(1);
    expect(machine.journal.status.keys).toBe(0);
    machine.run();
    expect(machine.read(text('a'))).toEqual(text('1'));
  });

  it('keeps a snapshot readable while everything is written anew', () => {
    const { machine } = opened();
    const value = (round: number) => new Uint8Array(2000).fill(round);
    const write = (round: number) =>
      machine.write(
        ...Array.from({ length: 20 }, (_, index) => ({
          key: text(`k${index}`),
          value: value(round),
        })),
      );
    write(1);
    const snapshot = machine.journal.snapshot();
    const begun = machine.journal.status.begunSegments;
    let refused = 0;
    for (let round = 2; round < 100; round++) if (write(round) !== undefined) refused++;
    expect(machine.journal.status.begunSegments - begun).toBeGreaterThan(100);
    expect(refused).toBe(0);
    expect(machine.write({ key: text('k3'), value: undefined })).toBeUndefined();
    for (let index = 0; index < 20; index++) {
      expect(machine.read(text(`k${index}`), snapshot)).toEqual(value(1));
    }
    expect([...machine.journal.keys(text('k3'), snapshot)]).toEqual([text('k3')]);
    machine.journal.release(snapshot);
    expect(machine.read(text('k3'))).toBeUndefined();
    expect(machine.read(text('k4'))).toEqual(value(99));
  });

  it('holds values much longer than a segment, and takes their room back', () => {
    const { machine } = opened(16 * MEBIBYTE);
    const random = new Random(3);
    let last: Uint8Array = new Uint8Array(0);
    for (let round = 0; round < 12; round++) {
      last = random.bytes(3 * MEBIBYTE + round);
      expect(machine.write({ key: text('pack'), value: last })).toBeUndefined();
    }
    const read = machine.read(text('pack')) as Uint8Array;
    expect(Buffer.compare(read, last)).toBe(0);
    expect(machine.write({ key: text('pack'), value: undefined })).toBeUndefined();
    expect(machine.journal.status.liveBytes).toBe(0);
  });

  it('refuses keys and values that no journal holds', () => {
    const { machine } = opened();
    const value = new Uint8Array(1);
    expect(() => machine.journal.commit([{ key: text(''), value }])).toThrow(RangeError);
    expect(() => machine.journal.commit([{ key: new Uint8Array(1025), value }])).toThrow(
      RangeError,
    );
    const long = new Uint8Array(32 * MEBIBYTE + 1);
    expect(() => machine.journal.commit([{ key: text('a'), value: long }])).toThrow(RangeError);
    expect(machine.write({ key: new Uint8Array(1024), value })).toBeUndefined();
    expect(machine.write({ key: text('a'), value: long.subarray(1) })).toContain('no room');
  });
});

describe('a full journal', () => {
  it('refuses what would not fit, still deletes, and then has room again', () => {
    const { disk, machine } = opened();
    const value = new Random(1).bytes(1000);
    let kept = 0;
    let failure: string | undefined;
    for (; failure === undefined; kept++) failure = machine.write({ key: text(`${kept}`), value });
    expect(failure).toBe('there is no room left on the disk');
    expect(kept).toBeGreaterThan(400);
    // Overwriting goes on for ever.
    for (let round = 0; round < 2000; round++) {
      expect(machine.write({ key: text(`${round % (kept - 1)}`), value })).toBeUndefined();
    }
    const again = new Machine(disk);
    expect(again.open().keys).toBe(kept - 1);
    for (let index = 0; index < 100; index++) {
      expect(again.write({ key: text(`${index}`), value: undefined })).toBeUndefined();
    }
    for (let index = 0; index < 90; index++) {
      expect(again.write({ key: text(`new ${index}`), value })).toBeUndefined();
    }
    expect(again.contents().size).toBe(kept - 1 - 10);
  });
});

describe('recovery', () => {
  it('reads what the last checkpoints and the end of the log need, however full the disk is', () => {
    const { disk, machine } = opened(64 * MEBIBYTE);
    const random = new Random(5);
    let most = 0;
    for (let round = 0; round < 40; round++) {
      const writes = Array.from({ length: 25 }, () => ({
        key: text(`key ${random.below(1500)}`),
        value: random.bytes(20_000),
      }));
      expect(machine.write(...writes)).toBeUndefined();
      if (round % 8 !== 7) continue;
      most = Math.max(most, new Machine(disk).open().readBytes);
    }
    const { segmentSize, liveBytes, begunSegments } = machine.journal.status;
    expect(liveBytes).toBeGreaterThan(9 * MEBIBYTE);
    expect(begunSegments * segmentSize).toBeGreaterThan(18 * MEBIBYTE);
    // Sixteen segments of log, two that might follow, the index, and groups that are read twice.
    expect(most).toBeLessThan(24 * segmentSize);
  });
});

describe('a disk that fails', () => {
  function failing(seed: number, failures: ConstructorParameters<typeof PowerDisk>[1]['failures']) {
    const random = new Random(seed);
    const good = new PowerDisk(random, { blockCount: 2048, ...(failures && { failures }) });
    return good;
  }

  it('acknowledges nothing after a failure, and keeps what it acknowledged before', () => {
    let failed = 0;
    for (let seed = 0; seed < 150; seed++) {
      const odds = { read: 0, write: 0, persist: 0, flush: 0 };
      const disk = failing(seed, odds);
      format(disk);
      const machine = new Machine(disk);
      machine.open();
      odds[(['write', 'persist', 'flush'] as const)[seed % 3]] = 0.2;
      const certain = new Set<string>();
      for (let round = 0; round < 40; round++) {
        const long = round % 10 === 5 ? LONG : [];
        const failure = machine.write({ key: text(`${round}`), value: text('v') }, ...long);
        if (failure === undefined) {
          expect(machine.journal.status.failure).toBeUndefined();
          certain.add(`${round}`);
        } else {
          expect(machine.journal.status.failure).toContain('failed');
        }
      }
      if (machine.journal.status.failure !== undefined) failed++;
      for (const key of certain) expect(machine.read(text(key))).toEqual(text('v'));
      odds.write = odds.persist = odds.flush = 0;
      // A new start shows some of what failed; from then on that stays, too.
      if (seed % 2 === 0) disk.cut();
      else disk.restart();
      const again = new Machine(disk);
      again.open();
      const shown = again.contents();
      for (const key of certain) expect(shown.has(hex(text(key)))).toBe(true);
      again.write({ key: text('after'), value: text('v') });
      disk.cut();
      const last = new Machine(disk);
      last.open();
      expect(last.journal.status.damage).toEqual([]);
      expect(last.contents()).toEqual(
        new Map([...shown, [hex(text('after')), hex(text('v'))] as const].sort()),
      );
    }
    expect(failed).toBeGreaterThan(100);
  });

  it('names a block that it cannot read, and reads the others', () => {
    const odds = { read: 0 };
    const disk = failing(4, odds);
    format(disk);
    const machine = new Machine(disk);
    machine.open();
    machine.write({ key: text('a'), value: text('1') });
    odds.read = 1;
    expect(() => machine.read(text('a'))).toThrow(/block \d+: a value is damaged: the read failed/);
    odds.read = 0;
    expect(machine.read(text('a'))).toEqual(text('1'));
    expect(machine.journal.status.damage).toMatchObject([{ key: text('a') }]);
  });

  it('is waited for', () => {
    const disk = failing(1, {});
    format(disk);
    const machine = new Machine(disk);
    machine.open();
    disk.isStuck = true;
    machine.journal.commit([{ key: text('a'), value: text('1') }]);
    machine.run();
    machine.journal.commit([{ key: text('b'), value: text('1') }]);
    machine.run();
    expect(machine.events.filter(({ kind }) => kind === 'written')).toEqual([]);
    disk.isStuck = false;
    machine.run();
    expect(machine.events.filter(({ kind }) => kind === 'written')).toHaveLength(2);
  });
});

describe('opening', () => {
  const reason = (disk: ReturnType<typeof memoryDisk>, change = {}) => {
    const machine = new Machine(disk, change);
    try {
      machine.open();
    } catch (error) {
      return (error as Error).message;
    }
    return 'it opened';
  };

  it('refuses what is no journal of this disk', () => {
    const disk = memoryDisk({ blockCount: 2048 });
    expect(reason(disk)).toBe('it holds no journal');
    format(disk);
    expect(reason(disk)).toBe('it opened');
    expect(reason(disk, { identity: new Uint8Array(16) })).toBe('a superblock is damaged');
    expect(reason(disk, { size: MEBIBYTE / 2 })).toBe('the journal is larger than its region');
    expect(reason(disk, { size: 4096 })).toBe('its region is too small for a journal');
    const large = memoryDisk({ blockSize: 4096, blockCount: 256 });
    format(large);
    const bytes = new Uint8Array(MEBIBYTE);
    large.submit({ operation: 'read', block: 0, bytes, failure: undefined });
    const wrong = memoryDisk({ blockCount: 2048, contents: bytes });
    expect(reason(wrong)).toBe(
      'the journal was made for blocks of 4096 bytes, the device has blocks of 512',
    );
  });

  it('says which version it knows', () => {
    const contents = new Uint8Array(MEBIBYTE);
    const disk = memoryDisk({ blockCount: 2048, contents });
    format(disk);
    for (const place of [0, 8192]) contents[place + 9] = 3;
    expect(reason(disk)).toBe("the journal's format has version 3, this program knows version 1");
  });

  it('needs room', () => {
    const disk = memoryDisk({ blockCount: 256 });
    const made = createJournal(journalOptions(disk), {
      bytes: new Uint8Array(NEW_JOURNAL_LENGTH),
      address: 0,
    });
    expect(made.ok).toBe(false);
  });

  it('writes nothing when it may only read', () => {
    const { disk, machine } = opened();
    machine.write({ key: text('a'), value: text('1') });
    const { writes } = disk.counters;
    const other = new Machine(disk, { isReadOnly: true });
    other.open();
    expect(other.read(text('a'))).toEqual(text('1'));
    expect(() => other.journal.commit([])).toThrow(TypeError);
    expect(disk.counters.writes).toBe(writes);
  });

  it('must have ended before anything else', () => {
    const journal = new Journal(journalOptions(memoryDisk({ blockCount: 2048 })));
    expect(() => journal.commit([])).toThrow('not open');
  });
});
