/** What a server grants, read from its message and checked: nothing in it is taken on trust. */
import { u16, u32 } from '@atoll/bytes/field';
import { type Entropy, randomBelow } from '@atoll/device/system';
import {
  broadcastAddress,
  ipv4Text,
  networkAddress,
  prefixLength as prefixLengthOf,
} from '@atoll/ipv4/address';
import { type Failure, malformed, ok, type Result } from '@atoll/result/result';
import { INFINITE } from '../argument/duration.ts';
import { parseNames } from '../names.ts';
import { OPTION } from '../option.ts';
import type { DhcpMessage } from '../packet.ts';
import { type Route, readRoutes } from '../routes.ts';

/** A leased address and what belongs to its network. All times are monotonic milliseconds. */
export interface ClientLease {
  readonly address: number;
  /** 1 to 32 bits. */
  readonly prefixLength: number;
  readonly serverIdentifier: number;
  /** Default routers, the preferred one first. They need not be in the prefix (RFC 3442). */
  readonly routers: readonly number[];
  /** Routes to other destinations; a router of 0 means that the destination is on the link. */
  readonly routes: readonly Route[];
  readonly dnsServers: readonly number[];
  readonly ntpServers: readonly number[];
  /** In lower case without a dot at its end. */
  readonly domain: string | undefined;
  readonly searchDomains: readonly string[];
  /** 576 to 65,535 bytes; the link may carry less. */
  readonly mtu: number | undefined;
  /** T1: from then on its server is asked to prolong it. */
  readonly renewAt: number;
  /** T2: from then on all servers are. */
  readonly rebindAt: number;
  /** When the address must not be used any more; `Infinity` for a lease without end. */
  readonly until: number;
}

/**
 * The lease that `message`, an OFFER or ACK, grants. It counts from `since`, when the client asked for
 * it. `server` is who sent it when the message itself does not say.
 */
export function readLease(
  message: DhcpMessage,
  server: number,
  since: number,
  entropy: Entropy,
): Result<ClientLease, Failure> {
  const { options, yiaddr: address } = message;
  if (!isHostAddress(address)) return malformed(`${ipv4Text(address)} is no address for a host`);
  const prefixLength = readPrefixLength(options.get(OPTION.NETMASK), address);
  if (prefixLength === undefined) return malformed('the netmask makes no sense');
  const prefix = { address, length: prefixLength };
  const isSpecial = address === networkAddress(prefix) || address === broadcastAddress(prefix);
  // Both addresses of a /31 are hosts (RFC 3021), and so is that of a /32.
  if (isSpecial && prefixLength < 31) {
    return malformed(`${ipv4Text(address)} is no host of its network`);
  }
  const seconds = readSeconds(options, OPTION.LEASE_TIME);
  if (seconds === undefined) return malformed('no lease time');
  if (seconds < SHORTEST_LEASE) return malformed(`a lease of ${seconds} s is too short`);
  const serverIdentifier = serverIdentifierOf(message) ?? server;
  if (!isHostAddress(serverIdentifier)) return malformed('no server identifier');
  return ok({
    address,
    prefixLength,
    serverIdentifier,
    ...readRouters(options, address),
    dnsServers: readAddresses(options, OPTION.DNS_SERVER),
    ntpServers: readAddresses(options, OPTION.NTP_SERVER),
    domain: readDomain(options.get(OPTION.DOMAIN_NAME)),
    searchDomains: readSearchDomains(options.get(OPTION.DOMAIN_SEARCH)),
    mtu: readMtu(options.get(OPTION.MTU)),
    ...readTimes(options, seconds, since, entropy),
  });
}

/** The identifier of the server that sent `message`; `undefined` when it does not say. */
export function serverIdentifierOf({ options }: DhcpMessage): number | undefined {
  const value = options.get(OPTION.SERVER_IDENTIFIER);
  return value?.length === 4 ? u32(value, 0) : undefined;
}

/** Below that a lease would be over before a lost message was sent again. In seconds. */
const SHORTEST_LEASE = 10;

/** Whether `address` may be that of one host: in class A, B or C, not 0/8 and not loopback. */
function isHostAddress(address: number): boolean {
  const octet = address >>> 24;
  return octet > 0 && octet < 224 && octet !== 127;
}

/** `undefined` for a mask with zeros before ones, and for one without any one. */
function readPrefixLength(value: Uint8Array | undefined, address: number): number | undefined {
  // RFC 950: without a mask the network is that of the address's class.
  if (value === undefined) return address >>> 31 === 0 ? 8 : address >>> 30 === 2 ? 16 : 24;
  return (value.length === 4 && prefixLengthOf(u32(value, 0))) || undefined;
}

/** Classless routes, where there are any, stand for the routers as well (RFC 3442). */
function readRouters(
  options: ReadonlyMap<number, Uint8Array>,
  own: number,
): { routers: number[]; routes: Route[] } {
  const value = options.get(OPTION.CLASSLESS_ROUTES);
  const given = value === undefined ? undefined : readRoutes(value);
  if (given === undefined || given.length === 0) {
    const routers = readAddresses(options, OPTION.ROUTER).filter((router) => router !== own);
    return { routers, routes: [] };
  }
  const routers: number[] = [];
  const routes: Route[] = [];
  for (const route of given.slice(0, ROUTE_LIMIT)) {
    const { router } = route;
    if (router === own || (router !== 0 && !isHostAddress(router))) continue;
    if (!isRoutable(route.destination)) continue;
    if (route.length > 0 || router === 0) routes.push(route);
    else if (!routers.includes(router)) routers.push(router);
  }
  return { routers, routes };
}

const ROUTE_LIMIT = 64;

/** Loopback and multicast are no server's business. */
function isRoutable(destination: number): boolean {
  return destination >>> 24 < 224 && destination >>> 24 !== 127;
}

/** The addresses in option `code` that hosts can have, each once. */
function readAddresses(options: ReadonlyMap<number, Uint8Array>, code: number): number[] {
  const found: number[] = [];
  const value = options.get(code);
  if (value === undefined || value.length % 4 !== 0) return found;
  for (let at = 0; at < value.length && found.length < ADDRESS_LIMIT; at += 4) {
    const address = u32(value, at);
    if (isHostAddress(address) && !found.includes(address)) found.push(address);
  }
  return found;
}

const ADDRESS_LIMIT = 8;

function readDomain(value: Uint8Array | undefined): string | undefined {
  if (value === undefined || value.length > 255) return undefined;
  // Some servers end the text with a zero octet (RFC 2132 section 2).
  const text = String.fromCharCode(...value).replace(/\.?\0*$/, '');
  return isDomain(text) ? text.toLowerCase() : undefined;
}

function readSearchDomains(value: Uint8Array | undefined): string[] {
  const names = (value && parseNames(value)) ?? [];
  const domains = names.filter(isDomain).map((name) => name.toLowerCase());
  return [...new Set(domains)].slice(0, ADDRESS_LIMIT);
}

/** Letters, digits, inner hyphens, and underscores, which do occur. */
function isDomain(text: string): boolean {
  if (text.length > 253) return false;
  return text.split('.').every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label));
}

/** Less than every host must take (RFC 791) would only make us slow. */
function readMtu(value: Uint8Array | undefined): number | undefined {
  if (value?.length !== 2) return undefined;
  const mtu = u16(value, 0);
  return mtu < SMALLEST_MTU ? undefined : mtu;
}

const SMALLEST_MTU = 576;

function readSeconds(options: ReadonlyMap<number, Uint8Array>, code: number): number | undefined {
  const value = options.get(code);
  return value?.length === 4 ? u32(value, 0) : undefined;
}

/**
 * T1 and T2 as the server says, if they come in order, or else at a half and at seven eighths of the
 * lease; both a little early at random, lest all clients renew at once (RFC 2131 section 4.4.5).
 */
function readTimes(
  options: ReadonlyMap<number, Uint8Array>,
  seconds: number,
  since: number,
  entropy: Entropy,
): Pick<ClientLease, 'renewAt' | 'rebindAt' | 'until'> {
  if (seconds === INFINITE) return NEVER;
  let t1 = readSeconds(options, OPTION.T1) ?? seconds / 2;
  let t2 = readSeconds(options, OPTION.T2) ?? (seconds * 7) / 8;
  if (t1 < 1 || t1 > t2 || t2 > seconds) {
    t1 = seconds / 2;
    t2 = (seconds * 7) / 8;
  }
  const early = 1 - randomBelow(entropy, 1024) / 0x4000;
  return {
    renewAt: since + t1 * 1000 * early,
    rebindAt: since + t2 * 1000 * early,
    until: since + seconds * 1000,
  };
}

const NEVER = {
  renewAt: Number.POSITIVE_INFINITY,
  rebindAt: Number.POSITIVE_INFINITY,
  until: Number.POSITIVE_INFINITY,
};
