/** DHCP unique identifiers: how a host names itself for ever (RFC 9915 section 11). */

import { writeU16, writeU32 } from '@atoll/bytes/field';
import { toHex } from '@atoll/bytes/hex';
import { writeMac } from '@atoll/ethernet/address';

const LINK_LAYER_TIME = 1;
const LINK_LAYER = 3;
const UUID = 4;
const ETHERNET = 1;

/** DUID-LL: for a host whose hardware address stays. */
export function linkLayerDuid(mac: number): Uint8Array {
  const duid = new Uint8Array(10);
  writeU16(duid, 0, LINK_LAYER);
  writeU16(duid, 2, ETHERNET);
  writeMac(duid, 4, mac);
  return duid;
}

/** DUID-LLT: for a host that remembers it. `time` is when it was made, in seconds since 2000-01-01 UTC. */
export function linkLayerTimeDuid(mac: number, time: number): Uint8Array {
  const duid = new Uint8Array(14);
  writeU16(duid, 0, LINK_LAYER_TIME);
  writeU16(duid, 2, ETHERNET);
  writeU32(duid, 4, time);
  writeMac(duid, 8, mac);
  return duid;
}

/** DUID-UUID: for a host whose platform has a UUID, of 16 octets (RFC 6355). */
export function uuidDuid(uuid: Uint8Array): Uint8Array {
  if (uuid.length !== 16) throw new RangeError(`UUID of ${uuid.length} octets`);
  const duid = new Uint8Array(18);
  writeU16(duid, 0, UUID);
  duid.set(uuid, 2);
  return duid;
}

/** Whether others may have `duid` as their name: a type and 1 to 128 octets (RFC 9915 section 11.1). */
export function isDuid(duid: Uint8Array): boolean {
  return duid.length >= 3 && duid.length <= 130;
}

export function isSameDuid(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((octet, at) => octet === other[at]);
}

/** In hexadecimal, as administrators write it. */
export function duidText(duid: Uint8Array): string {
  return toHex(duid, ':');
}
