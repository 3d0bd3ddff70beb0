import { isLinkLocal, isMulticast } from '@atoll/ipv6/address';

/** The first 64 bits of `address`, where all addresses that are made from it are. */
export function networkOf(address: bigint): bigint {
  return (address >> 64n) << 64n;
}

/** Whether a prefix can be that of addresses for more than this link. */
export function isGlobal(prefix: bigint): boolean {
  return prefix >> 64n !== 0n && !isLinkLocal(prefix) && !isMulticast(prefix);
}
