import { ipv4Text, parseIpv4 } from '@atoll/ipv4/address';
import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import { withoutZone, zoneOf } from './zone.ts';

/** IPv6 addresses are bigints in network order: `2001:db8::1` is `0x20010db8_00000000_00000000_00000001n`. */
export const UNSPECIFIED = 0n;
export const LOOPBACK = 1n;

/** Groups of one link (RFC 4291 section 2.7.1, RFC 3810 section 5.2.14, RFC 8415 section 7.1). */
export const ALL_NODES = 0xff02_0000_0000_0000_0000_0000_0000_0001n;
export const ALL_ROUTERS = 0xff02_0000_0000_0000_0000_0000_0000_0002n;
export const ALL_MLDV2_ROUTERS = 0xff02_0000_0000_0000_0000_0000_0000_0016n;
export const ALL_DHCP_AGENTS = 0xff02_0000_0000_0000_0000_0000_0001_0002n;

/** `fe80::/64`, before the interface identifier (RFC 4291 section 2.5.6). */
export const LINK_LOCAL_PREFIX = 0xfe80n << 112n;

/** Parses any of the forms of RFC 4291 section 2.2; a zone, as in `fe80::1%eth0`, is refused. */
export function parseIpv6(text: string): Result<bigint> {
  const halves = text.split('::');
  if (halves.length > 2) return misconfigured(`"${text}" has "::" more than once`);
  const head = groupsOf(halves[0], halves.length === 1);
  const tail = groupsOf(halves[1] ?? '', true);
  if (head === undefined || tail === undefined) {
    return misconfigured(`"${text}" is no IPv6 address like 2001:db8::1`);
  }
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) {
    return misconfigured(`"${text}" does not have eight groups`);
  }
  return ok((bitsOf(head) << BigInt(16 * (8 - head.length))) | bitsOf(tail));
}

/**
 * The text that RFC 5952 recommends; IPv4-mapped addresses end in dotted decimals (its section 5), a zone
 * is behind a `%` (RFC 4007 section 11).
 */
export function ipv6Text(address: bigint): string {
  const zone = zoneOf(address);
  if (zone !== 0) return `${ipv6Text(withoutZone(address))}%${zone}`;
  if (isIpv4Mapped(address)) return `::ffff:${ipv4Text(Number(address & 0xffff_ffffn))}`;
  const groups = address.toString(16).padStart(32, '0').match(/.{4}/g) ?? [];
  const words = groups.map((group) => group.replace(/^0{1,3}/, ''));
  const { start, length } = longestZeros(words);
  if (length < 2) return words.join(':');
  return `${words.slice(0, start).join(':')}::${words.slice(start + length).join(':')}`;
}

/** The address at `offset`, whose 16 bytes must be there. */
export function addressAt(bytes: Uint8Array, offset: number): bigint {
  // In the interpreter a view and two reads take half the time of sixteen reads.
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, 16);
  return (view.getBigUint64(0) << 64n) | view.getBigUint64(8);
}

/** Writes the 16 bytes of `address` to `offset`. */
export function writeAddress(bytes: Uint8Array, offset: number, address: bigint): void {
  HALVES.setBigUint64(0, address >> 64n);
  HALVES.setBigUint64(8, address);
  bytes.set(OCTETS, offset);
}

const OCTETS = new Uint8Array(16);
const HALVES = new DataView(OCTETS.buffer);

export function isMulticast(address: bigint): boolean {
  return address >> 120n === 0xffn;
}

/** `fe80::/10`. */
export function isLinkLocal(address: bigint): boolean {
  return address >> 118n === 0x3fan;
}

export function isLoopback(address: bigint): boolean {
  return address === LOOPBACK;
}

export function isUnspecified(address: bigint): boolean {
  return address === UNSPECIFIED;
}

/** `fc00::/7` (RFC 4193). */
export function isUniqueLocal(address: bigint): boolean {
  return address >> 121n === 0x7en;
}

/** `::ffff:0:0/96` (RFC 4291 section 2.5.5.2); such addresses do not appear on a wire. */
export function isIpv4Mapped(address: bigint): boolean {
  return address >> 32n === 0xffffn;
}

/** The group in which whoever has `address` is asked for its hardware address (RFC 4291 section 2.7.1). */
export function solicitedNode(address: bigint): bigint {
  return SOLICITED_NODE | (address & 0xff_ffffn);
}

const SOLICITED_NODE = 0xff02_0000_0000_0000_0000_0001_ff00_0000n;

/** The hardware address, 48 bits, of the group `address` (RFC 2464 section 7). */
export function multicastMac(address: bigint): number {
  return 0x3333_0000_0000 + Number(address & 0xffff_ffffn);
}

/** The 16-bit groups of a part beside `::`; the last may be an IPv4 address when it ends the text. */
function groupsOf(part: string, isLast: boolean): number[] | undefined {
  if (part === '') return [];
  const words = part.split(':');
  const ipv4 = isLast && words[words.length - 1].includes('.') ? words.pop() : undefined;
  const groups: number[] = [];
  for (const word of words) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(word)) return undefined;
    groups.push(Number.parseInt(word, 16));
  }
  if (ipv4 === undefined) return groups;
  const address = parseIpv4(ipv4);
  if (!address.ok) return undefined;
  groups.push(address.value >>> 16, address.value & 0xffff);
  return groups;
}

function bitsOf(groups: readonly number[]): bigint {
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(group), 0n);
}

/** The first of the longest runs of groups that are zero (RFC 5952 section 4.2). */
function longestZeros(words: readonly string[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  let start = 0;
  for (let index = 0; index < words.length; index++) {
    if (words[index] !== '0') start = index + 1;
    else if (index + 1 - start > longest.length) longest = { start, length: index + 1 - start };
  }
  return longest;
}
