/** What a client calls itself: the value of option 61, by which a server tells it from others. */
import { writeU32 } from '@atoll/bytes/field';
import { writeMac } from '@atoll/ethernet/address';
import { ETHERNET } from '../packet.ts';

/** The hardware address of the interface (RFC 2132 section 9.14). */
export function hardwareIdentifier(mac: number): Uint8Array {
  const identifier = new Uint8Array(7);
  identifier[0] = ETHERNET;
  writeMac(identifier, 1, mac);
  return identifier;
}

/**
 * The host and its interface as DHCPv6 names them (RFC 4361 section 6.1), so that a server knows one host
 * by both protocols: `iaid` is a 32-bit number, `duid` has 3 to 130 octets.
 */
export function nodeIdentifier(iaid: number, duid: Uint8Array): Uint8Array {
  if (duid.length < 3 || duid.length > 130) throw new RangeError(`DUID of ${duid.length} octets`);
  const identifier = new Uint8Array(5 + duid.length);
  identifier[0] = NODE;
  writeU32(identifier, 1, iaid);
  identifier.set(duid, 5);
  return identifier;
}

const NODE = 255;
