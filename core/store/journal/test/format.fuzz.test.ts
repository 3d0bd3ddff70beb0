import { plainSipHash } from '@atoll/bytes/fast';
import { heapMemory } from '@atoll/device/frame';
import { memoryDisk } from '@atoll/device/memory-disk';
import { mutate } from '@atoll/sim/mutate';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { parseIndexEntries, parseSegmentEntries, writeIndexEntry } from '../src/checkpoint.ts';
import {
  GROUP_HEADER_LENGTH,
  parseGroupHeader,
  writeGroupPart,
  writeSegmentPart,
} from '../src/group.ts';
import { pageOf } from '../src/page.ts';
import { newRecord, RECORD_KIND, recordLength, writeRecord } from '../src/record.ts';
import { recordsIn } from '../src/scan.ts';
import { parseSuperblock, SUPERBLOCK_LENGTH, writeSuperblock } from '../src/superblock.ts';
import { parseSummary } from '../src/values.ts';
import { format, IDENTITY, Machine, text } from './machine.ts';

const INPUTS = Number(process.env.ATOLL_FUZZ ?? 3_000);
const SEED = Number(process.env.ATOLL_SEED ?? 9);

const hash = plainSipHash(IDENTITY);

function padded(bytes: Uint8Array, length: number) {
  const region = pageOf(heapMemory(length));
  region.bytes.set(bytes.subarray(0, length));
  return region;
}

describe(`bytes that are not what they should be (${INPUTS} inputs)`, () => {
  it('are no superblock, or one that makes sense', () => {
    const random = new Random(SEED);
    const geometry = { blockSize: 512, segmentSize: 0x4000, segmentCount: 63 };
    const start = {
      segment: 3,
      position: 0x4000 * 5,
      sequence: 9,
      serial: 8,
      nonce: 7,
      next: 6,
      afterNext: 5,
    };
    const good = padded(new Uint8Array(0), SUPERBLOCK_LENGTH);
    writeSuperblock(good, { geometry, number: 4, start, checkpointEnd: 12 }, hash);
    let accepted = 0;
    for (let input = 0; input < INPUTS; input++) {
      const region = padded(mutate(random, good.bytes.subarray(0, 80)), SUPERBLOCK_LENGTH);
      hash.seal(region, 0, SUPERBLOCK_LENGTH - 8, SUPERBLOCK_LENGTH - 8);
      const parsed = parseSuperblock(region, hash);
      if (!parsed.ok) continue;
      accepted++;
      const again = padded(new Uint8Array(0), SUPERBLOCK_LENGTH);
      writeSuperblock(again, parsed.value, hash);
      expect(parseSuperblock(again, hash), `seed ${SEED}, input ${input}`).toEqual(parsed);
    }
    expect(accepted).toBeGreaterThan(INPUTS / 100);
  });

  it('are no group, or one with a length of its own', () => {
    const random = new Random(SEED);
    const header = {
      length: 600,
      sequence: 7,
      round: 5,
      serial: 3,
      nonce: 1,
      previous: 1,
      first: 2,
    };
    const rest = { next: 4, afterNext: 5, count: 2, endsRound: true, position: 512 };
    const good = padded(new Uint8Array(0), GROUP_HEADER_LENGTH);
    writeSegmentPart(good, 0, { ...header, ...rest });
    writeGroupPart(good, 0, { ...header, ...rest }, hash);
    for (let input = 0; input < INPUTS; input++) {
      const region = padded(mutate(random, good.bytes), GROUP_HEADER_LENGTH + random.below(2) * 64);
      hash.seal(region, 0, 80, 80);
      const parsed = parseGroupHeader(region, 0, 512, hash);
      if (parsed !== undefined) expect(parsed.length).toBeGreaterThanOrEqual(GROUP_HEADER_LENGTH);
    }
  });

  it('give no record that reaches beyond them, and hide none that is whole behind', () => {
    const random = new Random(SEED);
    for (let input = 0; input < INPUTS; input++) {
      const lengths = Array.from({ length: 3 }, () => random.below(60));
      const total = lengths.reduce((sum, length) => sum + recordLength(3, length), 0);
      const region = padded(new Uint8Array(0), total);
      let at = 0;
      const starts = lengths.map((length) => {
        const record = newRecord(RECORD_KIND.put, 'key', random.bytes(length), false, 5);
        writeRecord(region, at, record, hash);
        at += recordLength(3, length);
        return at - recordLength(3, length);
      });
      const damaged = starts[random.below(2)];
      region.bytes[damaged + random.below(32)] ^= 1 << random.below(8);
      const found = [...recordsIn(region, 0, total, hash)];
      for (const { at, header } of found) {
        expect(at + recordLength(header.keyLength, header.valueLength)).toBeLessThanOrEqual(total);
      }
      const whole = found.filter(({ isWhole }) => isWhole).map(({ at }) => at);
      for (const start of starts) {
        if (start !== damaged) expect(whole, `seed ${SEED}, input ${input}`).toContain(start);
      }
      const noise = padded(random.bytes(200), 200);
      expect([...recordsIn(noise, 0, 200, hash)]).toEqual([]);
    }
  });

  it('are no part of a checkpoint, or a list', () => {
    const random = new Random(SEED);
    const page = padded(new Uint8Array(0), 3 * 24 + 6);
    const entry = { position: 4, version: 5, valueLength: 6, isInPieces: false };
    let end = 0;
    for (const key of ['a', 'bc', 'def']) end = writeIndexEntry(page, end, key, entry);
    for (let input = 0; input < INPUTS; input++) {
      const bytes = mutate(random, page.bytes);
      const entries = parseIndexEntries(bytes);
      if (entries !== undefined) expect(entries.length).toBeLessThanOrEqual(bytes.length / 24);
      const rows = parseSegmentEntries(bytes);
      if (rows !== undefined) expect(rows.length).toBe(bytes.length / 20);
      const summary = parseSummary(bytes.subarray(0, 16));
      if (summary !== undefined) expect(summary.length).toBeLessThanOrEqual(0x200_0000);
    }
  });

  it('make a disk of which what is left is read, or the reason said', () => {
    const random = new Random(SEED);
    for (let input = 0; input < INPUTS / 30; input++) {
      const contents = new Uint8Array(0x4_0000);
      const disk = memoryDisk({ blockCount: contents.length / 512, contents });
      format(disk);
      const machine = new Machine(disk);
      machine.open();
      for (let round = 0; round < 20; round++) {
        machine.write({ key: text(`${random.below(9)}`), value: random.bytes(random.below(900)) });
      }
      for (let place = 0; place < 3; place++) {
        const start = random.below(contents.length);
        const part = contents.subarray(start, start + random.below(5000));
        const damaged = mutate(random, part);
        contents.set(damaged.subarray(0, contents.length - start), start);
      }
      const again = new Machine(disk);
      again.run();
      const [opened] = again.events;
      if (opened?.kind !== 'opened') throw new Error('it hangs');
      if (!opened.result.ok) {
        expect(opened.result.error.reason).not.toBe('');
        continue;
      }
      for (const key of [...again.journal.keys(text(''))]) again.journal.read(key);
      again.journal.commit([{ key: text('after'), value: text('all') }]);
      again.run();
      expect(again.read(text('after'))).toEqual(text('all'));
    }
  });
});
