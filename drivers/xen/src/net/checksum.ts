import { ETHERNET_HEADER_LENGTH, type Frame } from '@atoll/device/network';

/**
 * Finds the checksum that the sender of `frame` left to be written: Xen says that there is one, but not where.
 * Leaves `checksumStart` 0 for what is neither TCP nor UDP right behind an IP header.
 */
export function findChecksum(frame: Frame): void {
  const { bytes, length } = frame;
  const isIpv4 = bytes[12] === 0x08 && bytes[13] === 0;
  const isIpv6 = bytes[12] === 0x86 && bytes[13] === 0xdd;
  if (!isIpv4 && !isIpv6) return;
  const header = isIpv4 ? (bytes[ETHERNET_HEADER_LENGTH] & 15) * 4 : IPV6_HEADER;
  const protocol = bytes[ETHERNET_HEADER_LENGTH + (isIpv4 ? IPV4_PROTOCOL : IPV6_NEXT_HEADER)];
  const offset = protocol === TCP ? TCP_CHECKSUM : protocol === UDP ? UDP_CHECKSUM : 0;
  const start = ETHERNET_HEADER_LENGTH + header;
  if (offset === 0 || start + offset + 2 > length) return;
  frame.checksumStart = start;
  frame.checksumOffset = offset;
}

const IPV4_PROTOCOL = 9;
const IPV6_NEXT_HEADER = 6;
const IPV6_HEADER = 40;

const TCP = 6;
const TCP_CHECKSUM = 16;
const UDP = 17;
const UDP_CHECKSUM = 6;
