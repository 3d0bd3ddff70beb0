import { u16 } from '@atoll/bytes/field';
import { createFrame } from '@atoll/device/frame';
import { describe, expect, it } from 'vitest';
import { PlainSegmenter } from '../src/gso.ts';
import { ACK, CWR, FIN, PSH, RST, SYN, URG } from '../src/packet.ts';
import { counting, piecesOf, segmentOf, tcpFrame } from './gso-frames.ts';

const segmenter = new PlainSegmenter();

describe('a segmenter', () => {
  it.each([4, 6] as const)('cuts a segment over IPv%i', (family) => {
    const header = { sequence: 0xffff_ff00, window: 500, hasTimestamp: true, timestamp: 9 };
    const payload = counting(1000);
    const frame = tcpFrame({ family, header, payload, segmentSize: 300 });
    const segments = piecesOf(segmenter, frame).map(segmentOf);
    expect(segments.map(({ payload }) => payload.length)).toEqual([300, 300, 300, 100]);
    expect(segments.map(({ sequence }) => sequence)).toEqual([0xffff_ff00, 44, 344, 644]);
    const whole = segments.flatMap(({ payload }) => Array.from(payload));
    expect(Uint8Array.from(whole)).toEqual(payload);
    for (const segment of segments) {
      expect(segment).toMatchObject({ window: 500, timestamp: 9, sourcePort: 40_000 });
    }
  });

  it('says FIN and PSH with the last, and CWR with the first', () => {
    const header = { flags: ACK | FIN | PSH | CWR };
    const frame = tcpFrame({ header, payload: counting(250), segmentSize: 100 });
    const flags = piecesOf(segmenter, frame).map((piece) => segmentOf(piece).flags);
    expect(flags).toEqual([ACK | CWR, ACK, ACK | FIN | PSH]);
  });

  it('gives each packet of IPv4 an identification', () => {
    const frame = tcpFrame({ payload: counting(300), segmentSize: 100, identification: 0xffff });
    const pieces = piecesOf(segmenter, frame);
    expect(pieces.map(({ bytes }) => u16(bytes, 18))).toEqual([0xffff, 0, 1]);
  });

  it('copies one that is short enough, or says no size', () => {
    const payload = counting(100);
    for (const segmentSize of [0, 100, 1448]) {
      const frame = tcpFrame({ payload, segmentSize, header: { flags: ACK | PSH } });
      const [piece, ...more] = piecesOf(segmenter, frame).map(segmentOf);
      expect(piece).toMatchObject({ payload, flags: ACK | PSH });
      expect(more).toEqual([]);
    }
    expect(piecesOf(segmenter, tcpFrame({ segmentSize: 1448 }))).toHaveLength(1);
    expect(piecesOf(segmenter, tcpFrame({ header: { flags: SYN } }))).toHaveLength(1);
  });

  it.each([4, 6] as const)('leaves checksums to the device over IPv%i', (family) => {
    const frame = tcpFrame({ family, payload: counting(200), segmentSize: 100 });
    const transport = family === 4 ? 34 : 54;
    for (const piece of piecesOf(segmenter, frame, true)) {
      expect(piece).toMatchObject({ checksumStart: transport, checksumOffset: 16, segmentSize: 0 });
      const expected = tcpFrame({ family, payload: counting(100), segmentSize: 100 });
      expect(u16(piece.bytes, transport + 16)).toBe(u16(expected.bytes, transport + 16));
    }
  });

  it.each([
    ['SYN', { flags: SYN }],
    ['RST', { flags: ACK | RST }],
    ['URG', { flags: ACK | URG }],
  ])('does not cut a segment with %s', (_, header) => {
    const frame = tcpFrame({ header, payload: counting(200), segmentSize: 100 });
    expect(segmenter.begin(frame, false)).toBe(false);
    expect(segmenter.next(createFrame())).toBe(false);
  });

  it.each([
    ['another EtherType', 12, 0x86],
    ['another version', 14, 0x65],
    ['a header of 16 bytes', 14, 0x44],
    ['a header that leaves no room for TCP', 14, 0x4f],
    ['another protocol', 23, 17],
    ['more fragments', 20, 0x20],
    ['a fragment offset', 21, 1],
    ['the reserved bit', 20, 0x80],
    ['a length behind the end', 16, 0xff],
    ['a TCP header of 16 bytes', 46, 0x40],
    ['a TCP header behind the end', 46, 0xf0],
  ])('does not cut a frame with %s', (_, at, value) => {
    const frame = tcpFrame({ payload: counting(30), segmentSize: 20 });
    frame.bytes[at] = value;
    expect(segmenter.begin(frame, false)).toBe(false);
    expect(segmenter.next(createFrame())).toBe(false);
  });

  it.each([
    ['another version', 14, 0x45],
    ['an extension header', 20, 0],
    ['a length behind the end', 18, 0xff],
  ])('does not cut a frame of IPv6 with %s', (_, at, value) => {
    const frame = tcpFrame({ family: 6, payload: counting(30), segmentSize: 20 });
    frame.bytes[at] = value;
    expect(segmenter.begin(frame, false)).toBe(false);
  });

  it('throws when a piece does not fit', () => {
    const frame = tcpFrame({ payload: counting(5000), segmentSize: 2500 });
    expect(segmenter.begin(frame, false)).toBe(true);
    expect(() => segmenter.next(createFrame())).toThrow(RangeError);
  });
});
