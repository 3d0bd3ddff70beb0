import type { Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import { ipv6Text, parseIpv6 } from './address.ts';

/** An address of a host together with the length of its network's prefix: `2001:db8::1/64`. */
export interface Ipv6Prefix {
  readonly address: bigint;
  /** 0 to 128 bits. */
  readonly length: number;
}

export function parseIpv6Prefix(text: string): Result<Ipv6Prefix> {
  const [addressText, lengthText, ...more] = text.split('/');
  if (lengthText === undefined || more.length > 0) {
    return misconfigured('it has no prefix length, like /64, at its end');
  }
  const address = parseIpv6(addressText);
  if (!address.ok) return address;
  if (!/^(0|[1-9][0-9]{0,2})$/.test(lengthText) || Number(lengthText) > 128) {
    return misconfigured(`"/${lengthText}" is no prefix length from 0 to 128`);
  }
  return ok({ address: address.value, length: Number(lengthText) });
}

export function ipv6PrefixText(prefix: Ipv6Prefix): string {
  return `${ipv6Text(prefix.address)}/${prefix.length}`;
}

/** The prefix itself: its address with zeros behind the first `length` bits. */
export function networkAddress({ address, length }: Ipv6Prefix): bigint {
  const host = BigInt(128 - length);
  return (address >> host) << host;
}

export function contains(prefix: Ipv6Prefix, address: bigint): boolean {
  return (prefix.address ^ address) >> BigInt(128 - prefix.length) === 0n;
}
