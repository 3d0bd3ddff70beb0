import type { Located } from '@atoll/bytes/fast';
import { u16, writeU16, writeU32 } from '@atoll/bytes/field';
import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';
import { ipv6Text, writeAddress } from './address.ts';
import type { AddressReader } from './fast.ts';
import { plainAddresses } from './fast.ts';

/** The length of the header without extension headers in bytes (RFC 8200 section 3). */
export const IPV6_HEADER_LENGTH = 40;
export const MAX_PAYLOAD_LENGTH = 0xffff;

/** Every link carries packets of this length (RFC 8200 section 5). */
export const MINIMUM_MTU = 1280;

/** Where the fields of the header are, for who has to point at one (RFC 4443 section 3.4). */
export const PAYLOAD_LENGTH_AT = 4;
export const NEXT_HEADER_AT = 6;

/** From IANA's list of protocol numbers; those that are extension headers are in `extension.ts`. */
export const PROTOCOL_TCP = 6;
export const PROTOCOL_UDP = 17;
export const PROTOCOL_ICMPV6 = 58;

export interface Ipv6Header {
  /** 8 bits: DSCP and ECN (RFC 2474, RFC 3168). */
  trafficClass: number;
  /** 20 bits (RFC 6437). */
  flowLabel: number;
  /** Bytes behind this header: extension headers and payload. */
  payloadLength: number;
  /** The protocol of the payload, or of the first extension header. */
  nextHeader: number;
  hopLimit: number;
  source: bigint;
  destination: bigint;
}

/** A header to read into. */
export function emptyIpv6Header(): Ipv6Header {
  return {
    trafficClass: 0,
    flowLabel: 0,
    payloadLength: 0,
    nextHeader: 0,
    hopLimit: 0,
    source: 0n,
    destination: 0n,
  };
}

/**
 * Parses the header of the packet in `region` from `start` up to at most `end`; what follows the packet,
 * such as padding, is ignored. A hop limit of 0 is accepted, because it concerns routers only. A good
 * header is read into `into`, so that one object can serve for all packets.
 */
export function parseIpv6(
  region: Located,
  start: number,
  end: number,
  into: Ipv6Header,
  addresses: AddressReader = plainAddresses,
): Result<undefined> {
  const { bytes } = region;
  const available = end - start - IPV6_HEADER_LENGTH;
  if (available < 0) return TOO_SHORT;
  const first = u16(bytes, start);
  if (first >>> 12 !== 6) return WRONG_VERSION;
  const payloadLength = u16(bytes, start + PAYLOAD_LENGTH_AT);
  if (payloadLength > available) return TOO_SHORT;
  // No group sends anything (RFC 4291 section 2.7).
  if (bytes[start + SOURCE_AT] === 0xff) return GROUP_AS_SOURCE;
  into.trafficClass = (first >>> 4) & 0xff;
  into.flowLabel = ((first & 0x0f) << 16) | u16(bytes, start + 2);
  into.payloadLength = payloadLength;
  into.nextHeader = bytes[start + NEXT_HEADER_AT];
  into.hopLimit = bytes[start + 7];
  into.source = addresses.at(region, start + SOURCE_AT);
  into.destination = addresses.at(region, start + DESTINATION_AT);
  return PARSED;
}

/** Writes a header to `start` of `region`. Throws a RangeError when it must not be sent. */
export function emitIpv6(region: Located, start: number, header: Readonly<Ipv6Header>): void {
  const { bytes } = region;
  if (header.payloadLength > MAX_PAYLOAD_LENGTH || header.hopLimit === 0) {
    throw new RangeError('an IPv6 header that must not be sent');
  }
  writeU32(bytes, start, VERSION | (header.trafficClass << 20) | header.flowLabel);
  writeU16(bytes, start + PAYLOAD_LENGTH_AT, header.payloadLength);
  bytes[start + NEXT_HEADER_AT] = header.nextHeader;
  bytes[start + 7] = header.hopLimit;
  writeAddress(bytes, start + SOURCE_AT, header.source);
  writeAddress(bytes, start + DESTINATION_AT, header.destination);
}

/** `2001:db8::1 > 2001:db8::2 next 17 length 8`, where the length is that of all behind the header. */
export function describeIpv6(header: Readonly<Ipv6Header>): string {
  const { source, destination, nextHeader, payloadLength } = header;
  return `${ipv6Text(source)} > ${ipv6Text(destination)} next ${nextHeader} length ${payloadLength}`;
}

/** Where the addresses are, one behind the other. */
export const SOURCE_AT = 8;
export const DESTINATION_AT = 24;
const VERSION = 0x6000_0000;

const PARSED = ok(undefined);
const TOO_SHORT = malformed('the IPv6 packet is cut short');
const WRONG_VERSION = malformed('the IP version is not 6');
const GROUP_AS_SOURCE = malformed('the source of the IPv6 packet is a group');
