import { u16, u32, writeU16, writeU32 } from '@atoll/bytes/field';
import { macAt, macText, writeMac } from '@atoll/ethernet/address';
import { ipv4Text } from '@atoll/ipv4/address';
import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';

/** The length of an ARP packet for IPv4 over Ethernet in bytes (RFC 826). */
export const ARP_LENGTH = 28;

export const REQUEST = 1;
export const REPLY = 2;

export interface ArpPacket {
  readonly operation: typeof REQUEST | typeof REPLY;
  readonly senderMac: number;
  readonly senderAddress: number;
  /** Without meaning in a request. */
  readonly targetMac: number;
  readonly targetAddress: number;
}

/** Parses `bytes[start, end)`; what follows the packet, such as padding, is ignored. */
export function parseArp(bytes: Uint8Array, start = 0, end = bytes.length): Result<ArpPacket> {
  if (end - start < ARP_LENGTH) return malformed('the ARP packet is too short');
  if (u32(bytes, start) !== ETHERNET_AND_IPV4 || u16(bytes, start + 4) !== ADDRESS_LENGTHS) {
    return malformed('the ARP packet is not for IPv4 over Ethernet');
  }
  const operation = u16(bytes, start + 6);
  if (operation !== REQUEST && operation !== REPLY) {
    return malformed(`the ARP operation ${operation} is unknown`);
  }
  return ok({
    operation,
    senderMac: macAt(bytes, start + 8),
    senderAddress: u32(bytes, start + 14),
    targetMac: macAt(bytes, start + 18),
    targetAddress: u32(bytes, start + 24),
  });
}

/** Writes `packet` to the {@link ARP_LENGTH} bytes from `start` on. */
export function emitArp(bytes: Uint8Array, start: number, packet: ArpPacket): void {
  writeU32(bytes, start, ETHERNET_AND_IPV4);
  writeU16(bytes, start + 4, ADDRESS_LENGTHS);
  writeU16(bytes, start + 6, packet.operation);
  writeMac(bytes, start + 8, packet.senderMac);
  writeU32(bytes, start + 14, packet.senderAddress);
  writeMac(bytes, start + 18, packet.targetMac);
  writeU32(bytes, start + 24, packet.targetAddress);
}

/** `ARP who-has 192.0.2.1 tell 192.0.2.2`, or `ARP 192.0.2.1 is-at 02:00:00:00:00:01`. */
export function describeArp(packet: ArpPacket): string {
  const sender = ipv4Text(packet.senderAddress);
  return packet.operation === REQUEST
    ? `ARP who-has ${ipv4Text(packet.targetAddress)} tell ${sender}`
    : `ARP ${sender} is-at ${macText(packet.senderMac)}`;
}

/** Hardware type 1 and protocol type 0x0800. */
const ETHERNET_AND_IPV4 = 0x0001_0800;
/** Addresses of 6 and 4 bytes. */
const ADDRESS_LENGTHS = 0x0604;
