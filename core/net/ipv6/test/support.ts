import { fromHex } from '@atoll/bytes/hex';
import type { Chain } from '../src/chain.ts';
import { emptyChain } from '../src/chain.ts';
import { walkExtensions } from '../src/extension.ts';
import type { Ipv6Header } from '../src/packet.ts';
import { emitIpv6, emptyIpv6Header, IPV6_HEADER_LENGTH } from '../src/packet.ts';

export interface Packet {
  readonly bytes: Uint8Array;
  readonly header: Ipv6Header;
}

/** A packet whose header is followed by `behind`, in hexadecimal or as it is. */
export function packet(
  nextHeader: number,
  behind: string | Uint8Array,
  fields: Partial<Ipv6Header> = {},
): Packet {
  const rest = typeof behind === 'string' ? fromHex(behind) : behind;
  if (rest === undefined) throw new Error(`"${behind}" is not hexadecimal`);
  const header: Ipv6Header = {
    ...emptyIpv6Header(),
    payloadLength: rest.length,
    nextHeader,
    hopLimit: 64,
    source: 0x2001_0db8_0000_0000_0000_0000_0000_0001n,
    destination: 0x2001_0db8_0000_0000_0000_0000_0000_0002n,
    ...fields,
  };
  const bytes = new Uint8Array(IPV6_HEADER_LENGTH + rest.length);
  bytes.set(rest, IPV6_HEADER_LENGTH);
  emitIpv6({ bytes, address: 0 }, 0, header);
  return { bytes, header };
}

export function walk({ bytes, header }: Packet): Chain {
  const chain = emptyChain();
  walkExtensions(bytes, 0, header, chain);
  return chain;
}
