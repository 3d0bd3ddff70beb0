/** IP addresses as the text of record data: what is not one is `undefined` here, without a reason. */
import { parseIpv4 as parse } from '@atoll/ipv4/address';

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
