/** Records that are made here rather than received, all of class IN, and the names of reverse zones. */
import { Writer } from '@atoll/bytes/writer';
import type { IpAddress } from '@atoll/device/socket';
import type { ResourceRecord } from './message.ts';
import { type Name, nameOctets } from './name.ts';
import { CLASS, TYPE } from './type.ts';

/** An A or AAAA record, as the address wants; `ttl` in seconds. */
export function addressRecord(name: Name, address: IpAddress, ttl: number): ResourceRecord {
  return {
    name,
    type: addressType(address),
    class: CLASS.IN,
    ttl,
    data: addressOctets(address),
  };
}

/** The type of the record that holds `address`. */
export function addressType(address: IpAddress): number {
  return typeof address === 'bigint' ? TYPE.AAAA : TYPE.A;
}

/** A record whose data are one name: `type` is CNAME, PTR or NS. */
export function nameRecord(type: number, name: Name, target: Name, ttl: number): ResourceRecord {
  return { name, type, class: CLASS.IN, ttl, data: nameOctets(target) };
}

/**
 * The SOA record of a zone that exists here only. Its MINIMUM is `ttl` too, and so that is how long
 * a negative answer with it may be kept (RFC 2308 section 4). The other numbers are those of RFC 6303
 * section 3.
 */
export function startOfAuthority(zone: Name, ttl: number): ResourceRecord {
  const out = new Writer(zone.length + NOBODY.length + 20);
  out.bytes(nameOctets(zone));
  out.bytes(nameOctets(NOBODY));
  for (const number of [1, 3600, 1200, 604_800, ttl]) out.u32(number);
  return { name: zone, type: TYPE.SOA, class: CLASS.IN, ttl, data: out.finish() };
}

/** `4.3.2.1.in-addr.arpa.` for 1.2.3.4, and the nibbles below `ip6.arpa.` (RFC 3596) for IPv6. */
export function reverseName(address: IpAddress): Name {
  let name = '';
  if (typeof address === 'bigint') {
    for (let shift = 0n; shift < 128n; shift += 4n) {
      name += `\x01${Number((address >> shift) & 0xfn).toString(16)}`;
    }
    return name + IP6_ARPA;
  }
  for (let shift = 0; shift < 32; shift += 8) {
    const octet = String((address >>> shift) & 0xff);
    name += String.fromCharCode(octet.length) + octet;
  }
  return name + IN_ADDR_ARPA;
}

/** The IPv4 address whose {@link reverseName} is `name`, a canonical name; `undefined` when none is. */
export function reverseAddress(name: Name): number | undefined {
  if (!name.endsWith(IN_ADDR_ARPA)) return undefined;
  let address = 0;
  let at = 0;
  for (let shift = 0; shift < 32; shift += 8) {
    const length = name.charCodeAt(at);
    const octet = Number(name.slice(at + 1, at + 1 + length));
    if (length === 0 || length > 3 || !(octet <= 0xff)) return undefined;
    address |= octet << shift;
    at += length + 1;
  }
  return reverseName(address >>> 0) === name ? address >>> 0 : undefined;
}

function addressOctets(address: IpAddress): Uint8Array {
  const out = new Writer(16);
  if (typeof address === 'bigint') {
    for (let shift = 96n; shift >= 0n; shift -= 32n) {
      out.u32(Number((address >> shift) & 0xffff_ffffn));
    }
  } else {
    out.u32(address);
  }
  return out.finish();
}

/** `nobody.invalid.`, as RFC 6303 section 3 has it. */
const NOBODY: Name = '\x06nobody\x07invalid\0';
const IN_ADDR_ARPA: Name = '\x07in-addr\x04arpa\0';
const IP6_ARPA: Name = '\x03ip6\x04arpa\0';
