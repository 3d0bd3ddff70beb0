import { fromHex } from '@atoll/bytes/hex';
import { describe, expect, it } from 'vitest';
import { parseOptions } from '../src/options.ts';
import { emptySegment } from '../src/packet.ts';

function parse(hex: string, isSyn = true) {
  const bytes = fromHex(hex) ?? new Uint8Array();
  const segment = emptySegment();
  parseOptions(bytes, 0, bytes.length, isSyn, segment);
  const { mss, windowScale, sackPermitted, hasTimestamp, timestamp, timestampEcho } = segment;
  const sacks = Array.from(segment.sacks.subarray(0, 2 * segment.sackCount));
  return { mss, windowScale, sackPermitted, hasTimestamp, timestamp, timestampEcho, sacks };
}

const NONE = parse('');
const SACK = '0101 050a 00000001 ffffffff';

describe('parseOptions', () => {
  it('finds nothing in nothing', () => {
    expect(NONE).toEqual({
      mss: 0,
      windowScale: -1,
      sackPermitted: false,
      hasTimestamp: false,
      timestamp: 0,
      timestampEcho: 0,
      sacks: [],
    });
  });

  it('reads all of a SYN, however they are aligned', () => {
    expect(parse('0204 05b4 0402 080a 80000001 00000002 01 0303 07')).toEqual({
      mss: 1460,
      windowScale: 7,
      sackPermitted: true,
      hasTimestamp: true,
      timestamp: 0x8000_0001,
      timestampEcho: 2,
      sacks: [],
    });
  });

  it('reads SACKs, as many as there is room for', () => {
    expect(parse(SACK, false).sacks).toEqual([1, 0xffff_ffff]);
    const four = '0522 00000001 00000002 00000003 00000004 00000005 00000006 00000007 00000008';
    expect(parse(four, false).sacks).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('ignores SACKs in a SYN, and in others what belongs to a SYN', () => {
    expect(parse(SACK, true)).toEqual(NONE);
    expect(parse('020405b4 0402 030307', false)).toEqual(NONE);
  });

  it('takes a window scale above 14 for 14', () => {
    expect(parse('03030f').windowScale).toBe(14);
    expect(parse('0303ff').windowScale).toBe(14);
  });

  it('skips what it does not know', () => {
    expect(parse('fe04aaaa 2202 1303aa 020405b4').mss).toBe(1460);
  });

  it('stops at the end of options', () => {
    expect(parse('020405b4 00 030307')).toEqual({ ...NONE, mss: 1460 });
  });

  it('takes the last of a kind', () => {
    expect(parse('020405b4 02040218').mss).toBe(536);
    expect(parse(`0512 0000000a 0000000b 0000000c 0000000d ${SACK}`, false).sacks).toHaveLength(2);
  });

  it.each([
    ['a length of 0', '020405b4 0300 07 020401ff'],
    ['a length of 1', '020405b4 0301 07 020401ff'],
    ['a length behind the end', '020405b4 0309 07 020401ff'],
    ['no room for a length', '020405b4 03'],
  ])('keeps what stands before %s', (_, hex) => {
    expect(parse(hex)).toEqual({ ...NONE, mss: 1460 });
  });

  it.each([
    ['MSS', '0203 05', true],
    ['window scale', '0304 0707', true],
    ['SACK permitted', '0403 01', true],
    ['timestamps', '0809 00000001 000002', true],
    ['SACK', '0502', false],
    ['SACK', '0506 00000001', false],
    ['SACK', '050e 00000001 00000002 00000003', false],
  ])('skips %s of a wrong length: %s', (_, hex, isSyn) => {
    expect(parse(`${hex} 080a 00000005 00000006`, isSyn)).toEqual({
      ...NONE,
      hasTimestamp: true,
      timestamp: 5,
      timestampEcho: 6,
    });
  });
});
