import { u32 } from '@atoll/bytes/field';
import { Writer } from '@atoll/bytes/writer';
import { emitDomains, readDomains } from '@atoll/domain-list/packet';
import { macAt } from '@atoll/ethernet/address';
import { addressAt } from '@atoll/ipv6/address';
import { networkAddress } from '@atoll/ipv6/prefix';
import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';

/** Lifetimes are seconds; this one has no end. */
export const INFINITE_LIFETIME = 0xffff_ffff;

/** Low, medium, high (RFC 4191 section 2.1). */
export type Preference = -1 | 0 | 1;

/** RFC 4861 section 4.6.2. */
export interface PrefixInformation {
  /** Zero behind the first `length` bits. */
  readonly prefix: bigint;
  readonly length: number;
  /** All addresses of the prefix are on this link. */
  readonly isOnLink: boolean;
  /** Addresses may be made from it (RFC 4862). */
  readonly isAutonomous: boolean;
  readonly validLifetime: number;
  readonly preferredLifetime: number;
}

/** A route by the sender, more special than the default route (RFC 4191 section 2.3). */
export interface RouteInformation {
  /** Zero behind the first `length` bits. */
  readonly prefix: bigint;
  readonly length: number;
  readonly preference: Preference;
  readonly lifetime: number;
}

/** RFC 8106 section 5.1. */
export interface DnsServers {
  readonly addresses: readonly bigint[];
  readonly lifetime: number;
}

/** RFC 8106 section 5.2; names in lower case without the dot at the end. */
export interface SearchDomains {
  readonly domains: readonly string[];
  readonly lifetime: number;
}

/** The options of one message, of those kinds that we know. */
export interface Options {
  sourceMac: number | undefined;
  targetMac: number | undefined;
  /** 48 bits; longer nonces are not read. */
  nonce: number | undefined;
  mtu: number | undefined;
  prefixes: readonly PrefixInformation[];
  routes: readonly RouteInformation[];
  dnsServers: readonly DnsServers[];
  searchDomains: readonly SearchDomains[];
  /** The beginning of a packet; empty when there was none. */
  redirected: Uint8Array;
}

/** Parses all options from `start` to the end of `bytes`; of those that may be there once, the first counts. */
export function parseOptions(bytes: Uint8Array, start: number): Result<Options> {
  const options = new Parsed();
  let at = start;
  while (at < bytes.length) {
    if (bytes.length - at < UNIT) return malformed('an ND option is cut short');
    const length = bytes[at + 1] * UNIT;
    // Never advancing would make the loop endless; RFC 4861 section 4.6 has the packet discarded.
    if (length === 0) return malformed('an ND option has length 0');
    if (length > bytes.length - at) return malformed('an ND option is cut short');
    options.read(bytes, at, at + length);
    at += length;
  }
  return ok(options);
}

/** The options behind `offset` bytes of zeros, for the caller to fill. */
export function emitOptions(offset: number, options: Partial<Options>): Uint8Array {
  const writer = new Writer(offset + 64);
  writer.zeros(offset);
  if (options.sourceMac !== undefined) writeNumber(writer, SOURCE_MAC, options.sourceMac);
  if (options.targetMac !== undefined) writeNumber(writer, TARGET_MAC, options.targetMac);
  if (options.nonce !== undefined) writeNumber(writer, NONCE, options.nonce);
  if (options.mtu !== undefined) writeNumber(writer, MTU, options.mtu);
  for (const each of options.prefixes ?? []) writePrefix(writer, each);
  for (const each of options.routes ?? []) writeRoute(writer, each);
  for (const each of options.dnsServers ?? []) writeDnsServers(writer, each);
  for (const each of options.searchDomains ?? []) writeSearchDomains(writer, each);
  if (options.redirected !== undefined) writeRedirected(writer, options.redirected);
  return writer.finish();
}

/** The preference in the bits 0x18 of a byte; `undefined` for the reserved value (RFC 4191 section 2.1). */
export function preferenceOf(byte: number): Preference | undefined {
  return PREFERENCES[(byte >>> 3) & 3];
}

export function preferenceBits(preference: Preference): number {
  return (preference & 3) << 3;
}

class Parsed implements Options {
  sourceMac: number | undefined = undefined;
  targetMac: number | undefined = undefined;
  nonce: number | undefined = undefined;
  mtu: number | undefined = undefined;
  readonly prefixes: PrefixInformation[] = [];
  readonly routes: RouteInformation[] = [];
  readonly dnsServers: DnsServers[] = [];
  readonly searchDomains: SearchDomains[] = [];
  redirected: Uint8Array = NOTHING;

  /** Reads the option in `bytes[at, end)`, which has at least 8 bytes. */
  read(bytes: Uint8Array, at: number, end: number): void {
    const length = end - at;
    switch (bytes[at]) {
      case SOURCE_MAC:
        if (length === UNIT) this.sourceMac ??= macAt(bytes, at + 2);
        break;
      case TARGET_MAC:
        if (length === UNIT) this.targetMac ??= macAt(bytes, at + 2);
        break;
      case NONCE:
        if (length === UNIT) this.nonce ??= macAt(bytes, at + 2);
        break;
      case MTU:
        if (length === UNIT) this.mtu ??= u32(bytes, at + 4);
        break;
      case PREFIX:
        if (length === 4 * UNIT && bytes[at + 2] <= 128) this.prefixes.push(prefixAt(bytes, at));
        break;
      case REDIRECTED:
        if (this.redirected === NOTHING) this.redirected = bytes.subarray(at + UNIT, end);
        break;
      case ROUTE:
        this.#readRoute(bytes, at, length);
        break;
      case DNS_SERVERS:
        if (length >= 3 * UNIT && length % 16 === UNIT) {
          this.dnsServers.push(dnsServersAt(bytes, at, end));
        }
        break;
      case SEARCH_DOMAINS:
        this.#readSearchDomains(bytes, at, end);
        break;
    }
  }

  #readRoute(bytes: Uint8Array, at: number, length: number): void {
    const prefixLength = bytes[at + 2];
    const preference = preferenceOf(bytes[at + 3]);
    if (preference === undefined || prefixLength > 128) return;
    if (length > 3 * UNIT || length < routeLength(prefixLength)) return;
    let prefix = 0n;
    for (let offset = UNIT; offset < length; offset++) {
      prefix |= BigInt(bytes[at + offset]) << BigInt(8 * (15 + UNIT - offset));
    }
    this.routes.push({
      prefix: networkAddress({ address: prefix, length: prefixLength }),
      length: prefixLength,
      preference,
      lifetime: u32(bytes, at + 4),
    });
  }

  #readSearchDomains(bytes: Uint8Array, at: number, end: number): void {
    const { domains } = readDomains(bytes, at + UNIT, end);
    if (domains.length > 0) this.searchDomains.push({ domains, lifetime: u32(bytes, at + 4) });
  }
}

function prefixAt(bytes: Uint8Array, at: number): PrefixInformation {
  const length = bytes[at + 2];
  return {
    prefix: networkAddress({ address: addressAt(bytes, at + 16), length }),
    length,
    isOnLink: (bytes[at + 3] & ON_LINK) !== 0,
    isAutonomous: (bytes[at + 3] & AUTONOMOUS) !== 0,
    validLifetime: u32(bytes, at + 4),
    preferredLifetime: u32(bytes, at + 8),
  };
}

function dnsServersAt(bytes: Uint8Array, at: number, end: number): DnsServers {
  const addresses: bigint[] = [];
  for (let offset = at + UNIT; offset < end; offset += 16) addresses.push(addressAt(bytes, offset));
  return { addresses, lifetime: u32(bytes, at + 4) };
}

/** An option of 8 bytes with a number of 48 bits, or of 32 behind two bytes that are reserved. */
function writeNumber(writer: Writer, type: number, value: number): void {
  writer.u8(type);
  writer.u8(1);
  writer.u16(Math.floor(value / 0x1_0000_0000));
  writer.u32(value % 0x1_0000_0000);
}

function writePrefix(writer: Writer, information: PrefixInformation): void {
  const { isOnLink, isAutonomous } = information;
  writer.u8(PREFIX);
  writer.u8(4);
  writer.u8(information.length);
  writer.u8((isOnLink ? ON_LINK : 0) | (isAutonomous ? AUTONOMOUS : 0));
  writer.u32(information.validLifetime);
  writer.u32(information.preferredLifetime);
  writer.u32(0);
  writeBits(writer, information.prefix, 16);
}

function writeRoute(writer: Writer, route: RouteInformation): void {
  const length = routeLength(route.length);
  writer.u8(ROUTE);
  writer.u8(length / UNIT);
  writer.u8(route.length);
  writer.u8(preferenceBits(route.preference));
  writer.u32(route.lifetime);
  writeBits(writer, route.prefix, length - UNIT);
}

function writeDnsServers(writer: Writer, { addresses, lifetime }: DnsServers): void {
  writer.u8(DNS_SERVERS);
  writer.u8(1 + 2 * addresses.length);
  writer.u16(0);
  writer.u32(lifetime);
  for (const address of addresses) writeBits(writer, address, 16);
}

function writeSearchDomains(writer: Writer, { domains, lifetime }: SearchDomains): void {
  const start = writer.length;
  writer.u16(SEARCH_DOMAINS << 8);
  writer.u16(0);
  writer.u32(lifetime);
  writer.bytes(emitDomains(domains));
  writer.zeros((UNIT - ((writer.length - start) % UNIT)) % UNIT);
  writer.patchU16(start, (SEARCH_DOMAINS << 8) | ((writer.length - start) / UNIT));
}

function writeRedirected(writer: Writer, packet: Uint8Array): void {
  const units = Math.min(Math.floor(packet.length / UNIT), LONGEST_QUOTE);
  if (units === 0) return;
  writer.u8(REDIRECTED);
  writer.u8(1 + units);
  writer.zeros(6);
  writer.bytes(packet.subarray(0, units * UNIT));
}

/** The first `bytes` bytes of `address`. */
function writeBits(writer: Writer, address: bigint, bytes: number): void {
  for (let shift = 96; shift >= 128 - bytes * 8; shift -= 32) {
    writer.u32(Number((address >> BigInt(shift)) & 0xffff_ffffn));
  }
}

function routeLength(prefixLength: number): number {
  return (1 + Math.ceil(prefixLength / 64)) * UNIT;
}

/** Lengths on the wire count these bytes. */
const UNIT = 8;
/** In units: a redirect fits into 1280 bytes with all its headers. */
const LONGEST_QUOTE = 148;
const NOTHING = new Uint8Array(0);

/** Types, from IANA's list. */
const SOURCE_MAC = 1;
const TARGET_MAC = 2;
const PREFIX = 3;
const REDIRECTED = 4;
const MTU = 5;
const NONCE = 14;
const ROUTE = 24;
const DNS_SERVERS = 25;
const SEARCH_DOMAINS = 31;

/** Flags of a prefix. */
const ON_LINK = 0x80;
const AUTONOMOUS = 0x40;

/** By the two bits on the wire. */
const PREFERENCES: readonly (Preference | undefined)[] = [0, 1, undefined, -1];
