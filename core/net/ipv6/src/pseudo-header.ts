import type { Checksum, Located } from '@atoll/bytes/fast';
import { IPV6_HEADER_LENGTH, SOURCE_AT } from './packet.ts';

/**
 * What two addresses add to the sum of the header that TCP, UDP and ICMPv6 have in thought before their
 * own (RFC 8200 section 8.1). Their protocol and the length of their header and payload in bytes are still
 * to be added.
 */
export function addressSum(source: bigint, destination: bigint): number {
  // The sum of 16-bit words, with their carries brought back, is the number itself modulo 2^16 - 1.
  return Number((source + destination) % 0xffffn);
}

/** The same from the header at `start`: cheaper while the packet is at hand. */
export function addressSumAt(region: Located, start: number, checksum: Checksum): number {
  return checksum.sum(region, start + SOURCE_AT, start + IPV6_HEADER_LENGTH, 0);
}
