import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';

/** IPv4 addresses are unsigned 32-bit numbers in network order: `192.0.2.1` is `0xc0000201`. */
export const UNSPECIFIED = 0x0000_0000;
export const LIMITED_BROADCAST = 0xffff_ffff;

/** Parses four decimal octets; leading zeros, shorthand and other bases are refused. */
export function parseIpv4(text: string): Result<number> {
  const octets = text.split('.');
  if (octets.length !== 4) return misconfigured(`"${text}" does not have four octets`);
  let address = 0;
  for (const octet of octets) {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(octet)) {
      return misconfigured(`"${octet}" is no decimal octet`);
    }
    if (Number(octet) > 255) return misconfigured(`octet ${octet} is above 255`);
    address = address * 256 + Number(octet);
  }
  return ok(address);
}

export function ipv4Text(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 0xff}.${(address >>> 8) & 0xff}.${address & 0xff}`;
}

/** An address of a host together with the length of its network's prefix: `10.0.0.2/24`. */
export interface Ipv4Prefix {
  readonly address: number;
  /** 0 to 32 bits. */
  readonly length: number;
}

export function parsePrefix(text: string): Result<Ipv4Prefix> {
  const [addressText, lengthText, ...more] = text.split('/');
  if (lengthText === undefined || more.length > 0) {
    return misconfigured('it has no prefix length, like /24, at its end');
  }
  const address = parseIpv4(addressText);
  if (!address.ok) return address;
  if (!/^[0-9]{1,2}$/.test(lengthText) || Number(lengthText) > 32) {
    return misconfigured(`"/${lengthText}" is no prefix length from 0 to 32`);
  }
  return ok({ address: address.value, length: Number(lengthText) });
}

export function prefixText(prefix: Ipv4Prefix): string {
  return `${ipv4Text(prefix.address)}/${prefix.length}`;
}

/** The mask with `length` leading ones. */
export function netmask(length: number): number {
  return length === 0 ? 0 : (0xffff_ffff << (32 - length)) >>> 0;
}

/** The prefix length of a mask; `undefined` when its ones do not come before its zeros. */
export function prefixLength(mask: number): number | undefined {
  const length = Math.clz32(~mask);
  return netmask(length) === mask ? length : undefined;
}

/** The first address of the prefix's network. */
export function networkAddress(prefix: Ipv4Prefix): number {
  return (prefix.address & netmask(prefix.length)) >>> 0;
}

/** The last address of the prefix's network. */
export function broadcastAddress(prefix: Ipv4Prefix): number {
  return (prefix.address | ~netmask(prefix.length)) >>> 0;
}

export function contains(prefix: Ipv4Prefix, address: number): boolean {
  return ((prefix.address ^ address) & netmask(prefix.length)) === 0;
}

export function isMulticast(address: number): boolean {
  return address >>> 28 === 0xe;
}

export function isLoopback(address: number): boolean {
  return address >>> 24 === 127;
}
