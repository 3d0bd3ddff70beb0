import { internetChecksum } from '@atoll/bytes/checksum';
import { writeU16, writeU32 } from '@atoll/bytes/field';
import { createFrame } from '@atoll/device/frame';
import type { Frame } from '@atoll/device/network';
import { LARGE_FRAME_CAPACITY } from '@atoll/device/network';
import type { Segmenter } from '../src/gso.ts';
import { pseudoHeaderSum, transportStart, writePacketEnd } from '../src/gso-headers.ts';
import type { SegmentHeader } from '../src/packet.ts';
import {
  ACK,
  CHECKSUM_OFFSET,
  emitTcp,
  emptyHeader,
  emptySegment,
  parseTcp,
} from '../src/packet.ts';

export interface FrameContent {
  readonly family?: 4 | 6;
  readonly header?: Partial<SegmentHeader>;
  readonly payload?: Uint8Array;
  readonly segmentSize?: number;
  readonly identification?: number;
}

/** An Ethernet frame with one TCP segment; with `segmentSize` the checksum is left to be written. */
export function tcpFrame(content: FrameContent): Frame {
  const { family = 4, payload = new Uint8Array(), segmentSize = 0, identification = 1 } = content;
  const frame = createFrame(undefined, LARGE_FRAME_CAPACITY);
  const { bytes } = frame;
  bytes.set([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]);
  const transport = family === 4 ? 34 : 54;
  const header = { ...emptyHeader(), flags: ACK, sourcePort: 40_000, ...content.header };
  const from = { bytes: payload, address: 0 };
  frame.length = transport + emitTcp(frame, transport, header, 0, true, from, 0, payload.length);
  frame.segmentSize = segmentSize;
  if (family === 4) {
    writeU16(bytes, 12, 0x0800);
    bytes.set([0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2], 14);
    writeU16(bytes, 18, identification);
  } else {
    writeU16(bytes, 12, 0x86dd);
    writeU32(bytes, 14, 0x6000_0000);
    bytes.set([6, 64], 20);
    for (let at = 22; at < 54; at++) bytes[at] = at;
  }
  writePacketEnd(bytes, transport, frame.length);
  complete(frame);
  if (segmentSize !== 0) leaveChecksum(frame);
  return frame;
}

/** Writes the checksum of TCP after a change. */
export function complete(frame: Frame): void {
  const { bytes, length } = frame;
  const transport = transportStart(bytes, length);
  writeU16(bytes, transport + CHECKSUM_OFFSET, 0);
  const pseudo = pseudoHeaderSum(bytes, transport, length);
  writeU16(bytes, transport + CHECKSUM_OFFSET, internetChecksum(bytes, transport, length, pseudo));
}

function leaveChecksum(frame: Frame): void {
  const { bytes, length } = frame;
  const transport = transportStart(bytes, length);
  const inverted = internetChecksum(bytes, 0, 0, pseudoHeaderSum(bytes, transport, length));
  writeU16(bytes, transport + CHECKSUM_OFFSET, ~inverted);
  frame.checksumStart = transport;
  frame.checksumOffset = CHECKSUM_OFFSET;
}

/** All pieces of `frame`, which must be one that can be cut. */
export function piecesOf(segmenter: Segmenter, frame: Frame, isPartial = false): Frame[] {
  if (!segmenter.begin(frame, isPartial)) throw new Error('it cannot be cut');
  const pieces: Frame[] = [];
  for (;;) {
    const piece = createFrame(undefined, LARGE_FRAME_CAPACITY);
    if (!segmenter.next(piece)) return pieces;
    pieces.push(piece);
  }
}

/** The segment in a frame whose checksums must be right. */
export function segmentOf(frame: Frame) {
  const { bytes, length } = frame;
  const transport = transportStart(bytes, length);
  if (transport === 34 && internetChecksum(bytes, 14, 34) !== 0) throw new Error('IPv4 checksum');
  const segment = emptySegment();
  const addresses = pseudoHeaderSum(bytes, transport, length) - 6 - (length - transport);
  const result = parseTcp(frame, transport, length, addresses, segment);
  if (!result.ok) throw new Error(result.error.reason);
  return { ...segment, payload: bytes.slice(segment.payloadStart, segment.payloadEnd) };
}

/** Bytes that tell where they are. */
export function counting(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => at * 7 + (at >>> 8));
}
