import { createFrame } from '@atoll/device/frame';
import type { Frame } from '@atoll/device/network';
import { describe, expect, it } from 'vitest';
import { PlainCoalescer } from '../src/gro.ts';
import { PlainSegmenter } from '../src/gso.ts';
import { ACK, CWR, ECE, FIN, PSH, RST, SYN, URG } from '../src/packet.ts';
import type { FrameContent } from './gso-frames.ts';
import { complete, counting, piecesOf, segmentOf, tcpFrame } from './gso-frames.ts';

const FIRST: FrameContent = {
  header: { sequence: 1000, acknowledgment: 7, window: 99, flags: ACK },
  payload: counting(100),
};

/** What follows FIRST, with changes. */
function second(header: FrameContent['header'] = {}, payload = counting(100)): FrameContent {
  return { header: { ...FIRST.header, sequence: 1100, ...header }, payload };
}

/** Two segments with timestamps, `held` and `next` being TSval and TSecr. */
function timed(held: [number, number], next: [number, number]): [FrameContent, FrameContent] {
  const times = ([timestamp, timestampEcho]: [number, number]) => ({
    hasTimestamp: true,
    timestamp,
    timestampEcho,
  });
  const first = { ...FIRST, header: { ...FIRST.header, ...times(held) } };
  return [first, second(times(next))];
}

/** How many of `frames` a new coalescer takes before it refuses one. */
function taken(...frames: (FrameContent | Frame)[]): number {
  const coalescer = new PlainCoalescer();
  const refused = frames.findIndex((frame) => !coalescer.take(frameOf(frame)));
  return refused < 0 ? frames.length : refused;
}

function frameOf(frame: FrameContent | Frame): Frame {
  return 'bytes' in frame ? frame : tcpFrame(frame);
}

/** `FIRST` or `second()` with one byte changed, and its checksums right. */
function changed(content: FrameContent, at: number, value: number): Frame {
  const frame = tcpFrame(content);
  frame.bytes[at] ^= value;
  if (content.family !== 6) {
    frame.bytes.fill(0, 24, 26);
    const { bytes } = piecesOf(new PlainSegmenter(), frame)[0];
    frame.bytes.set(bytes.subarray(24, 26), 24);
  }
  complete(frame);
  return frame;
}

describe('a coalescer', () => {
  it.each([4, 6] as const)(
    'joins what follows over IPv%i, and cutting it undoes that',
    (family) => {
      const coalescer = new PlainCoalescer();
      const header = { ...FIRST.header, flags: ACK | PSH, hasTimestamp: true, timestamp: 5 };
      const whole = tcpFrame({ family, header, payload: counting(1050), segmentSize: 100 });
      for (const piece of piecesOf(new PlainSegmenter(), whole)) {
        expect(coalescer.take(piece)).toBe(true);
      }
      const held = coalescer.flush();
      expect(held).toMatchObject({
        length: whole.length,
        segmentSize: 100,
        isChecked: true,
        checksumStart: whole.checksumStart,
        checksumOffset: 16,
      });
      expect(held?.bytes.slice(0, whole.length)).toEqual(whole.bytes.slice(0, whole.length));
      expect(coalescer.flush()).toBeUndefined();
    },
  );

  it('gives one segment back as it came', () => {
    const coalescer = new PlainCoalescer();
    const frame = tcpFrame(FIRST);
    expect(coalescer.take(frame)).toBe(true);
    const held = coalescer.flush();
    expect(held).toMatchObject({ length: frame.length, segmentSize: 0, checksumStart: 0 });
    expect(held?.isChecked).toBe(true);
    expect(held && segmentOf(held)).toEqual(segmentOf(frame));
  });

  it('drops the padding of short frames', () => {
    const coalescer = new PlainCoalescer();
    const frame = tcpFrame({ ...FIRST, payload: counting(1) });
    const length = frame.length;
    frame.length = 60;
    coalescer.take(frame);
    expect(coalescer.flush()?.length).toBe(length);
  });

  it('takes the word of the device for checksums', () => {
    const unfinished = tcpFrame({ ...FIRST, segmentSize: 100 });
    unfinished.segmentSize = 0;
    expect(taken(unfinished)).toBe(0);
    unfinished.isChecked = true;
    const coalescer = new PlainCoalescer();
    expect(coalescer.take(unfinished)).toBe(true);
    expect(coalescer.flush()).toMatchObject({ checksumStart: 34, checksumOffset: 16 });
  });

  it('ends with a shorter segment, and with FIN', () => {
    const short = second({}, counting(60));
    const behindShort = second({ sequence: 1160 }, counting(60));
    expect(taken(FIRST, short, behindShort)).toBe(2);
    const last = second({ flags: ACK | FIN });
    expect(taken(FIRST, last, second({ sequence: 1200 }))).toBe(2);
  });

  it('goes on behind PSH, and keeps it', () => {
    const coalescer = new PlainCoalescer();
    coalescer.take(tcpFrame(FIRST));
    coalescer.take(tcpFrame(second({ flags: ACK | PSH })));
    coalescer.take(tcpFrame(second({ sequence: 1200 })));
    const held = coalescer.flush();
    expect(held?.bytes[34 + 13]).toBe(ACK | PSH);
    expect(held?.length).toBe(54 + 300);
  });

  it('lets CWR be said by the first only', () => {
    const first = { ...FIRST, header: { ...FIRST.header, flags: ACK | CWR } };
    expect(taken(first, second())).toBe(2);
    expect(taken(FIRST, second({ flags: ACK | CWR }))).toBe(1);
    expect(taken(FIRST, second({ flags: ACK | ECE }))).toBe(1);
  });

  it('takes timestamps that do not go back', () => {
    expect(taken(...timed([5, 6], [5, 6]))).toBe(2);
    expect(taken(...timed([0xffff_ffff, 6], [3, 7]))).toBe(2);
    expect(taken(...timed([5, 6], [4, 6]))).toBe(1);
    expect(taken(...timed([5, 6], [5, 5]))).toBe(1);
    expect(taken(timed([5, 6], [5, 6])[0], second())).toBe(1);
    expect(taken(FIRST, timed([5, 6], [5, 6])[1])).toBe(1);
  });

  it('takes no more than fits into a packet', () => {
    const payload = counting(1448);
    const coalescer = new PlainCoalescer();
    let sequence = 0;
    while (coalescer.take(tcpFrame({ header: { sequence }, payload }))) sequence += payload.length;
    expect(sequence).toBe(45 * 1448);
    expect(coalescer.flush()?.length).toBe(54 + 45 * 1448);
    expect(coalescer.take(tcpFrame({ header: { sequence }, payload }))).toBe(true);
  });

  it.each([
    ['nothing but an ACK', { payload: new Uint8Array() }],
    ['SYN', { header: { flags: SYN } }],
    ['SYN and ACK', { header: { flags: SYN | ACK } }],
    ['RST', { header: { flags: RST | ACK } }],
    ['FIN', { header: { flags: FIN | ACK } }],
    ['URG', { header: { flags: URG | ACK } }],
    ['no ACK', { header: { flags: PSH } }],
    ['SACKs', { header: { flags: ACK, sackCount: 1 } }],
    ['timestamps and SACKs', { header: { flags: ACK, sackCount: 1, hasTimestamp: true } }],
  ] as const)('leaves a segment with %s alone', (_, content) => {
    expect(taken({ payload: counting(10), ...content })).toBe(0);
    const header = { ...FIRST.header, sequence: 1100, ...('header' in content && content.header) };
    const follower = { payload: counting(10), ...content, header };
    const isLast = header.flags === (FIN | ACK);
    expect(taken(FIRST, follower)).toBe(isLast ? 2 : 1);
  });

  it.each([
    ['a gap before it', second({ sequence: 1101 })],
    ['bytes that were there before', second({ sequence: 1099 })],
    ['another source port', second({ sourcePort: 1 })],
    ['another destination port', second({ destinationPort: 1 })],
    ['another acknowledgment', second({ acknowledgment: 8 })],
    ['another window', second({ window: 98 })],
    ['more payload', second({}, counting(101))],
    ['another family', { ...second(), family: 6 as const }],
    ['another hardware address', changed(second(), 0, 2)],
    ['another hardware address', changed(second(), 11, 2)],
    ['another type of service', changed(second(), 15, 3)],
    ['another time to live', changed(second(), 22, 1)],
    ['another Don’t Fragment', changed(second(), 20, 0x40)],
    ['another source address', changed(second(), 29, 1)],
    ['another destination address', changed(second(), 33, 1)],
    ['another reserved bit', changed(second(), 46, 1)],
    ['another urgent pointer', changed(second(), 53, 1)],
  ])('does not join a segment with %s', (_, follower) => {
    expect(taken(FIRST, second())).toBe(2);
    expect(taken(FIRST, follower)).toBe(1);
  });

  it.each([
    ['another traffic class', 15, 0x30],
    ['another flow label', 17, 1],
    ['another hop limit', 21, 1],
    ['another source address', 37, 1],
    ['another destination address', 53, 1],
  ])('does not join a segment over IPv6 with %s', (_, at, value) => {
    const first = { ...FIRST, family: 6 as const };
    const follower = { ...second(), family: 6 as const };
    expect(taken(first, follower)).toBe(2);
    expect(taken(first, changed(follower, at, value))).toBe(1);
  });

  it.each([
    ['a wrong checksum of TCP', 60],
    ['a wrong checksum of IPv4', 24],
  ])('leaves a segment with %s alone', (_, at) => {
    const wrong = tcpFrame(FIRST);
    wrong.bytes[at] ^= 1;
    expect(taken(wrong)).toBe(0);
    const follower = tcpFrame(second());
    follower.bytes[at] ^= 1;
    expect(taken(FIRST, follower)).toBe(1);
  });

  it('leaves alone what was joined before, IPv4 options, and other frames', () => {
    const joined = tcpFrame({ ...FIRST, segmentSize: 50 });
    joined.isChecked = true;
    expect(taken(joined)).toBe(0);
    const other = createFrame();
    other.length = 60;
    expect(taken(other)).toBe(0);
    expect(taken(withOptions())).toBe(0);
  });
});

/** A segment over IPv4 with four no-operations. */
function withOptions(): Frame {
  const frame = tcpFrame(FIRST);
  frame.bytes.copyWithin(38, 34, frame.length);
  frame.bytes.set([1, 1, 1, 1], 34);
  frame.bytes[14] = 0x46;
  frame.bytes[17] += 4;
  frame.length += 4;
  const [piece] = piecesOf(new PlainSegmenter(), frame);
  complete(piece);
  return piece;
}
