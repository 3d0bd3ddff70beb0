/** Option values as text, both ways: what `--dhcp-option` takes and what logs show. */
import { fromHex, toHex } from '@atoll/bytes/hex';
import { decodeUtf8, encodeUtf8 } from '@atoll/bytes/utf8';
import { ipv4Text, parseIpv4 } from '@atoll/ipv4/address';
import type { Failure, Result } from '@atoll/result/result';
import { misconfigured, ok } from '@atoll/result/result';
import { emitNames, parseNames } from './names.ts';
import { emitRoutes, parseRoutes } from './routes.ts';

export type ValueType =
  | 'address'
  | 'addresses'
  /** Pairs of addresses, such as a destination and its router. */
  | 'address-pairs'
  | 'u8'
  | 'u8-list'
  | 'u16'
  | 'u16-list'
  | 'u32'
  | 's32'
  /** One octet, 0 or 1. */
  | 'flag'
  /** Nothing: the option's presence says it all. */
  | 'empty'
  | 'text'
  /** Domain names with compression (RFC 3397). */
  | 'names'
  /** Domain names or addresses (RFC 3361). */
  | 'sip-servers'
  /** Destinations and routers (RFC 3442). */
  | 'routes'
  | 'raw';

export interface OptionValue {
  readonly bytes: Uint8Array;
  /** Offsets of addresses written `0.0.0.0`, which stand for the server's own address. */
  readonly ownAddressAt: readonly number[];
}

/** The value that `text`, what stood behind the option's name and a comma, means for an option of `type`. */
export function parseValue(type: ValueType, text: string): Result<OptionValue, Failure> {
  const items = text.split(',').map((item) => item.trim());
  switch (type) {
    case 'address':
      return items.length === 1 ? addresses(items) : misconfigured('expected one address');
    case 'addresses':
      return addresses(items);
    case 'address-pairs':
      if (items.length % 2 !== 0) return misconfigured('expected pairs of addresses');
      return addresses(items);
    case 'u8':
    case 'u16':
    case 'u32':
    case 's32':
      if (items.length !== 1) return misconfigured('expected one number');
      return numbers(items, type);
    case 'u8-list':
      return numbers(items, 'u8');
    case 'u16-list':
      return numbers(items, 'u16');
    case 'flag':
      return text === '0' || text === '1'
        ? plain(Uint8Array.of(Number(text)))
        : misconfigured(`expected 0 or 1, not "${text}"`);
    case 'empty':
      return misconfigured('the option has no value');
    case 'text':
      return plain(encodeUtf8(unquoted(text)));
    case 'names':
      return wrap(emitNames(items));
    case 'sip-servers':
      return sipServers(items);
    case 'routes':
      return wrap(emitRoutes(items));
    case 'raw':
      return guess(text, items);
  }
}

function plain(bytes: Uint8Array): Result<OptionValue, Failure> {
  return ok({ bytes, ownAddressAt: [] });
}

function wrap(result: Result<Uint8Array, Failure>): Result<OptionValue, Failure> {
  return result.ok ? plain(result.value) : result;
}

function unquoted(text: string): string {
  return /^".*"$/s.test(text) ? text.slice(1, -1) : text;
}

function addresses(items: readonly string[]): Result<OptionValue, Failure> {
  const bytes = new Uint8Array(items.length * 4);
  const ownAddressAt: number[] = [];
  for (const [index, item] of items.entries()) {
    const address = parseIpv4(item);
    if (!address.ok) return misconfigured(`expected an IPv4 address, not "${item}"`);
    if (address.value === 0) ownAddressAt.push(index * 4);
    putNumber(bytes, index * 4, 4, address.value);
  }
  return ok({ bytes, ownAddressAt });
}

const RANGES = {
  u8: { size: 1, low: 0, high: 0xff },
  u16: { size: 2, low: 0, high: 0xffff },
  u32: { size: 4, low: 0, high: 0xffff_ffff },
  s32: { size: 4, low: -0x8000_0000, high: 0x7fff_ffff },
} as const;

function numbers(
  items: readonly string[],
  type: keyof typeof RANGES,
): Result<OptionValue, Failure> {
  const { size, low, high } = RANGES[type];
  const bytes = new Uint8Array(items.length * size);
  for (const [index, item] of items.entries()) {
    const value = /^(-?[0-9]{1,10}|0x[0-9a-f]{1,8})$/i.test(item) ? Number(item) : Number.NaN;
    if (!(value >= low && value <= high)) {
      return misconfigured(`expected a number from ${low} to ${high}, not "${item}"`);
    }
    putNumber(bytes, index * size, size, value);
  }
  return plain(bytes);
}

function putNumber(bytes: Uint8Array, at: number, size: number, value: number): void {
  for (let index = 0; index < size; index++) bytes[at + index] = value >>> (8 * (size - 1 - index));
}

function sipServers(items: readonly string[]): Result<OptionValue, Failure> {
  const given = addresses(items);
  const body = given.ok ? given : wrap(emitNames(items, { compressed: false }));
  if (!body.ok) return body;
  const bytes = new Uint8Array(body.value.bytes.length + 1);
  bytes[0] = given.ok ? SIP_ADDRESSES : SIP_NAMES;
  bytes.set(body.value.bytes, 1);
  return ok({ bytes, ownAddressAt: body.value.ownAddressAt.map((at) => at + 1) });
}

const SIP_NAMES = 0;
const SIP_ADDRESSES = 1;

/**
 * The value of an option without a known type, told by its looks as dnsmasq does: addresses, octets in
 * hexadecimal with colons, one number (in the fewest octets of 1, 2 and 4, or as many as the letter
 * b, s or i behind it says), or else text.
 */
function guess(text: string, items: readonly string[]): Result<OptionValue, Failure> {
  const given = addresses(items);
  if (given.ok) return given;
  if (/^[0-9a-f]{1,2}(:[0-9a-f]{1,2})+$/i.test(text)) {
    const octets = text.split(':').map((octet) => octet.padStart(2, '0'));
    return plain(fromHex(octets.join('')) ?? new Uint8Array(0));
  }
  const number = /^(-?[0-9]{1,10})([bsi]?)$/.exec(text);
  if (number === null) return plain(encodeUtf8(unquoted(text)));
  const value = Number(number[1]);
  const letter = number[2];
  if (value < 0) return numbers([number[1]], 's32');
  if (letter === 'b' || (letter === '' && value <= 0xff)) return numbers([number[1]], 'u8');
  if (letter === 's' || (letter === '' && value <= 0xffff)) return numbers([number[1]], 'u16');
  return numbers([number[1]], 'u32');
}

/** `bytes` as an option of `type` is written; in hexadecimal when they are not well-formed. */
export function describeValue(type: ValueType, bytes: Uint8Array): string {
  return describeTyped(type, bytes) ?? toHex(bytes, ':');
}

function describeTyped(type: ValueType, bytes: Uint8Array): string | undefined {
  switch (type) {
    case 'address':
      return bytes.length === 4 ? addressList(bytes, 0) : undefined;
    case 'addresses':
      return addressList(bytes, 0);
    case 'address-pairs':
      return bytes.length % 8 === 0 ? addressList(bytes, 0) : undefined;
    case 'u8':
    case 'flag':
      return bytes.length === 1 ? String(bytes[0]) : undefined;
    case 'u16':
      return bytes.length === 2 ? numberList(bytes, 2) : undefined;
    case 'u32':
      return bytes.length === 4 ? numberList(bytes, 4) : undefined;
    case 's32':
      return bytes.length === 4 ? String(readNumber(bytes, 0, 4) | 0) : undefined;
    case 'u8-list':
      return numberList(bytes, 1);
    case 'u16-list':
      return numberList(bytes, 2);
    case 'empty':
      return bytes.length === 0 ? '' : undefined;
    case 'text':
      return printable(bytes) ? JSON.stringify(decodeUtf8(bytes)) : undefined;
    case 'names':
      return parseNames(bytes)?.join(',');
    case 'sip-servers':
      if (bytes[0] === SIP_ADDRESSES) return addressList(bytes, 1);
      return bytes[0] === SIP_NAMES ? parseNames(bytes.subarray(1))?.join(',') : undefined;
    case 'routes':
      return parseRoutes(bytes)?.join(',');
    case 'raw':
      return undefined;
  }
}

function addressList(bytes: Uint8Array, start: number): string | undefined {
  if ((bytes.length - start) % 4 !== 0) return undefined;
  const items: string[] = [];
  for (let at = start; at < bytes.length; at += 4) items.push(ipv4Text(readNumber(bytes, at, 4)));
  return items.join(',');
}

function numberList(bytes: Uint8Array, size: number): string | undefined {
  if (bytes.length % size !== 0) return undefined;
  const items: number[] = [];
  for (let at = 0; at < bytes.length; at += size) items.push(readNumber(bytes, at, size));
  return items.join(',');
}

function readNumber(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let index = 0; index < size; index++) value = value * 0x100 + bytes[at + index];
  return value;
}

/** Without control characters, which have no business in a log line. */
function printable(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0x20 && byte !== 0x7f);
}
