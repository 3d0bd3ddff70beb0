/** `--dhcp-host`: what is known about single clients. */
import { fromHex, toHex } from '@atoll/bytes/hex';
import { encodeUtf8 } from '@atoll/bytes/utf8';
import { parseIpv4 } from '@atoll/ipv4/address';
import type { Failure, Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import { parseLeaseTime } from './duration.ts';
import { type Condition, parseCondition } from './tag.ts';

export interface DhcpHost {
  /** A client with one of these is this host. */
  readonly hardware: readonly HardwarePattern[];
  /** Client identifiers in hexadecimal, without separators. */
  readonly clientIds: readonly string[];
  /** `id:*`: the client is told by its hardware address even if it sends an identifier. */
  readonly ignoreClientId: boolean;
  /** The line counts only in subnets whose ranges set tags that meet all of these. */
  readonly conditions: readonly Condition[];
  /** Tags that the host's requests get. */
  readonly tags: readonly string[];
  readonly address: number | undefined;
  /** In lower case; stands above the name that the client claims. */
  readonly name: string | undefined;
  readonly leaseSeconds: number | undefined;
  /** The host is not served. */
  readonly ignore: boolean;
}

/** The octets of a hardware address; `undefined` stands for any. */
export type HardwarePattern = readonly (number | undefined)[];

/** Parses `[mac…][,id:…][,set:…][,tag:…][,ip][,name][,leasetime][,ignore]`, in any order. */
export function parseDhcpHost(text: string): Result<DhcpHost, Failure> {
  const hardware: HardwarePattern[] = [];
  const clientIds: string[] = [];
  const conditions: Condition[] = [];
  const tags: string[] = [];
  let ignoreClientId = false;
  let address: number | undefined;
  let name: string | undefined;
  let leaseSeconds: number | undefined;
  let ignore = false;

  for (const item of text.split(',').map((part) => part.trim())) {
    const condition = parseCondition(item);
    const pattern = parsePattern(item);
    const ipv4 = parseIpv4(item);
    const seconds = parseLeaseTime(item);
    if (condition !== undefined) conditions.push(condition);
    else if (item === 'id:*') ignoreClientId = true;
    else if (/^id:./.test(item)) clientIds.push(clientIdHex(item.slice('id:'.length)));
    else if (/^set:[^!#]/.test(item)) tags.push(item.slice('set:'.length));
    else if (item === 'ignore') ignore = true;
    else if (pattern !== undefined) hardware.push(pattern);
    else if (ipv4.ok) {
      if (address !== undefined) return misconfigured('a host has one IPv4 address, here are two');
      address = ipv4.value;
    } else if (seconds !== undefined) {
      if (leaseSeconds !== undefined) return misconfigured(`"${item}" is a second lease time`);
      leaseSeconds = seconds;
    } else if (isHostName(item)) {
      if (name !== undefined) return misconfigured(`"${item}" is a second name besides "${name}"`);
      name = item.toLowerCase();
    } else {
      return misconfigured(unexpected(item));
    }
  }

  if (hardware.length === 0 && clientIds.length === 0 && name === undefined) {
    return misconfigured('it has no hardware address, no client identifier and no name to match');
  }
  return ok({
    hardware,
    clientIds,
    ignoreClientId,
    conditions,
    tags,
    address,
    name,
    leaseSeconds,
    ignore,
  });
}

/** `02:00:5e:10:00:01`, where an octet may be `*`; with `-` between octets as well. */
function parsePattern(item: string): HardwarePattern | undefined {
  if (!/^([0-9a-f]{1,2}|\*)([:-]([0-9a-f]{1,2}|\*)){5}$/i.test(item)) return undefined;
  return item
    .split(/[:-]/)
    .map((octet) => (octet === '*' ? undefined : Number.parseInt(octet, 16)));
}

/** An identifier is written in hexadecimal with colons, or as text. */
function clientIdHex(text: string): string {
  if (!/^[0-9a-f]{1,2}(:[0-9a-f]{1,2})+$/i.test(text)) return toHex(encodeUtf8(text));
  const octets = text.split(':').map((octet) => octet.padStart(2, '0'));
  return toHex(fromHex(octets.join('')) ?? new Uint8Array(0));
}

/** One label of letters, digits and inner hyphens (RFC 1123 section 2.1). */
function isHostName(item: string): boolean {
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(item);
}

function unexpected(item: string): string {
  if (item.startsWith('[')) return `"${item}" is an IPv6 address, and this server is for IPv4`;
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(item))
    return `expected a name without a domain, not "${item}"`;
  return `expected a MAC address, id:, set:, tag:, an IPv4 address, a name, a lease time or ignore, not "${item}"`;
}
