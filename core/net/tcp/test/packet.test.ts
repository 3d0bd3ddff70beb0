import { fromHex, toHex } from '@atoll/bytes/hex';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeSegment } from '../src/describe.ts';
import type { SegmentHeader } from '../src/packet.ts';
import {
  ACK,
  addressSum,
  emitTcp,
  emptyHeader,
  emptySegment,
  FIN,
  headerLength,
  PSH,
  parseTcp,
  SYN,
  VOUCHED,
} from '../src/packet.ts';

/** From 192.0.2.1 to 192.0.2.2; the checksums were computed apart from this code. */
const ADDRESSES = addressSum(0xc000_0201, 0xc000_0202);
const SYN_HEX =
  '9c4000500102030400000000b002faf0166e0000020405b401030307010104020101080a0000000100000000';
const OTHER_SYN_HEX =
  '9c4000500102030400000000a002faf017200000020405b40402080a112233445566778801030307';

const SYN_HEADER: SegmentHeader = {
  ...emptyHeader(),
  sourcePort: 40_000,
  destinationPort: 80,
  sequence: 0x0102_0304,
  flags: SYN,
  window: 64_240,
  mss: 1460,
  windowScale: 7,
  sackPermitted: true,
  hasTimestamp: true,
  timestamp: 1,
};

function region(hex: string) {
  return { bytes: fromHex(hex) ?? new Uint8Array(), address: 0 };
}

function parse(hex: string, addresses = ADDRESSES) {
  const from = region(hex);
  const segment = emptySegment();
  const result = parseTcp(from, 0, from.bytes.length, addresses, segment);
  return result.ok ? segment : result.error.reason;
}

function emit(header: SegmentHeader, payload = new Uint8Array(), isPartial = false) {
  const to = { bytes: new Uint8Array(128), address: 0 };
  const from = { bytes: payload, address: 0 };
  const length = emitTcp(to, 0, header, ADDRESSES, isPartial, from, 0, payload.length);
  return to.bytes.slice(0, length);
}

describe('parseTcp', () => {
  it('reads a SYN', () => {
    expect(parse(SYN_HEX)).toEqual({
      ...SYN_HEADER,
      payloadStart: 44,
      payloadEnd: 44,
      segmentSize: 0,
    });
  });

  it('reads a SYN whose options are in another order', () => {
    expect(parse(OTHER_SYN_HEX)).toMatchObject({
      mss: 1460,
      windowScale: 7,
      timestamp: 0x1122_3344,
      timestampEcho: 0x5566_7788,
    });
  });

  it('says where the payload is in its region', () => {
    const bytes = new Uint8Array(64);
    const header = { ...emptyHeader(), flags: ACK };
    const payload = { bytes: Uint8Array.of(1, 2, 3), address: 0 };
    const length = emitTcp({ bytes, address: 0 }, 7, header, ADDRESSES, false, payload, 1, 2);
    const segment = emptySegment();
    parseTcp({ bytes, address: 0 }, 7, 7 + length, ADDRESSES, segment);
    expect(Array.from(bytes.subarray(segment.payloadStart, segment.payloadEnd))).toEqual([2, 3]);
    expect(segment.payloadStart).toBe(27);
  });

  it('leaves nothing of the segment before', () => {
    const segment = emptySegment();
    const syn = region(SYN_HEX);
    parseTcp(syn, 0, syn.bytes.length, VOUCHED, segment);
    const plain = { bytes: emit({ ...emptyHeader(), flags: ACK }), address: 0 };
    parseTcp(plain, 0, 20, VOUCHED, segment);
    expect(segment).toEqual({ ...emptySegment(), flags: ACK, payloadStart: 20, payloadEnd: 20 });
  });

  it('does not look at a checksum that was vouched for', () => {
    const wrong = SYN_HEX.replace('166e', 'beef');
    expect(parse(wrong)).toBe('the TCP checksum is wrong');
    expect(parse(wrong, VOUCHED)).toMatchObject({ sequence: 0x0102_0304 });
  });

  it.each([
    ['a truncated header', SYN_HEX.slice(0, 38)],
    ['nothing', ''],
    ['a header of 16 bytes', SYN_HEX.replace('b002', '4002')],
    ['a header of no bytes', SYN_HEX.replace('b002', '0002')],
    ['a header longer than the segment', SYN_HEX.replace('b002', 'c002')],
  ])('refuses %s', (_, hex) => {
    expect(parse(hex, VOUCHED)).toBeTypeOf('string');
  });

  it('refuses a segment between other addresses', () => {
    expect(parse(SYN_HEX, ADDRESSES + 1)).toBeTypeOf('string');
  });
});

describe('emitTcp', () => {
  it('writes a SYN', () => {
    expect(toHex(emit(SYN_HEADER))).toBe(SYN_HEX);
    expect(headerLength(SYN_HEADER)).toBe(44);
  });

  it('leaves the checksum to a device', () => {
    // 0x8405 for the addresses, 6 for TCP, 22 for the length.
    const bytes = emit({ ...emptyHeader(), flags: ACK }, Uint8Array.of(1, 2), true);
    expect(toHex(bytes.subarray(16, 18))).toBe('8420');
  });

  it('copies the payload unless it is there', () => {
    const header = { ...emptyHeader(), flags: ACK };
    const copied = emit(header, Uint8Array.of(1, 2, 3));
    const there = { bytes: new Uint8Array(23), address: 0 };
    there.bytes.set([1, 2, 3], 20);
    expect(emitTcp(there, 0, header, ADDRESSES, false, there, 20, 3)).toBe(23);
    expect(toHex(there.bytes)).toBe(toHex(copied));
  });

  it('is the inverse of parseTcp', () => {
    const word = fc.nat(0xffff_ffff);
    const sacks = fc.array(word, { minLength: 8, maxLength: 8 });
    const arbitrary = fc
      .record({
        sourcePort: fc.nat(0xffff),
        destinationPort: fc.nat(0xffff),
        sequence: word,
        acknowledgment: word,
        flags: fc.nat(0xff),
        window: fc.nat(0xffff),
        mss: fc.nat(0xffff),
        windowScale: fc.integer({ min: -1, max: 14 }),
        sackPermitted: fc.boolean(),
        hasTimestamp: fc.boolean(),
        timestamp: word,
        timestampEcho: word,
        sackCount: fc.nat(4),
        sacks: sacks.map((words) => Uint32Array.from(words)),
      })
      .map(legal);
    const payload = fc.uint8Array({ maxLength: 40 });
    fc.assert(
      fc.property(arbitrary, payload, fc.nat(20), (header, payload, start) => {
        const to = { bytes: new Uint8Array(128), address: 0 };
        const from = { bytes: payload, address: 0 };
        const length = emitTcp(to, start, header, ADDRESSES, false, from, 0, payload.length);
        expect(length).toBe(headerLength(header) + payload.length);
        const segment = emptySegment();
        const end = start + length;
        expect(parseTcp(to, start, end, ADDRESSES, segment).ok).toBe(true);
        const { payloadStart, payloadEnd, segmentSize, ...read } = segment;
        expect(read).toEqual(header);
        expect(to.bytes.slice(payloadStart, payloadEnd)).toEqual(payload);
        expect(segmentSize).toBe(0);
      }),
    );
  });

  it('throws when options or payload have no room', () => {
    const header = { ...emptyHeader(), flags: ACK, hasTimestamp: true, sackCount: 4 };
    expect(() => emit(header)).toThrow(RangeError);
    expect(() => emit({ ...header, hasTimestamp: false })).not.toThrow();
    expect(() => emit({ ...emptyHeader(), flags: ACK }, new Uint8Array(109))).toThrow(RangeError);
  });
});

/** As a parser reads it: without what does not belong into this segment. */
function legal(header: SegmentHeader): SegmentHeader {
  const isSyn = (header.flags & SYN) !== 0;
  const { mss, windowScale, sackPermitted } = isSyn ? header : emptyHeader();
  const times = header.hasTimestamp ? header : emptyHeader();
  const sackCount = isSyn ? 0 : Math.min(header.sackCount, header.hasTimestamp ? 3 : 4);
  const sacks = new Uint32Array(8);
  sacks.set(header.sacks.subarray(0, 2 * sackCount));
  const { timestamp, timestampEcho } = times;
  return { ...header, mss, windowScale, sackPermitted, timestamp, timestampEcho, sackCount, sacks };
}

describe('addressSum', () => {
  it('is that of the words of either family, in any order', () => {
    expect(addressSum(0xc000_0201, 0xc000_0202)).toBe(0xc000 + 0x0201 + 0xc000 + 0x0202);
    const address = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });
    fc.assert(
      fc.property(address, address, (source, destination) => {
        let words = 0;
        for (let rest = (source << 128n) | destination; rest > 0n; rest >>= 16n) {
          words += Number(rest & 0xffffn);
        }
        expect(addressSum(source, destination) % 0xffff).toBe(words % 0xffff);
        expect(addressSum(destination, source)).toBe(addressSum(source, destination));
        expect(addressSum(source, destination)).toBeLessThan(0x1_0000);
      }),
    );
  });
});

describe('describeSegment', () => {
  it('is one line', () => {
    const syn = parse(SYN_HEX);
    if (typeof syn === 'string') throw new Error(syn);
    expect(describeSegment(syn)).toBe(
      'TCP 40000 > 80 [S] seq 16909060 win 64240 length 0 mss 1460 scale 7 sackOK ts 1:0',
    );
    const sacks = Uint32Array.of(5, 9, 0, 0, 0, 0, 0, 0);
    const flags = FIN | PSH | ACK;
    const pieces = { payloadEnd: 3000, segmentSize: 1448, sackCount: 1, sacks };
    expect(describeSegment({ ...emptySegment(), flags, ...pieces })).toBe(
      'TCP 0 > 0 [FP.] seq 0 ack 0 win 0 length 3000 in pieces of 1448 sack 5-9',
    );
    expect(describeSegment(emptySegment())).toContain('[none]');
  });
});
