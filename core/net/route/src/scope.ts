import type { IpAddress } from '@atoll/device/socket';

/** How far an address reaches (RFC 4291 section 2.7, RFC 6724 section 3.1). */
export const LINK_LOCAL = 0x2;
export const SITE_LOCAL = 0x5;
export const GLOBAL = 0xe;

/** The scope of `address`; an IPv4 address has one as well (RFC 6724 section 3.2). */
export function scopeOf(address: IpAddress): number {
  if (typeof address === 'number') return isIpv4LinkLocal(address) ? LINK_LOCAL : GLOBAL;
  const first = Number(address >> 112n);
  if (first >>> 8 === 0xff) return first & 0xf;
  if ((first & 0xffc0) === 0xfe80 || address === LOOPBACK) return LINK_LOCAL;
  return (first & 0xffc0) === 0xfec0 ? SITE_LOCAL : GLOBAL;
}

/** The precedence and the label of an address, from the default policy table of RFC 6724 section 2.1. */
export interface Policy {
  readonly precedence: number;
  readonly label: number;
}

export function policyOf(address: IpAddress): Policy {
  const mapped = typeof address === 'number' ? IPV4_MAPPED | BigInt(address) : address;
  for (const { prefix, length, policy } of POLICIES) {
    if (commonPrefixLength(prefix, mapped) >= length) return policy;
  }
  return OTHERS;
}

/** How many leading bits two IPv6 addresses share. */
export function commonPrefixLength(one: bigint, other: bigint): number {
  const difference = one ^ other;
  return difference === 0n ? 128 : 128 - difference.toString(2).length;
}

/** 169.254.0.0/16 and 127.0.0.0/8. */
function isIpv4LinkLocal(address: number): boolean {
  return address >>> 16 === 0xa9fe || address >>> 24 === 127;
}

const LOOPBACK = 1n;
const IPV4_MAPPED = 0xffffn << 32n;
const OTHERS: Policy = { precedence: 40, label: 1 };

/** The longest prefix first; everything else is {@link OTHERS}. */
const POLICIES: readonly { prefix: bigint; length: number; policy: Policy }[] = [
  { prefix: LOOPBACK, length: 128, policy: { precedence: 50, label: 0 } },
  { prefix: IPV4_MAPPED, length: 96, policy: { precedence: 35, label: 4 } },
  { prefix: 0n, length: 96, policy: { precedence: 1, label: 3 } },
  { prefix: 0x2001n << 112n, length: 32, policy: { precedence: 5, label: 5 } },
  { prefix: 0x2002n << 112n, length: 16, policy: { precedence: 30, label: 2 } },
  { prefix: 0x3ffen << 112n, length: 16, policy: { precedence: 1, label: 12 } },
  { prefix: 0xfec0n << 112n, length: 10, policy: { precedence: 1, label: 11 } },
  { prefix: 0xfc00n << 112n, length: 7, policy: { precedence: 3, label: 13 } },
];
