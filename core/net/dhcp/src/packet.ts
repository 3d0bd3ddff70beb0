/**
 * DHCP messages: bytes <-> values (RFC 2131 section 2, RFC 2132 for the options, RFC 3396 for long ones).
 *
 * An option is its code and its octets. Which code means what is the business of `option.ts`.
 */

import { u16, u32 } from '@atoll/bytes/field';
import { ipv4Text } from '@atoll/ipv4/address';
import type { Failure, Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';
import { describeOption, OPTION } from './option.ts';

/** The UDP ports of RFC 2131 section 4.1. */
export const SERVER_PORT = 67;
export const CLIENT_PORT = 68;

export const BOOTREQUEST = 1;
export const BOOTREPLY = 2;

/** RFC 2132 section 9.6. */
export const MESSAGE_TYPE = {
  DISCOVER: 1,
  OFFER: 2,
  REQUEST: 3,
  DECLINE: 4,
  ACK: 5,
  NAK: 6,
  RELEASE: 7,
  INFORM: 8,
} as const;

/** The bit of `flags` by which a client asks for broadcast replies; all others must be zero. */
export const BROADCAST_FLAG = 0x8000;

/** The hardware type of Ethernet in `htype`. */
export const ETHERNET = 1;

export interface DhcpMessage {
  readonly op: number;
  /** DHCP message type, option 53. */
  readonly type: number;
  readonly htype: number;
  readonly hops: number;
  readonly xid: number;
  /** Seconds since the client began. */
  readonly secs: number;
  readonly flags: number;
  readonly ciaddr: number;
  readonly yiaddr: number;
  readonly siaddr: number;
  readonly giaddr: number;
  /** The client's hardware address: `hlen` octets, 16 at most. */
  readonly chaddr: Uint8Array;
  /** Up to the first zero octet, one character an octet; empty when the field holds options. */
  readonly sname: string;
  readonly file: string;
  /**
   * All options in the order of their first appearance, pieces of one code joined (RFC 3396). Without
   * pad and end, without message type and overload, which {@link parseMessage} takes and
   * {@link emitMessage} writes itself.
   */
  readonly options: ReadonlyMap<number, Uint8Array>;
}

const CHADDR_AT = 28;
const CHADDR_LENGTH = 16;
const SNAME_AT = 44;
const SNAME_LENGTH = 64;
const FILE_AT = 108;
const FILE_LENGTH = 128;
const COOKIE_AT = 236;
const OPTIONS_AT = 240;
const MAGIC_COOKIE = 0x63825363;

/** A BOOTP message has at least 64 octets of vendor information (RFC 951 section 3). */
const MINIMUM_LENGTH = 300;

/** How many octets of an option fit behind one code and length. */
const PIECE = 255;

/**
 * Parses the payload of a UDP datagram. Option values are views of `bytes`.
 * Plain BOOTP, which has no cookie or no message type, is malformed here.
 */
export function parseMessage(bytes: Uint8Array): Result<DhcpMessage, Failure> {
  if (bytes.length < OPTIONS_AT) return malformed(`message of ${bytes.length} octets is too short`);
  if (u32(bytes, COOKIE_AT) !== MAGIC_COOKIE) return malformed('no DHCP magic cookie');
  const hlen = bytes[2];
  if (hlen > CHADDR_LENGTH) return malformed(`hardware address length ${hlen} is above 16`);

  const options = new Map<number, Uint8Array>();
  const repeated = new Set<number>();
  let failure = collect(bytes, OPTIONS_AT, bytes.length, options, repeated);
  if (failure !== undefined) return malformed(failure);
  const overload = options.get(OPTION.OVERLOAD)?.[0] ?? 0;
  if (overload & OVERLOAD_FILE) {
    failure = collect(bytes, FILE_AT, FILE_AT + FILE_LENGTH, options, repeated);
    if (failure !== undefined) return malformed(failure);
  }
  if (overload & OVERLOAD_SNAME) {
    failure = collect(bytes, SNAME_AT, SNAME_AT + SNAME_LENGTH, options, repeated);
    if (failure !== undefined) return malformed(failure);
  }
  for (const code of repeated) options.set(code, join(bytes, code, overload));

  const type = options.get(OPTION.MESSAGE_TYPE);
  if (type === undefined) return malformed('no DHCP message type');
  if (type.length !== 1) return malformed(`message type of ${type.length} octets, expected 1`);
  options.delete(OPTION.MESSAGE_TYPE);
  options.delete(OPTION.OVERLOAD);
  return ok({
    op: bytes[0],
    type: type[0],
    htype: bytes[1],
    hops: bytes[3],
    xid: u32(bytes, 4),
    secs: u16(bytes, 8),
    flags: u16(bytes, 10),
    ciaddr: u32(bytes, 12),
    yiaddr: u32(bytes, 16),
    siaddr: u32(bytes, 20),
    giaddr: u32(bytes, 24),
    chaddr: bytes.subarray(CHADDR_AT, CHADDR_AT + hlen),
    sname: overload & OVERLOAD_SNAME ? '' : text(bytes, SNAME_AT, SNAME_LENGTH),
    file: overload & OVERLOAD_FILE ? '' : text(bytes, FILE_AT, FILE_LENGTH),
    options,
  });
}

const OVERLOAD_FILE = 1;
const OVERLOAD_SNAME = 2;

/** Adds the options of `bytes[start, end)`; answers what is wrong with them. */
function collect(
  bytes: Uint8Array,
  start: number,
  end: number,
  options: Map<number, Uint8Array>,
  repeated: Set<number>,
): string | undefined {
  let at = start;
  while (at < end) {
    const code = bytes[at++];
    if (code === OPTION.END) return undefined;
    if (code === OPTION.PAD) continue;
    const valueAt = at + 1;
    if (at >= end || valueAt + bytes[at] > end) return `option ${code} is cut off`;
    at = valueAt + bytes[at];
    if (options.has(code)) repeated.add(code);
    else options.set(code, bytes.subarray(valueAt, at));
  }
  // Some clients fill the field to its last octet and leave the end option out.
  return undefined;
}

/** All pieces of option `code`, in the order that RFC 3396 section 5 gives to the three fields. */
function join(bytes: Uint8Array, code: number, overload: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  gather(bytes, OPTIONS_AT, bytes.length, code, pieces);
  if (overload & OVERLOAD_FILE) gather(bytes, FILE_AT, FILE_AT + FILE_LENGTH, code, pieces);
  if (overload & OVERLOAD_SNAME) gather(bytes, SNAME_AT, SNAME_AT + SNAME_LENGTH, code, pieces);
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

/** The pieces of option `code` in `bytes[start, end)`, which {@link collect} found well-formed. */
function gather(
  bytes: Uint8Array,
  start: number,
  end: number,
  code: number,
  pieces: Uint8Array[],
): void {
  let at = start;
  while (at < end && bytes[at] !== OPTION.END) {
    const found = bytes[at++];
    if (found === OPTION.PAD) continue;
    const length = bytes[at++];
    if (found === code) pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
}

function text(bytes: Uint8Array, start: number, length: number): string {
  let value = '';
  for (let at = start; at < start + length && bytes[at] !== 0; at++) {
    value += String.fromCharCode(bytes[at]);
  }
  return value;
}

/**
 * The payload of a UDP datagram, of 300 octets at least and `limit` octets at most.
 *
 * Options go out in their order, except that relay agent information is the last (RFC 3046 section
 * 2.1). When they need more than `limit`, those that fit move into `file` and `sname` if these are
 * empty; an option that fits nowhere is left out, so the important ones come first.
 */
export function emitMessage(message: DhcpMessage, limit = DEFAULT_LIMIT): Uint8Array {
  let relay = message.options.get(OPTION.RELAY_AGENT_INFORMATION);
  if (relay !== undefined && size(relay) > Math.max(MINIMUM_LENGTH, limit) - FIXED_LENGTH) {
    relay = undefined;
  }
  const tail = relay === undefined ? 1 : size(relay) + 1;
  let needed = OPTIONS_AT + MESSAGE_TYPE_SIZE + tail;
  for (const [code, value] of message.options) {
    if (code !== OPTION.RELAY_AGENT_INFORMATION) needed += size(value);
  }
  const bytes = new Uint8Array(Math.max(MINIMUM_LENGTH, Math.min(needed, limit)));
  emitHeader(message, bytes);

  bytes[OPTIONS_AT] = OPTION.MESSAGE_TYPE;
  bytes[OPTIONS_AT + 1] = 1;
  bytes[OPTIONS_AT + 2] = message.type;
  let at = OPTIONS_AT + MESSAGE_TYPE_SIZE;
  if (needed <= bytes.length) {
    for (const [code, value] of message.options) {
      if (code !== OPTION.RELAY_AGENT_INFORMATION) at = emitOption(bytes, at, code, value);
    }
  } else {
    at = emitOverloaded(message, bytes, at, bytes.length - tail);
  }
  if (relay !== undefined) at = emitOption(bytes, at, OPTION.RELAY_AGENT_INFORMATION, relay);
  bytes[at] = OPTION.END;
  return bytes;
}

/** The longest payload that every client takes: a datagram of 576 octets (RFC 2131 section 2). */
export const DEFAULT_LIMIT = 548;

const MESSAGE_TYPE_SIZE = 3;
const OVERLOAD_SIZE = 3;

/** Octets that are needed whatever the other options are: message type, overload and end. */
const FIXED_LENGTH = OPTIONS_AT + MESSAGE_TYPE_SIZE + OVERLOAD_SIZE + 1;

function emitHeader(message: DhcpMessage, bytes: Uint8Array): void {
  const { chaddr } = message;
  bytes[0] = message.op;
  bytes[1] = message.htype;
  bytes[2] = chaddr.length;
  bytes[3] = message.hops;
  putU32(bytes, 4, message.xid);
  bytes[8] = message.secs >>> 8;
  bytes[9] = message.secs;
  bytes[10] = message.flags >>> 8;
  bytes[11] = message.flags;
  putU32(bytes, 12, message.ciaddr);
  putU32(bytes, 16, message.yiaddr);
  putU32(bytes, 20, message.siaddr);
  putU32(bytes, 24, message.giaddr);
  bytes.set(chaddr, CHADDR_AT);
  putText(bytes, SNAME_AT, SNAME_LENGTH, message.sname);
  putText(bytes, FILE_AT, FILE_LENGTH, message.file);
  putU32(bytes, COOKIE_AT, MAGIC_COOKIE);
}

/** Writes the options that fit up to `end`, then into the two fields; answers where it stopped. */
function emitOverloaded(
  message: DhcpMessage,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  const overloadAt = start;
  const fileEnd = FILE_AT + (message.file === '' ? FILE_LENGTH - 1 : 0);
  const snameEnd = SNAME_AT + (message.sname === '' ? SNAME_LENGTH - 1 : 0);
  let at = start + OVERLOAD_SIZE;
  let fileAt = FILE_AT;
  let snameAt = SNAME_AT;
  for (const [code, value] of message.options) {
    if (code === OPTION.RELAY_AGENT_INFORMATION) continue;
    const length = size(value);
    if (at + length <= end) at = emitOption(bytes, at, code, value);
    else if (fileAt + length <= fileEnd) fileAt = emitOption(bytes, fileAt, code, value);
    else if (snameAt + length <= snameEnd) snameAt = emitOption(bytes, snameAt, code, value);
  }
  let overload = 0;
  if (fileAt > FILE_AT) {
    overload |= OVERLOAD_FILE;
    bytes[fileAt] = OPTION.END;
  }
  if (snameAt > SNAME_AT) {
    overload |= OVERLOAD_SNAME;
    bytes[snameAt] = OPTION.END;
  }
  // Nothing moved: the place of the overload option is left as pads.
  if (overload !== 0) {
    bytes[overloadAt] = OPTION.OVERLOAD;
    bytes[overloadAt + 1] = 1;
    bytes[overloadAt + 2] = overload;
  }
  return at;
}

/** Octets that `value` takes on the wire, in pieces of 255 (RFC 3396 section 6). */
function size(value: Uint8Array): number {
  const { length } = value;
  return length <= PIECE ? length + 2 : length + 2 * Math.ceil(length / PIECE);
}

function emitOption(bytes: Uint8Array, start: number, code: number, value: Uint8Array): number {
  let at = start;
  let from = 0;
  do {
    const length = Math.min(value.length - from, PIECE);
    bytes[at++] = code;
    bytes[at++] = length;
    // Most options are a few octets: a loop beats making a view for `set`.
    for (let index = 0; index < length; index++) bytes[at++] = value[from++];
  } while (from < value.length);
  return at;
}

function putU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** Writes as much of `value` as leaves room for the zero octet that ends it. */
function putText(bytes: Uint8Array, at: number, length: number, value: string): void {
  const end = Math.min(value.length, length - 1);
  for (let index = 0; index < end; index++) bytes[at + index] = value.charCodeAt(index);
}

/** One line for logs: `DHCPREQUEST xid 5b35aa29 02:00:00:00:00:01 server-identifier 192.0.2.1`. */
export function describeMessage(message: DhcpMessage): string {
  const hex = (byte: number) => byte.toString(16).padStart(2, '0');
  const parts = [
    TYPE_NAMES[message.type] ?? `DHCP message type ${message.type}`,
    `xid ${message.xid.toString(16).padStart(8, '0')}`,
    Array.from(message.chaddr, hex).join(':'),
  ];
  if (message.flags & BROADCAST_FLAG) parts.push('broadcast');
  for (const field of ['ciaddr', 'yiaddr', 'siaddr', 'giaddr'] as const) {
    if (message[field] !== 0) parts.push(`${field} ${ipv4Text(message[field])}`);
  }
  for (const [code, value] of message.options) parts.push(describeOption(code, value));
  return parts.filter((part) => part !== '').join(' ');
}

const TYPE_NAMES: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(MESSAGE_TYPE).map(([name, type]) => [type, `DHCP${name}`]),
);
