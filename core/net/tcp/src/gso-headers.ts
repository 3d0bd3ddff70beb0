import { internetChecksum, sum } from '@atoll/bytes/checksum';
import { u16, writeU16 } from '@atoll/bytes/field';
import { ETHERNET_HEADER_LENGTH } from '@atoll/device/network';
import { PROTOCOL_TCP, TCP_HEADER_LENGTH } from './packet.ts';

/** What is in front of TCP in an Ethernet frame, as far as cutting and joining segments has to do with it. */

/**
 * Where TCP starts in the frame of `length` bytes; 0 when it is something else, a fragment, has IPv6
 * extension headers, or is not as long as its header says. Checksums are not looked at.
 */
export function transportStart(bytes: Uint8Array, length: number): number {
  if (length < ETHERNET_HEADER_LENGTH + IPV4_HEADER_LENGTH + TCP_HEADER_LENGTH) return 0;
  const transport = isIpv4(bytes) ? behindIpv4(bytes) : behindIpv6(bytes);
  if (transport === 0) return 0;
  const end = packetEnd(bytes);
  return end > length || end < transport + TCP_HEADER_LENGTH ? 0 : transport;
}

export function isIpv4(bytes: Uint8Array): boolean {
  return u16(bytes, ETHERTYPE) === 0x0800;
}

/** Where the packet ends, as its header says. */
export function packetEnd(bytes: Uint8Array): number {
  return isIpv4(bytes)
    ? ETHERNET_HEADER_LENGTH + u16(bytes, PACKET + 2)
    : IPV6_TRANSPORT + u16(bytes, PACKET + 4);
}

/** Writes what follows from the packet's end at `end`: its length, and the checksum of IPv4. */
export function writePacketEnd(bytes: Uint8Array, transport: number, end: number): void {
  if (!isIpv4(bytes)) {
    writeU16(bytes, PACKET + 4, end - transport);
    return;
  }
  writeU16(bytes, PACKET + 2, end - ETHERNET_HEADER_LENGTH);
  writeU16(bytes, PACKET + 10, 0);
  writeU16(bytes, PACKET + 10, internetChecksum(bytes, PACKET, transport));
}

/** The sum of the pseudo-header for TCP from `transport` to `end`. */
export function pseudoHeaderSum(bytes: Uint8Array, transport: number, end: number): number {
  const initial = PROTOCOL_TCP + end - transport;
  return isIpv4(bytes)
    ? sum(bytes, PACKET + 12, PACKET + 20, initial)
    : sum(bytes, PACKET + 8, PACKET + 40, initial);
}

function behindIpv4(bytes: Uint8Array): number {
  const headerLength = (bytes[PACKET] & 0x0f) * 4;
  if (bytes[PACKET] >>> 4 !== 4 || headerLength < IPV4_HEADER_LENGTH) return 0;
  // Neither a fragment offset, nor more fragments, nor the bit that must be zero.
  if (bytes[PACKET + 9] !== PROTOCOL_TCP || (u16(bytes, PACKET + 6) & 0xbfff) !== 0) return 0;
  return PACKET + headerLength;
}

function behindIpv6(bytes: Uint8Array): number {
  if (u16(bytes, ETHERTYPE) !== 0x86dd || bytes[PACKET] >>> 4 !== 6) return 0;
  return bytes[PACKET + 6] === PROTOCOL_TCP ? IPV6_TRANSPORT : 0;
}

const ETHERTYPE = 12;
const PACKET = ETHERNET_HEADER_LENGTH;
const IPV4_HEADER_LENGTH = 20;

/** Where TCP starts behind a header without options or extension headers. */
export const IPV4_TRANSPORT = PACKET + IPV4_HEADER_LENGTH;
export const IPV6_TRANSPORT = PACKET + 40;
