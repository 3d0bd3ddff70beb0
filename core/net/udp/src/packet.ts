import type { Checksum, Located } from '@atoll/bytes/fast';
import { plainChecksum } from '@atoll/bytes/fast';
import { u16, writeU16 } from '@atoll/bytes/field';
import { PROTOCOL_UDP } from '@atoll/ipv4/packet';
import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';

/** In bytes (RFC 768). */
export const UDP_HEADER_LENGTH = 8;

export interface UdpHeader {
  sourcePort: number;
  destinationPort: number;
  /** Bytes of header and payload. */
  length: number;
}

/** A header to read into. */
export function emptyUdpHeader(): UdpHeader {
  return { sourcePort: 0, destinationPort: 0, length: UDP_HEADER_LENGTH };
}

/**
 * Parses the header of the datagram in `region` from `start` up to at most `end` into `into`. `addresses`
 * is the sum of those that it came from and went to, see `addressSum` of IPv4 and IPv6, or
 * {@link VOUCHED} when the checksum need not be looked at. A checksum of zero means that the sender made
 * none, which the caller refuses with IPv6.
 */
export function parseUdp(
  region: Located,
  start: number,
  end: number,
  addresses: number,
  into: UdpHeader,
  checksum: Checksum = plainChecksum,
): Result<undefined> {
  const { bytes } = region;
  if (end - start < UDP_HEADER_LENGTH) return TOO_SHORT;
  const length = u16(bytes, start + 4);
  if (length < UDP_HEADER_LENGTH || length > end - start) return WRONG_LENGTH;
  if (addresses !== VOUCHED && u16(bytes, start + 6) !== 0) {
    const initial = addresses + PROTOCOL_UDP + length;
    if (checksum.internetChecksum(region, start, start + length, initial) !== 0)
      return WRONG_CHECKSUM;
  }
  into.sourcePort = u16(bytes, start);
  into.destinationPort = u16(bytes, start + 2);
  into.length = length;
  return PARSED;
}

/**
 * Writes a header to `start` of `region`, behind which the payload is already in its place. `addresses`
 * is the sum of both. The checksum is always made (RFC 1122 section 4.1.3.4).
 */
export function emitUdp(
  region: Located,
  start: number,
  addresses: number,
  header: Readonly<UdpHeader>,
  checksum: Checksum = plainChecksum,
): void {
  const { bytes } = region;
  const { length } = header;
  writeU16(bytes, start, header.sourcePort);
  writeU16(bytes, start + 2, header.destinationPort);
  writeU16(bytes, start + 4, length);
  writeU16(bytes, start + 6, 0);
  const initial = addresses + PROTOCOL_UDP + length;
  const made = checksum.internetChecksum(region, start, start + length, initial);
  // Zero means none, so the other zero of one's complement stands for it.
  writeU16(bytes, start + 6, made === 0 ? 0xffff : made);
}

/** `UDP 53 > 40000 length 24`: the length of the payload. */
export function describeUdp(header: Readonly<UdpHeader>): string {
  const { sourcePort, destinationPort, length } = header;
  return `UDP ${sourcePort} > ${destinationPort} length ${length - UDP_HEADER_LENGTH}`;
}

/** Instead of a sum: the network device checked the checksum, or made the datagram itself. */
export const VOUCHED = -1;

const PARSED = ok(undefined);
const TOO_SHORT = malformed('the UDP datagram is cut short');
const WRONG_LENGTH = malformed('the length of the UDP datagram is wrong');
const WRONG_CHECKSUM = malformed('the UDP checksum is wrong');
