import { SIPHASH_KEY_LENGTH, SipHash } from '@atoll/bytes/siphash';
import { encodeUtf8 } from '@atoll/bytes/utf8';
import { writeAddress } from './address.ts';

/** A secret of 16 bytes from which all stable identifiers of a host are made. */
export const SECRET_LENGTH = SIPHASH_KEY_LENGTH;

/** What a stable identifier depends on (RFC 7217 section 5). */
export interface StableIdInput {
  /** The upper 64 bits that count are those of the network; the others are zero. */
  readonly prefix: bigint;
  /** The name of the interface, the same after every start. */
  readonly name: string;
  /** What tells networks with the same prefix apart, such as an SSID; often nothing. */
  readonly network?: string;
  /** How many addresses of this prefix were found to be taken. */
  readonly conflicts: number;
}

/**
 * The interface identifier of RFC 7217, 64 bits: it stays the same in one network and differs in every
 * other, so that nobody can follow a host around, or foresee its address. The same `secret` must be given
 * after every start; 16 bytes, unpredictable.
 */
export function stableInterfaceId(secret: Uint8Array, input: StableIdInput): bigint {
  const hash = new SipHash(secret);
  const name = encodeUtf8(input.name);
  const network = encodeUtf8(input.network ?? '');
  const bytes = new Uint8Array(FIXED_LENGTH + name.length + network.length);
  const view = new DataView(bytes.buffer);
  writeAddress(bytes, 0, input.prefix);
  // The length of the name keeps ("a", "bc") apart from ("ab", "c").
  view.setUint32(16, name.length);
  bytes.set(name, FIXED_LENGTH);
  bytes.set(network, FIXED_LENGTH + name.length);
  // Some identifiers are reserved; the next one after a reserved one is as if it had been taken.
  for (let conflicts = input.conflicts; ; conflicts += RESERVED_STEP) {
    view.setUint32(20, conflicts);
    const low = hash.hash(bytes, 0, bytes.length);
    const id = (BigInt(hash.high) << 32n) | BigInt(low);
    if (!isReserved(id)) return id;
  }
}

/** The modified EUI-64 identifier of a 48-bit hardware address (RFC 4291 appendix A): it gives the host away. */
export function eui64InterfaceId(mac: number): bigint {
  const bits = BigInt(mac) ^ (1n << 41n);
  return ((bits >> 24n) << 40n) | (0xfffen << 24n) | (bits & 0xff_ffffn);
}

/** IANA's reserved identifiers (RFC 5453): subnet-router anycast, subnet anycast, and its own Ethernet block. */
export function isReserved(id: bigint): boolean {
  if (id === 0n || (id >= 0xfdff_ffff_ffff_ff80n && id <= 0xfdff_ffff_ffff_ffffn)) return true;
  return id >> 24n === 0x02_005e_fffen;
}

/** Prefix, length of the name, conflicts. */
const FIXED_LENGTH = 24;
/** No host counts as many conflicts, so that the next identifier is not that of the next conflict. */
const RESERVED_STEP = 0x1_0000;
