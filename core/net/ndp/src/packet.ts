import { u32, writeU32 } from '@atoll/bytes/field';
import type { Icmpv6Message } from '@atoll/icmpv6/packet';
import {
  addressAt,
  isLinkLocal,
  isMulticast,
  UNSPECIFIED,
  writeAddress,
} from '@atoll/ipv6/address';
import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';
import type {
  DnsServers,
  Preference,
  PrefixInformation,
  RouteInformation,
  SearchDomains,
} from './option.ts';
import { emitOptions, parseOptions, preferenceBits, preferenceOf } from './option.ts';

/** ICMPv6 message types (RFC 4861 section 4). */
export const ROUTER_SOLICITATION = 133;
export const ROUTER_ADVERTISEMENT = 134;
export const NEIGHBOUR_SOLICITATION = 135;
export const NEIGHBOUR_ADVERTISEMENT = 136;
export const REDIRECT = 137;

export type NdpMessage =
  | RouterSolicitation
  | RouterAdvertisement
  | NeighbourSolicitation
  | NeighbourAdvertisement
  | Redirect;

/** The hardware addresses of messages are those of the options: of the source, or of the target. */
export interface RouterSolicitation {
  readonly type: typeof ROUTER_SOLICITATION;
  readonly mac: number | undefined;
}

export interface RouterAdvertisement {
  readonly type: typeof ROUTER_ADVERTISEMENT;
  readonly mac: number | undefined;
  /** For packets that we send; 0 says nothing about it. */
  readonly hopLimit: number;
  /** Addresses can be had by DHCPv6. */
  readonly isManaged: boolean;
  /** Other configuration can be had by DHCPv6. */
  readonly hasOtherConfiguration: boolean;
  readonly preference: Preference;
  /** How long the sender is a default router, in seconds; 0 when it is none. */
  readonly lifetime: number;
  /** In milliseconds; 0 says nothing about it. */
  readonly reachableTime: number;
  readonly retransmitTime: number;
  readonly mtu: number | undefined;
  readonly prefixes: readonly PrefixInformation[];
  readonly routes: readonly RouteInformation[];
  readonly dnsServers: readonly DnsServers[];
  readonly searchDomains: readonly SearchDomains[];
}

export interface NeighbourSolicitation {
  readonly type: typeof NEIGHBOUR_SOLICITATION;
  readonly target: bigint;
  readonly mac: number | undefined;
  /** 48 bits that tell our own probes from those of others (RFC 7527); longer ones are not read. */
  readonly nonce: number | undefined;
}

export interface NeighbourAdvertisement {
  readonly type: typeof NEIGHBOUR_ADVERTISEMENT;
  readonly target: bigint;
  readonly mac: number | undefined;
  readonly isRouter: boolean;
  /** It answers a solicitation of ours. */
  readonly isSolicited: boolean;
  /** It replaces what is known. */
  readonly isOverride: boolean;
}

export interface Redirect {
  readonly type: typeof REDIRECT;
  /** The better first hop: a router, or `destination` itself. */
  readonly target: bigint;
  readonly destination: bigint;
  readonly mac: number | undefined;
  /** The beginning of the packet in question, a multiple of 8 bytes; empty when it was left out. */
  readonly packet: Uint8Array;
}

/** What the IPv6 header of a message said. */
export interface Envelope {
  readonly source: bigint;
  readonly destination: bigint;
  readonly hopLimit: number;
}

/**
 * Parses an ICMPv6 message whose checksum was right, with all that RFC 4861 sections 6.1, 7.1 and 8.1 ask
 * of it. Options that are unknown or have no sensible length are passed over. Views are not copied.
 */
export function parseNdp(message: Icmpv6Message, envelope: Envelope): Result<NdpMessage> {
  // No router passes on what has a hop limit of 255, so the sender is on this link.
  if (envelope.hopLimit !== 255) return malformed('the hop limit of the ND message is not 255');
  if (message.code !== 0) return malformed(`the ND message has code ${message.code}`);
  switch (message.type) {
    case ROUTER_SOLICITATION:
      return parseRouterSolicitation(message, envelope);
    case ROUTER_ADVERTISEMENT:
      return parseRouterAdvertisement(message, envelope);
    case NEIGHBOUR_SOLICITATION:
      return parseNeighbourSolicitation(message, envelope);
    case NEIGHBOUR_ADVERTISEMENT:
      return parseNeighbourAdvertisement(message, envelope);
    case REDIRECT:
      return parseRedirect(message, envelope);
    default:
      return malformed(`the ICMPv6 type ${message.type} is none of ND`);
  }
}

export function emitNdp(message: NdpMessage): Icmpv6Message {
  const { type } = message;
  switch (type) {
    case ROUTER_SOLICITATION:
      return { type, code: 0, rest: 0, body: emitOptions(0, { sourceMac: message.mac }) };
    case ROUTER_ADVERTISEMENT:
      return emitRouterAdvertisement(message);
    case NEIGHBOUR_SOLICITATION: {
      const body = emitOptions(16, { sourceMac: message.mac, nonce: message.nonce });
      writeAddress(body, 0, message.target);
      return { type, code: 0, rest: 0, body };
    }
    case NEIGHBOUR_ADVERTISEMENT: {
      const body = emitOptions(16, { targetMac: message.mac });
      writeAddress(body, 0, message.target);
      return { type, code: 0, rest: advertisementFlags(message), body };
    }
    case REDIRECT: {
      const body = emitOptions(32, { targetMac: message.mac, redirected: message.packet });
      writeAddress(body, 0, message.target);
      writeAddress(body, 16, message.destination);
      return { type, code: 0, rest: 0, body };
    }
  }
}

function parseRouterSolicitation(
  { body }: Icmpv6Message,
  { source }: Envelope,
): Result<RouterSolicitation> {
  const options = parseOptions(body, 0);
  if (!options.ok) return options;
  const { sourceMac } = options.value;
  if (source === UNSPECIFIED && sourceMac !== undefined) return NOBODY_AT_A_MAC;
  return ok({ type: ROUTER_SOLICITATION, mac: sourceMac });
}

function parseRouterAdvertisement(
  { rest, body }: Icmpv6Message,
  { source }: Envelope,
): Result<RouterAdvertisement> {
  if (!isLinkLocal(source)) return NOT_LINK_LOCAL;
  if (body.length < 8) return TOO_SHORT;
  const options = parseOptions(body, 8);
  if (!options.ok) return options;
  const { sourceMac, mtu, prefixes, routes, dnsServers, searchDomains } = options.value;
  return ok({
    type: ROUTER_ADVERTISEMENT,
    mac: sourceMac,
    hopLimit: rest >>> 24,
    isManaged: (rest & MANAGED) !== 0,
    hasOtherConfiguration: (rest & OTHER_CONFIGURATION) !== 0,
    // The reserved value is medium here (RFC 4191 section 2.2).
    preference: preferenceOf(rest >>> 16) ?? 0,
    lifetime: rest & 0xffff,
    reachableTime: u32(body, 0),
    retransmitTime: u32(body, 4),
    mtu,
    prefixes,
    routes,
    dnsServers,
    searchDomains,
  });
}

function emitRouterAdvertisement(message: RouterAdvertisement): Icmpv6Message {
  const flags =
    (message.isManaged ? MANAGED : 0) |
    (message.hasOtherConfiguration ? OTHER_CONFIGURATION : 0) |
    (preferenceBits(message.preference) << 16);
  const rest = ((message.hopLimit << 24) | flags | message.lifetime) >>> 0;
  const body = emitOptions(8, { ...message, sourceMac: message.mac });
  writeU32(body, 0, message.reachableTime);
  writeU32(body, 4, message.retransmitTime);
  return { type: ROUTER_ADVERTISEMENT, code: 0, rest, body };
}

function parseNeighbourSolicitation(
  { body }: Icmpv6Message,
  { source, destination }: Envelope,
): Result<NeighbourSolicitation> {
  if (body.length < 16) return TOO_SHORT;
  const target = addressAt(body, 0);
  if (isMulticast(target)) return GROUP_AS_TARGET;
  const options = parseOptions(body, 16);
  if (!options.ok) return options;
  const { sourceMac, nonce } = options.value;
  if (source === UNSPECIFIED) {
    if (sourceMac !== undefined) return NOBODY_AT_A_MAC;
    if (!isSolicitedNode(destination)) {
      return malformed('the ND probe is not for a solicited-node group');
    }
  }
  return ok({ type: NEIGHBOUR_SOLICITATION, target, mac: sourceMac, nonce });
}

function parseNeighbourAdvertisement(
  { rest, body }: Icmpv6Message,
  { destination }: Envelope,
): Result<NeighbourAdvertisement> {
  if (body.length < 16) return TOO_SHORT;
  const target = addressAt(body, 0);
  if (isMulticast(target)) return GROUP_AS_TARGET;
  const isSolicited = (rest & SOLICITED) !== 0;
  if (isSolicited && isMulticast(destination)) {
    return malformed('the ND advertisement to a group says that it was solicited');
  }
  const options = parseOptions(body, 16);
  if (!options.ok) return options;
  return ok({
    type: NEIGHBOUR_ADVERTISEMENT,
    target,
    mac: options.value.targetMac,
    isRouter: (rest & ROUTER) !== 0,
    isSolicited,
    isOverride: (rest & OVERRIDE) !== 0,
  });
}

function advertisementFlags(message: NeighbourAdvertisement): number {
  const { isRouter, isSolicited, isOverride } = message;
  const flags = (isRouter ? ROUTER : 0) | (isSolicited ? SOLICITED : 0);
  return (flags | (isOverride ? OVERRIDE : 0)) >>> 0;
}

function parseRedirect({ body }: Icmpv6Message, { source }: Envelope): Result<Redirect> {
  if (!isLinkLocal(source)) return NOT_LINK_LOCAL;
  if (body.length < 32) return TOO_SHORT;
  const target = addressAt(body, 0);
  const destination = addressAt(body, 16);
  if (isMulticast(destination)) return malformed('the redirect is about a group');
  if (!isLinkLocal(target) && target !== destination) {
    return malformed('the redirect leads neither to a router nor to the destination');
  }
  const options = parseOptions(body, 32);
  if (!options.ok) return options;
  const { targetMac, redirected } = options.value;
  return ok({ type: REDIRECT, target, destination, mac: targetMac, packet: redirected });
}

/** ff02::1:ff00:0/104 (RFC 4291 section 2.7.1). */
function isSolicitedNode(address: bigint): boolean {
  return address >> 24n === 0xff02_0000_0000_0000_0000_0001_ffn;
}

/** Flags of a router advertisement. */
const MANAGED = 0x0080_0000;
const OTHER_CONFIGURATION = 0x0040_0000;
/** Flags of a neighbour advertisement. */
const ROUTER = 0x8000_0000;
const SOLICITED = 0x4000_0000;
const OVERRIDE = 0x2000_0000;

const TOO_SHORT = malformed('the ND message is too short');
const NOT_LINK_LOCAL = malformed('the ND message of a router has no link-local source');
const GROUP_AS_TARGET = malformed('the target of the ND message is a group');
const NOBODY_AT_A_MAC = malformed('the ND message without a source has a hardware address');
