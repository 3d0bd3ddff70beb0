import { u16, writeU16 } from '@atoll/bytes/field';
import { ETHERNET_HEADER_LENGTH } from '@atoll/device/network';
import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';
import { macAt, macText, writeMac } from './address.ts';

/** What is in an Ethernet II frame, from IANA's list of EtherTypes. */
export const ETHERTYPE_IPV4 = 0x0800;
export const ETHERTYPE_ARP = 0x0806;
export const ETHERTYPE_IPV6 = 0x86dd;

/** Field offsets. Fields are big-endian. */
export const DESTINATION = 0;
export const SOURCE = 6;
export const ETHERTYPE = 12;

export interface EthernetHeader {
  readonly destination: number;
  readonly source: number;
  readonly etherType: number;
}

/**
 * Parses the header of the frame in the first `length` of `bytes`; its payload starts at
 * `ETHERNET_HEADER_LENGTH`. Frames with a length instead of a type (IEEE 802.3, RFC 1042) are refused.
 */
export function parseEthernet(bytes: Uint8Array, length = bytes.length): Result<EthernetHeader> {
  if (length < ETHERNET_HEADER_LENGTH) return malformed('the frame ends in its Ethernet header');
  const etherType = etherTypeOf(bytes);
  if (etherType < LOWEST_ETHERTYPE) return malformed('the frame has a length instead of a type');
  return ok({ destination: macAt(bytes, DESTINATION), source: macAt(bytes, SOURCE), etherType });
}

/** The type of a frame that is known to be as long as its header. */
export function etherTypeOf(bytes: Uint8Array): number {
  return u16(bytes, ETHERTYPE);
}

/** Writes a header to the start of `bytes`. */
export function emitEthernet(
  bytes: Uint8Array,
  destination: number,
  source: number,
  etherType: number,
): void {
  writeMac(bytes, DESTINATION, destination);
  writeMac(bytes, SOURCE, source);
  writeU16(bytes, ETHERTYPE, etherType);
}

/** `02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff type 0x0806`. */
export function describeEthernet(header: EthernetHeader): string {
  const type = header.etherType.toString(16).padStart(4, '0');
  return `${macText(header.source)} > ${macText(header.destination)} type 0x${type}`;
}

/** Smaller numbers in the place of the type are lengths (IEEE 802.3 section 3.2.6). */
const LOWEST_ETHERTYPE = 0x0600;
