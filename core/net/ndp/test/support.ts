import { fromHex } from '@atoll/bytes/hex';
import { parseIpv6 } from '@atoll/ipv6/address';
import { expect } from '@atoll/result/result';
import type { PrefixInformation } from '../src/option.ts';
import type {
  Envelope,
  NeighbourAdvertisement,
  NeighbourSolicitation,
  RouterAdvertisement,
} from '../src/packet.ts';
import {
  NEIGHBOUR_ADVERTISEMENT,
  NEIGHBOUR_SOLICITATION,
  ROUTER_ADVERTISEMENT,
} from '../src/packet.ts';

/** An address from its text. */
export function ip(text: string): bigint {
  return expect(parseIpv6(text));
}

export function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  if (bytes === undefined) throw new Error(`"${hex}" is no hexadecimal`);
  return bytes;
}

export function envelope(source: string, destination: string, hopLimit = 255): Envelope {
  return { source: ip(source), destination: ip(destination), hopLimit };
}

export function solicitation(
  target: bigint,
  change: Partial<NeighbourSolicitation> = {},
): NeighbourSolicitation {
  return { type: NEIGHBOUR_SOLICITATION, target, mac: undefined, nonce: undefined, ...change };
}

/** An answer to a solicitation, unless told otherwise. */
export function advertisement(
  target: bigint,
  change: Partial<NeighbourAdvertisement> = {},
): NeighbourAdvertisement {
  const flags = { isRouter: false, isSolicited: true, isOverride: true };
  return { type: NEIGHBOUR_ADVERTISEMENT, target, mac: undefined, ...flags, ...change };
}

/** From a default router for half an hour that says nothing more, unless told otherwise. */
export function routerAdvertisement(
  change: Partial<RouterAdvertisement> = {},
): RouterAdvertisement {
  return {
    type: ROUTER_ADVERTISEMENT,
    mac: undefined,
    hopLimit: 0,
    isManaged: false,
    hasOtherConfiguration: false,
    preference: 0,
    lifetime: 1800,
    reachableTime: 0,
    retransmitTime: 0,
    mtu: undefined,
    prefixes: [],
    routes: [],
    dnsServers: [],
    searchDomains: [],
    ...change,
  };
}

/** A prefix of 64 bits for a day, on the link and for addresses, unless told otherwise. */
export function prefixInformation(
  prefix: bigint,
  change: Partial<PrefixInformation> = {},
): PrefixInformation {
  return {
    prefix,
    length: 64,
    isOnLink: true,
    isAutonomous: true,
    validLifetime: 86_400,
    preferredLifetime: 14_400,
    ...change,
  };
}
