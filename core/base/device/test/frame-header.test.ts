import { fromHex } from '@atoll/bytes/hex';
import { describe, expect, it } from 'vitest';
import type { HeadedFrame } from '../src/frame-header.ts';
import {
  FRAME_HEADER_LENGTH,
  FRAME_OFFSET,
  headedFrame,
  readFrameHeader,
  writeFrameHeader,
} from '../src/frame-header.ts';

const IPV4_START = 34;
const CHECKSUM_OFFSET = 16;

function headed(size = 4096): HeadedFrame {
  return headedFrame({ bytes: new Uint8Array(FRAME_OFFSET + size), address: 0x1000 });
}

/** What is read of the header `hex` (`_` for the limits of fields) before a frame of `length`. */
function read(hex: string, length = 3000) {
  const { frame, header, bytes } = headed();
  bytes.set(fromHex(hex.replaceAll('_', '')) ?? []);
  frame.length = length;
  Object.assign(frame, { checksumStart: 99, segmentSize: 99, isChecked: true });
  if (!readFrameHeader(header, frame)) return undefined;
  const { isChecked, segmentSize, checksumStart, checksumOffset } = frame;
  return checksumStart === 0
    ? { isChecked, segmentSize }
    : { isChecked, segmentSize, checksumStart, checksumOffset };
}

describe('a frame with its header', () => {
  it('lies right behind it', () => {
    const { frame, header, bytes } = headed();
    expect(frame.address % 16).toBe(0);
    expect(frame.bytes.length).toBe(4096);
    expect(bytes.length).toBe(FRAME_HEADER_LENGTH + 4096);
    header[0] = 0x0403_0201;
    frame.bytes[0] = 9;
    expect([...bytes.subarray(0, 4), bytes[FRAME_HEADER_LENGTH]]).toEqual([1, 2, 3, 4, 9]);
  });
});

describe('readFrameHeader', () => {
  const NEEDS = { isChecked: true, checksumStart: IPV4_START, checksumOffset: CHECKSUM_OFFSET };

  it.each([
    ['nothing', '00_00_0000_0000_0000_0000_0100', { isChecked: false, segmentSize: 0 }],
    [
      'fields that no flag asks for',
      '00_00_ffff_ffff_ffff_ffff_ffff',
      { isChecked: false, segmentSize: 0 },
    ],
    [
      'a checksum that was looked at',
      '02_00_0000_0000_0000_0000_0100',
      { isChecked: true, segmentSize: 0 },
    ],
    [
      'a checksum that was left out',
      '01_00_0000_0000_2200_1000_0100',
      { ...NEEDS, segmentSize: 0 },
    ],
    ['a segment over IPv4', '01_01_4200_b405_2200_1000_0100', { ...NEEDS, segmentSize: 1460 }],
    ['a segment over IPv6', '01_04_4200_a005_2200_1000_0100', { ...NEEDS, segmentSize: 1440 }],
    ['a segment with CWR', '01_81_4200_b405_2200_1000_0100', { ...NEEDS, segmentSize: 1460 }],
    [
      'joined segments with a checksum',
      '02_01_4200_b405_0000_0000_0100',
      { isChecked: true, segmentSize: 1460 },
    ],
    ['an unknown flag', '08_00_0000_0000_0000_0000_0100', { isChecked: false, segmentSize: 0 }],
  ])('understands %s', (_, hex, expected) => {
    expect(read(hex)).toEqual(expected);
  });

  it.each([
    ['UDP fragments', '01_03_2a00_b405_2200_0600_0100'],
    ['UDP segments', '01_05_2a00_b405_2200_0600_0100'],
    ['segments of an unknown type', '01_02_4200_b405_2200_1000_0100'],
    ['segments of no type', '01_80_4200_b405_2200_1000_0100'],
    ['segments of nothing', '01_01_4200_0000_2200_1000_0100'],
    ['segments longer than the frame', '01_01_4200_b90b_2200_1000_0100'],
    ['a checksum of the Ethernet header', '01_00_0000_0000_0d00_1000_0100'],
    ['a checksum of the header', '01_00_0000_0000_0000_1000_0100'],
    ['a checksum across the end', '01_00_0000_0000_a70b_1000_0100'],
    ['a checksum behind the end', '01_00_0000_0000_2200_ffff_0100'],
    ['all ones', 'ff_ff_ffff_ffff_ffff_ffff_ffff'],
  ])('refuses %s', (_, hex) => {
    expect(read(hex)).toBeUndefined();
  });

  it('takes a checksum that is the last of the frame', () => {
    expect(read('01_00_0000_0000_a60b_1000_0100')).toMatchObject({ checksumStart: 2982 });
  });
});

describe('writeFrameHeader', () => {
  function written(
    fields: { checksumStart: number; segmentSize?: number },
    etherType: number,
    tcp: number[] = [],
  ) {
    const { frame, header, bytes } = headed();
    header.fill(0xffff_ffff);
    frame.length = 3000;
    frame.bytes.set([etherType >> 8, etherType & 255], 12);
    frame.bytes.set(tcp, fields.checksumStart + 12);
    Object.assign(frame, { checksumOffset: CHECKSUM_OFFSET, ...fields });
    writeFrameHeader(header, frame);
    return bytes.subarray(0, FRAME_HEADER_LENGTH);
  }

  it('asks for nothing', () => {
    // What is no flag and no length means nothing then.
    expect(written({ checksumStart: 0 }, 0x800).subarray(0, 4)).toEqual(new Uint8Array(4));
  });

  it.each([
    ['a checksum', { checksumStart: 34 }, 0x0800, [0x80, 0x10], '01_00_0000_0000_2200_1000_0000'],
    [
      'segments over IPv4',
      { checksumStart: 34, segmentSize: 1448 },
      0x0800,
      [0x80, 0x10],
      '01_01_4200_a805_2200_1000_0000',
    ],
    [
      'segments over IPv6',
      { checksumStart: 54, segmentSize: 1440 },
      0x86dd,
      [0x50, 0x18],
      '01_04_4a00_a005_3600_1000_0000',
    ],
    [
      'segments with CWR',
      { checksumStart: 34, segmentSize: 1448 },
      0x0800,
      [0x80, 0x90],
      '01_81_4200_a805_2200_1000_0000',
    ],
  ])('asks for %s', (_, fields, etherType, tcp, hex) => {
    expect(written(fields, etherType, tcp)).toEqual(fromHex(hex.replaceAll('_', '')));
  });

  it('says what readFrameHeader understands', () => {
    const { frame, header } = headed();
    const about = { length: 3000, checksumStart: 54, checksumOffset: 16, segmentSize: 1440 };
    Object.assign(frame, about);
    writeFrameHeader(header, frame);
    const other = headed().frame;
    other.length = 3000;
    expect(readFrameHeader(header, other)).toBe(true);
    expect(other).toMatchObject({ ...about, isChecked: true });
  });
});
