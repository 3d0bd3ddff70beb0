import type { Checksum, Located } from '@atoll/bytes/fast';
import { plainChecksum, plainCopy } from '@atoll/bytes/fast';
import { u16, u32, writeU16, writeU32 } from '@atoll/bytes/field';
import type { IpAddress } from '@atoll/device/socket';
import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';
import type { SegmentOptions } from './options.ts';
import { emitOptions, MAX_SACKS, optionsLength, parseOptions } from './options.ts';

/** The length of a header without options, and of the longest, in bytes (RFC 9293 section 3.1). */
export const TCP_HEADER_LENGTH = 20;
export const MAX_TCP_HEADER_LENGTH = 60;

/** From IANA's list of protocol numbers. */
export const PROTOCOL_TCP = 6;

/** Where the checksum is in the header: `Frame.checksumOffset`. */
export const CHECKSUM_OFFSET = 16;

/** Flags. */
export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const PSH = 0x08;
export const ACK = 0x10;
export const URG = 0x20;
export const ECE = 0x40;
export const CWR = 0x80;

/** What the header of a segment says. With SYN there are no SACKs, and without it only they and timestamps. */
export interface SegmentHeader extends SegmentOptions {
  sourcePort: number;
  destinationPort: number;
  /** 32 bits unsigned, like `acknowledgment`. */
  sequence: number;
  acknowledgment: number;
  flags: number;
  /** As it is in the header, not scaled. */
  window: number;
}

/** A segment that was parsed; one object serves for all. Its user only reads it. */
export interface Segment extends SegmentHeader {
  /** Where the payload is in the region that was parsed. */
  payloadStart: number;
  payloadEnd: number;
  /** `Frame.segmentSize` of the frame it came in; set by whoever took it from there, not by the parser. */
  segmentSize: number;
}

/** A header to fill in. */
export function emptyHeader(): SegmentHeader {
  return {
    sourcePort: 0,
    destinationPort: 0,
    sequence: 0,
    acknowledgment: 0,
    flags: 0,
    window: 0,
    mss: 0,
    windowScale: -1,
    sackPermitted: false,
    hasTimestamp: false,
    timestamp: 0,
    timestampEcho: 0,
    sackCount: 0,
    sacks: new Uint32Array(2 * MAX_SACKS),
  };
}

/** A segment to read into. */
export function emptySegment(): Segment {
  return { ...emptyHeader(), payloadStart: 0, payloadEnd: 0, segmentSize: 0 };
}

/**
 * Parses the segment in `region` from `start` to `end` into `segment`. `addresses` is the sum of those that
 * it came from and went to, see {@link addressSum}, or {@link VOUCHED} when the checksum need not be looked
 * at. When the answer is a failure, nothing in `segment` has a meaning.
 */
export function parseTcp(
  region: Located,
  start: number,
  end: number,
  addresses: number,
  segment: Segment,
  checksum: Checksum = plainChecksum,
): Result<undefined> {
  const { bytes } = region;
  const length = end - start;
  if (length < TCP_HEADER_LENGTH) return TOO_SHORT;
  const headerLength = (bytes[start + 12] >>> 4) * 4;
  if (headerLength < TCP_HEADER_LENGTH || headerLength > length) return WRONG_OFFSET;
  if (addresses !== VOUCHED) {
    const initial = addresses + PROTOCOL_TCP + length;
    if (checksum.internetChecksum(region, start, end, initial) !== 0) return WRONG_CHECKSUM;
  }
  const flags = bytes[start + 13];
  segment.sourcePort = u16(bytes, start);
  segment.destinationPort = u16(bytes, start + 2);
  segment.sequence = u32(bytes, start + 4);
  segment.acknowledgment = u32(bytes, start + 8);
  segment.flags = flags;
  segment.window = u16(bytes, start + 14);
  segment.payloadStart = start + headerLength;
  segment.payloadEnd = end;
  const isSyn = (flags & SYN) !== 0;
  parseOptions(bytes, start + TCP_HEADER_LENGTH, start + headerLength, isSyn, segment);
  return PARSED;
}

/** How many bytes `header` takes with its options. */
export function headerLength(header: Readonly<SegmentHeader>): number {
  return TCP_HEADER_LENGTH + optionsLength(header, (header.flags & SYN) !== 0);
}

/**
 * Writes a segment to `start` of `region`: `header`, and behind it a copy of the `length` bytes at
 * `payloadStart` of `payload`, unless they are there already. Answers how many bytes that is.
 *
 * The checksum is complete, or with `isPartial` only the sum of the pseudo-header, for a device that does
 * the rest. Throws a RangeError when the options are too long or there is no room.
 */
export function emitTcp(
  region: Located,
  start: number,
  header: Readonly<SegmentHeader>,
  addresses: number,
  isPartial: boolean,
  payload: Located,
  payloadStart: number,
  length: number,
  checksum: Checksum = plainChecksum,
): number {
  const { bytes } = region;
  const size = headerLength(header);
  const end = start + size + length;
  if (size > MAX_TCP_HEADER_LENGTH) throw new RangeError('TCP options that are too long');
  if (start < 0 || length < 0 || end > bytes.length) throw new RangeError('a TCP segment too long');
  plainCopy.copy(payload, payloadStart, region, start + size, length);
  writeU16(bytes, start, header.sourcePort);
  writeU16(bytes, start + 2, header.destinationPort);
  writeU32(bytes, start + 4, header.sequence);
  writeU32(bytes, start + 8, header.acknowledgment);
  bytes[start + 12] = (size >>> 2) << 4;
  bytes[start + 13] = header.flags;
  writeU16(bytes, start + 14, header.window);
  writeU32(bytes, start + CHECKSUM_OFFSET, 0);
  emitOptions(bytes, start + TCP_HEADER_LENGTH, header, (header.flags & SYN) !== 0);
  const initial = addresses + PROTOCOL_TCP + size + length;
  const made = isPartial
    ? checksum.sum(region, start, start, initial)
    : checksum.internetChecksum(region, start, end, initial);
  writeU16(bytes, start + CHECKSUM_OFFSET, made);
  return size + length;
}

/**
 * What two addresses of one family add to the sum of the pseudo-header (RFC 9293 section 3.1), in any
 * order; at most 2^18. The protocol and the length are added by who knows them.
 */
export function addressSum(source: IpAddress, destination: IpAddress): number {
  if (typeof source === 'number' && typeof destination === 'number') {
    return (source >>> 16) + (source & 0xffff) + (destination >>> 16) + (destination & 0xffff);
  }
  // A one's complement sum of 16-bit words is the remainder modulo 2^16 - 1. Zones are not on the wire.
  const addresses = BigInt.asUintN(128, BigInt(source)) + BigInt.asUintN(128, BigInt(destination));
  return Number(addresses % 0xffffn);
}

/** Instead of a sum: the network device checked the checksum, or made the segment itself. */
export const VOUCHED = -1;

export const PARSED = ok(undefined);
export const TOO_SHORT = malformed('the TCP header is cut short');
export const WRONG_OFFSET = malformed('the data offset of the TCP header is wrong');
export const WRONG_CHECKSUM = malformed('the TCP checksum is wrong');
