import type { Checksum, Located } from '@atoll/bytes/fast';
import { plainChecksum } from '@atoll/bytes/fast';
import { u16, u32, writeU16, writeU32 } from '@atoll/bytes/field';
import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';
import { ipv4Text } from './address.ts';

/** The length of a header without options in bytes (RFC 791 section 3.1). */
export const IPV4_HEADER_LENGTH = 20;
export const MAX_DATAGRAM_LENGTH = 0xffff;

/** From IANA's list of protocol numbers. */
export const PROTOCOL_ICMP = 1;
export const PROTOCOL_TCP = 6;
export const PROTOCOL_UDP = 17;

/** Flags in the upper bits of the 16-bit field that they share with the fragment offset. */
export const DONT_FRAGMENT = 0x4000;
export const MORE_FRAGMENTS = 0x2000;

export interface Ipv4Header {
  /** Bytes, with options. */
  headerLength: number;
  /** Bytes of header and payload. */
  totalLength: number;
  identification: number;
  dontFragment: boolean;
  moreFragments: boolean;
  /** Bytes: where the payload belongs in that of the whole datagram. */
  fragmentOffset: number;
  timeToLive: number;
  protocol: number;
  source: number;
  destination: number;
}

/** A header to read into. */
export function emptyIpv4Header(): Ipv4Header {
  return {
    headerLength: IPV4_HEADER_LENGTH,
    totalLength: IPV4_HEADER_LENGTH,
    identification: 0,
    dontFragment: false,
    moreFragments: false,
    fragmentOffset: 0,
    timeToLive: 0,
    protocol: 0,
    source: 0,
    destination: 0,
  };
}

/**
 * Parses the header of the datagram in `region` from `start` up to at most `end`; what follows the
 * datagram, such as padding, is ignored. Options are skipped (RFC 1122 section 3.2.1.8), source routes are
 * refused. A time to live of 0 is accepted, because it concerns routers only (RFC 1122 section 3.2.1.7).
 *
 * A good header is read into `into`, so that one object can serve for all packets.
 */
export function parseIpv4(
  region: Located,
  start: number,
  end: number,
  into: Ipv4Header,
  checksum: Checksum = plainChecksum,
): Result<undefined> {
  const { bytes } = region;
  const available = end - start;
  if (available < IPV4_HEADER_LENGTH) return TOO_SHORT;
  const first = bytes[start];
  if (first >>> 4 !== 4) return WRONG_VERSION;
  const headerLength = (first & 0x0f) * 4;
  const totalLength = u16(bytes, start + 2);
  if (headerLength < IPV4_HEADER_LENGTH || headerLength > totalLength) return WRONG_LENGTHS;
  if (totalLength > available) return TOO_SHORT;
  if (checksum.internetChecksum(region, start, start + headerLength, 0) !== 0)
    return WRONG_CHECKSUM;
  if (headerLength > IPV4_HEADER_LENGTH && hasBadOptions(bytes, start, headerLength)) {
    return BAD_OPTIONS;
  }
  const fragment = u16(bytes, start + 6);
  into.headerLength = headerLength;
  into.totalLength = totalLength;
  into.identification = u16(bytes, start + 4);
  into.dontFragment = (fragment & DONT_FRAGMENT) !== 0;
  into.moreFragments = (fragment & MORE_FRAGMENTS) !== 0;
  into.fragmentOffset = (fragment & 0x1fff) * 8;
  into.timeToLive = bytes[start + 8];
  into.protocol = bytes[start + 9];
  into.source = u32(bytes, start + 12);
  into.destination = u32(bytes, start + 16);
  return PARSED;
}

/**
 * Writes a header without options (`headerLength` is not looked at) to `start` of `region`. Throws a
 * RangeError when the datagram would be too long, or end at the first router.
 */
export function emitIpv4(
  region: Located,
  start: number,
  header: Readonly<Ipv4Header>,
  checksum: Checksum = plainChecksum,
): void {
  const { bytes } = region;
  if (header.totalLength > MAX_DATAGRAM_LENGTH || header.timeToLive === 0) {
    throw new RangeError('an IPv4 header that must not be sent');
  }
  bytes[start] = 0x45;
  bytes[start + 1] = 0;
  writeU16(bytes, start + 2, header.totalLength);
  writeU16(bytes, start + 4, header.identification);
  const flags =
    (header.dontFragment ? DONT_FRAGMENT : 0) | (header.moreFragments ? MORE_FRAGMENTS : 0);
  writeU16(bytes, start + 6, flags | (header.fragmentOffset >>> 3));
  bytes[start + 8] = header.timeToLive;
  bytes[start + 9] = header.protocol;
  writeU16(bytes, start + 10, 0);
  writeU32(bytes, start + 12, header.source);
  writeU32(bytes, start + 16, header.destination);
  writeU16(
    bytes,
    start + 10,
    checksum.internetChecksum(region, start, start + IPV4_HEADER_LENGTH, 0),
  );
}

/** `192.0.2.1 > 192.0.2.2 protocol 17 length 28`, with the fragment it is, if it is one. */
export function describeIpv4(header: Readonly<Ipv4Header>): string {
  const { source, destination, protocol, totalLength, fragmentOffset, moreFragments } = header;
  const addresses = `${ipv4Text(source)} > ${ipv4Text(destination)}`;
  const fragment =
    fragmentOffset > 0 || moreFragments
      ? ` fragment ${header.identification}@${fragmentOffset}${moreFragments ? '+' : ''}`
      : '';
  return `${addresses} protocol ${protocol} length ${totalLength}${fragment}`;
}

/** Whether the options have a source route (RFC 7126 sections 4.3 and 4.4), or cannot be walked through. */
function hasBadOptions(bytes: Uint8Array, start: number, headerLength: number): boolean {
  const end = start + headerLength;
  let at = start + IPV4_HEADER_LENGTH;
  while (at < end) {
    const kind = bytes[at];
    if (kind === END_OF_OPTIONS) return false;
    if (kind === NO_OPERATION) {
      at++;
      continue;
    }
    const length = at + 1 < end ? bytes[at + 1] : 0;
    if (kind === LOOSE_SOURCE_ROUTE || kind === STRICT_SOURCE_ROUTE) return true;
    if (length < 2 || at + length > end) return true;
    at += length;
  }
  return false;
}

const END_OF_OPTIONS = 0;
const NO_OPERATION = 1;
const LOOSE_SOURCE_ROUTE = 0x83;
const STRICT_SOURCE_ROUTE = 0x89;

export const PARSED = ok(undefined);
const TOO_SHORT = malformed('the IPv4 datagram is cut short');
const WRONG_VERSION = malformed('the IP version is not 4');
const WRONG_LENGTHS = malformed('the lengths in the IPv4 header contradict each other');
const WRONG_CHECKSUM = malformed('the checksum of the IPv4 header is wrong');
const BAD_OPTIONS = malformed('the IPv4 options are broken or ask for a source route');
