/** IP addresses and text; text of none is `undefined` here, without a reason. */
import type { Endpoint, IpAddress } from '@atoll/device/socket';
import { ipv4Text, parseIpv4 as parse } from '@atoll/ipv4/address';

/** The 32-bit number of `192.0.2.1`. */
export function parseIpv4(text: string): number | undefined {
  const address = parse(text);
  return address.ok ? address.value : undefined;
}

/** The 16 octets of an IPv6 address in any form of RFC 4291 section 2.2; `undefined` when it is none. */
export function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0], halves.length === 1);
  const tail = halves.length === 2 ? groupsOf(halves[1], true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  const octets = new Uint8Array(16);
  for (let index = 0; index < 8; index++) {
    octets[index * 2] = groups[index] >>> 8;
    octets[index * 2 + 1] = groups[index];
  }
  return octets;
}

/** The IPv4 or IPv6 address in the usual text form. */
export function parseAddress(text: string): IpAddress | undefined {
  const ipv4 = parseIpv4(text);
  if (ipv4 !== undefined) return ipv4;
  const octets = text.includes(':') ? parseIpv6(text) : undefined;
  return octets && addressOf(octets);
}

/** The address in 4 or 16 octets, as in A and AAAA records. */
export function addressOf(octets: Uint8Array): IpAddress {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  if (octets.length === 4) return view.getUint32(0);
  return (view.getBigUint64(0) << 64n) | view.getBigUint64(8);
}

/** `192.0.2.1`, or `[2001:db8::1]:5353`: the port is left out when it is that of DNS. */
export function endpointText({ address, port }: Endpoint): string {
  const suffix = port === DNS_PORT ? '' : `:${port}`;
  if (typeof address === 'number') return ipv4Text(address) + suffix;
  const octets = new Uint8Array(16);
  const view = new DataView(octets.buffer);
  view.setBigUint64(0, address >> 64n);
  view.setBigUint64(8, address);
  const text = ipv6Text(octets);
  return suffix === '' ? text : `[${text}]${suffix}`;
}

export const DNS_PORT = 53;

/** The text of 16 octets as RFC 5952 recommends it. */
export function ipv6Text(octets: Uint8Array): string {
  const groups: string[] = [];
  for (let at = 0; at < 16; at += 2) groups.push(((octets[at] << 8) | octets[at + 1]).toString(16));
  const zeros = longestZeros(groups);
  if (zeros.length < 2) return groups.join(':');
  const head = groups.slice(0, zeros.start);
  const tail = groups.slice(zeros.start + zeros.length);
  return `${head.join(':')}::${tail.join(':')}`;
}

/** The 16-bit groups of a part between `::`; the last one may be an IPv4 address when it ends the text. */
function groupsOf(part: string, ends: boolean): number[] | undefined {
  if (part === '') return [];
  const groups: number[] = [];
  const words = part.split(':');
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    const last = ends && index === words.length - 1;
    const ipv4 = last ? parseIpv4(word) : undefined;
    if (ipv4 !== undefined) groups.push(ipv4 >>> 16, ipv4 & 0xffff);
    else if (/^[0-9a-fA-F]{1,4}$/.test(word)) groups.push(Number.parseInt(word, 16));
    else return undefined;
  }
  return groups;
}

/** The first of the longest runs of groups that are zero. */
function longestZeros(groups: readonly string[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (let index = 0; index < groups.length; index++) {
    if (groups[index] !== '0') start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  }
  return best;
}
