import { plainSipHash } from '@atoll/bytes/fast';
import { heapMemory } from '@atoll/device/frame';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseIndexEntries,
  parseSegmentEntries,
  writeIndexEntry,
  writeSegmentEntry,
} from '../src/checkpoint.ts';
import { planGeometry, segmentStart } from '../src/geometry.ts';
import {
  describeGroup,
  GROUP_HEADER_LENGTH,
  parseGroupHeader,
  writeGroupPart,
  writeSegmentPart,
} from '../src/group.ts';
import { pageOf } from '../src/page.ts';
import {
  binaryBytes,
  binaryText,
  hasWholeKey,
  isWhole,
  newRecord,
  parseRecordHeader,
  RECORD_KIND,
  recordKey,
  recordLength,
  recordValue,
  writeRecord,
} from '../src/record.ts';
import { parseSuperblock, SUPERBLOCK_LENGTH, writeSuperblock } from '../src/superblock.ts';
import { IDENTITY } from './machine.ts';

const hash = plainSipHash(IDENTITY);
const region = pageOf(heapMemory(0x2_0000));
const number = fc.maxSafeNat();
const small = fc.nat(0xffff_ffff);
const key = fc.uint8Array({ maxLength: 1040 }).map((bytes) => binaryText(bytes, 0, bytes.length));

describe('a group header', () => {
  const headers = fc.record({
    length: fc.integer({ min: GROUP_HEADER_LENGTH, max: 0x1_0000 }),
    sequence: number,
    round: number,
    serial: number,
    nonce: number,
    previous: number,
    first: number,
    next: small,
    afterNext: small,
    count: small,
    endsRound: fc.boolean(),
    position: number,
  });

  it('is read as it was written, at its own position only', () => {
    fc.assert(
      fc.property(headers, fc.nat(100), (header, at) => {
        writeSegmentPart(region, at, header);
        writeGroupPart(region, at, header, hash);
        expect(parseGroupHeader(region, at, header.position, hash)).toEqual(header);
        expect(parseGroupHeader(region, at, header.position + 512, hash)).toBeUndefined();
      }),
    );
  });

  it('describes itself', () => {
    const header = {
      length: 200,
      sequence: 7,
      round: 5,
      serial: 3,
      nonce: 1,
      previous: 1,
      first: 2,
    };
    const rest = { next: 4, afterNext: 5, count: 2, endsRound: true, position: 16384 };
    expect(describeGroup({ ...header, ...rest })).toBe(
      'group 7 of round 5 at 16384, segment 3: 2 records, 200 bytes, the last of its round',
    );
  });
});

describe('a record', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(RECORD_KIND)),
        fc.boolean(),
        key,
        fc.uint8Array({ maxLength: 3000, size: 'max' }),
        number,
        fc.boolean(),
        (kind, isInPieces, key, value, version, hasBytes) => {
          const record = newRecord(kind, key, value, isInPieces, version);
          const keyRest = hasBytes && key !== '' ? binaryBytes(key.slice(1)) : undefined;
          const length = recordLength(key.length, value.length);
          region.bytes.fill(0xff, 8, 8 + length);
          writeRecord(region, 8, { ...record, keyRest }, hash);
          const end = 8 + 32 + key.length + value.length;
          expect(region.bytes.subarray(end, 8 + length)).toEqual(new Uint8Array(8 + length - end));
          const header = parseRecordHeader(region, 8, 8 + length);
          if (header === undefined) throw new Error('no header');
          expect(header).toMatchObject({ kind, isInPieces, version });
          expect(isWhole(region, 8, header, hash) && hasWholeKey(region, 8, header, hash)).toBe(
            true,
          );
          expect(recordKey(region, 8, header)).toBe(key);
          expect(recordValue(region, 8, header)).toEqual(value);
          expect(parseRecordHeader(region, 8, 7 + length)).toBeUndefined();
          if (value.length === 0) return;
          region.bytes[8 + 32 + key.length] ^= 1;
          expect(isWhole(region, 8, header, hash)).toBe(false);
          expect(hasWholeKey(region, 8, header, hash)).toBe(true);
        },
      ),
    );
  });
});

describe('a checkpoint', () => {
  it('is read as it was written, and not when it is cut off', () => {
    const entry = fc.record({
      position: number,
      version: number,
      valueLength: small,
      isInPieces: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(key, entry), { minLength: 1, maxLength: 20 }), (entries) => {
        let end = 0;
        for (const [key, entry] of entries) end = writeIndexEntry(region, end, key, entry);
        const [[key, entry]] = entries;
        const like = end;
        end = writeIndexEntry(region, end, `${key}tail`, entry);
        end = writeIndexEntry(region, end, `${key}trail`, entry, key.length + 1, like);
        entries.push([`${key}tail`, entry], [`${key}trail`, entry]);
        expect(parseIndexEntries(region.bytes.subarray(0, end))).toEqual(entries);
        expect(parseIndexEntries(region.bytes.subarray(0, end - 1))).toBeUndefined();
      }),
    );
    const row = fc.record({ segment: small, serial: number, nonce: number });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), (rows) => {
        let end = 0;
        for (const row of rows) end = writeSegmentEntry(region, end, row);
        expect(parseSegmentEntries(region.bytes.subarray(0, end))).toEqual(rows);
        expect(parseSegmentEntries(region.bytes.subarray(0, end - 1))).toBeUndefined();
      }),
    );
  });
});

describe('a superblock', () => {
  it('is read as it was written, and notices every flipped bit', () => {
    const sizes = fc.integer({ min: 0x10_0000, max: 0x4000_0000 });
    fc.assert(
      fc.property(
        sizes,
        fc.constantFrom(512, 4096),
        fc.record({
          number,
          sequence: number,
          serial: number,
          nonce: number,
          checkpointEnd: number,
        }),
        fc.nat(),
        fc.nat(SUPERBLOCK_LENGTH * 8 - 1),
        (size, blockSize, { number, checkpointEnd, ...rest }, chosen, bit) => {
          const geometry = planGeometry(size, blockSize);
          if (geometry === undefined) throw new Error('no geometry');
          const segment = chosen % geometry.segmentCount;
          const position = segmentStart(geometry, segment) + blockSize;
          const start = {
            ...rest,
            sequence: Math.max(rest.sequence, 1),
            segment,
            position,
            next: 3,
            afterNext: 4,
          };
          const superblock = { geometry, number, start, checkpointEnd };
          writeSuperblock(region, superblock, hash);
          expect(parseSuperblock(region, hash)).toEqual({ ok: true, value: superblock });
          region.bytes[bit >>> 3] ^= 1 << (bit & 7);
          expect(parseSuperblock(region, hash).ok).toBe(false);
        },
      ),
    );
  });
});
