/**
 * Zones (RFC 4007). A link-local address means another host on each link, so one that an application gets or
 * gives has the number of its link above its 128 bits: `zone << 128n | address`. Such addresses differ where
 * their links do, also as keys. Zone 0 is the default zone; without zone bits an address is as it always was.
 *
 * Below sockets, where the link is known, and on the wire there are no zones.
 */

/** `address`, of a host or group of one link, on the link `zone`. */
export function withZone(address: bigint, zone: number): bigint {
  return zone === 0 ? address : (BigInt(zone) << ADDRESS_BITS) | address;
}

/** The link that `address` is on; 0 for the default one and for addresses that reach further. */
export function zoneOf(address: bigint): number {
  return Number(address >> ADDRESS_BITS);
}

export function withoutZone(address: bigint): bigint {
  return BigInt.asUintN(128, address);
}

const ADDRESS_BITS = 128n;
