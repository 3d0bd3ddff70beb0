/** DHCPv6 messages between client and server: bytes <-> values (RFC 9915 sections 8 and 21.1). */
import { u16 } from '@atoll/bytes/field';
import { Writer } from '@atoll/bytes/writer';
import type { Failure, Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';
import { describeOption } from './describe.ts';
import { emitOptions, type Option, parseOptions } from './option.ts';

/** The UDP ports of RFC 9915 section 7.2. */
export const CLIENT_PORT = 546;
export const SERVER_PORT = 547;

/** RFC 9915 section 7.3. */
export const MESSAGE_TYPE = {
  SOLICIT: 1,
  ADVERTISE: 2,
  REQUEST: 3,
  CONFIRM: 4,
  RENEW: 5,
  REBIND: 6,
  REPLY: 7,
  RELEASE: 8,
  DECLINE: 9,
  RECONFIGURE: 10,
  INFORMATION_REQUEST: 11,
} as const;

export interface Dhcpv6Message {
  readonly type: number;
  /** 24 bits. */
  readonly transactionId: number;
  /** In their order; some occur more than once. */
  readonly options: readonly Option[];
}

const HEADER_LENGTH = 4;

/**
 * Parses the payload of a UDP datagram. Option data are views of `bytes`. Messages between relay agents
 * and servers, whose header is another one, are malformed here.
 */
export function parseMessage(bytes: Uint8Array): Result<Dhcpv6Message, Failure> {
  if (bytes.length < HEADER_LENGTH)
    return malformed(`message of ${bytes.length} octets is too short`);
  const type = bytes[0];
  if (type < MESSAGE_TYPE.SOLICIT || type > MESSAGE_TYPE.INFORMATION_REQUEST) {
    return malformed(`message type ${type} is not one between clients and servers`);
  }
  const options = parseOptions(bytes, HEADER_LENGTH);
  if (options === undefined) return malformed('an option is cut off');
  return ok({ type, transactionId: (bytes[1] << 16) | u16(bytes, 2), options });
}

/** The payload of a UDP datagram. */
export function emitMessage(message: Dhcpv6Message): Uint8Array {
  const out = new Writer();
  out.u8(message.type);
  out.u8(message.transactionId >>> 16);
  out.u16(message.transactionId & 0xffff);
  emitOptions(out, message.options);
  return out.finish();
}

/** One line for logs: `DHCPv6 reply 5b35aa, client-id 00030001..., ia-na 1 2001:db8::7 for 3600 s`. */
export function describeMessage({ type, transactionId, options }: Dhcpv6Message): string {
  const name = TYPE_NAMES[type] ?? `message type ${type}`;
  const parts = [`DHCPv6 ${name} ${transactionId.toString(16).padStart(6, '0')}`];
  for (const { code, data } of options) parts.push(describeOption(code, data));
  return parts.join(', ');
}

const TYPE_NAMES: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(MESSAGE_TYPE).map(([name, type]) => [type, name.toLowerCase().replace('_', '-')]),
);
