import { internetChecksum } from '@atoll/bytes/checksum';
import type { Checksum, Located } from '@atoll/bytes/fast';
import { plainChecksum } from '@atoll/bytes/fast';
import { u32, writeU16, writeU32 } from '@atoll/bytes/field';
import { PROTOCOL_ICMPV6 } from '@atoll/ipv6/packet';
import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';

/** The length of what all messages begin with, in bytes; with us that includes four bytes of their bodies. */
export const ICMPV6_HEADER_LENGTH = 8;

/** Message types, from IANA's list. */
export const UNREACHABLE = 1;
export const PACKET_TOO_BIG = 2;
export const TIME_EXCEEDED = 3;
export const PARAMETER_PROBLEM = 4;
export const ECHO_REQUEST = 128;
export const ECHO_REPLY = 129;

/** Codes of {@link UNREACHABLE} (RFC 4443 section 3.1). */
export const NO_ROUTE = 0;
export const PROHIBITED = 1;
export const BEYOND_SCOPE = 2;
export const ADDRESS_UNREACHABLE = 3;
export const PORT_UNREACHABLE = 4;
export const SOURCE_POLICY = 5;
export const REJECT_ROUTE = 6;

/** Codes of {@link TIME_EXCEEDED}. Those of {@link PARAMETER_PROBLEM} are in `chain.ts` of `@atoll/ipv6`. */
export const HOP_LIMIT_EXCEEDED = 0;
export const REASSEMBLY_TIME_EXCEEDED = 1;

export interface Icmpv6Message {
  readonly type: number;
  readonly code: number;
  /**
   * The four bytes behind the checksum: identifier and sequence number of an echo, the MTU of "packet too
   * big", the pointer of a parameter problem, otherwise mostly unused.
   */
  readonly rest: number;
  /** The data of an echo; the beginning of the packet in question of an error. */
  readonly body: Uint8Array;
}

/**
 * Parses the message in `region` from `start` to `end` (exclusive). `addresses` is the sum of those that it
 * came from and went to, see `addressSum` of `@atoll/ipv6`. Its body is a view, not a copy.
 */
export function parseIcmpv6(
  region: Located,
  start: number,
  end: number,
  addresses: number,
  checksum: Checksum = plainChecksum,
): Result<Icmpv6Message> {
  const { bytes } = region;
  const length = end - start;
  if (length < ICMPV6_HEADER_LENGTH) return TOO_SHORT;
  const initial = addresses + PROTOCOL_ICMPV6 + length;
  if (checksum.internetChecksum(region, start, end, initial) !== 0) return WRONG_CHECKSUM;
  return ok({
    type: bytes[start],
    code: bytes[start + 1],
    rest: u32(bytes, start + 4),
    body: bytes.subarray(start + ICMPV6_HEADER_LENGTH, end),
  });
}

/** The message as the payload of a packet with `addresses`, their sum. */
export function emitIcmpv6(message: Icmpv6Message, addresses: number): Uint8Array {
  const bytes = new Uint8Array(ICMPV6_HEADER_LENGTH + message.body.length);
  bytes[0] = message.type;
  bytes[1] = message.code;
  writeU32(bytes, 4, message.rest);
  bytes.set(message.body, ICMPV6_HEADER_LENGTH);
  const initial = addresses + PROTOCOL_ICMPV6 + bytes.length;
  writeU16(bytes, 2, internetChecksum(bytes, 0, bytes.length, initial));
  return bytes;
}

/** Whether a message of `type` reports an error (RFC 4443 section 2.1). */
export function isError(type: number): boolean {
  return type < 128;
}

/** `ICMPv6 echo request id 1 seq 2 length 56`, `ICMPv6 packet too big mtu 1280`. */
export function describeIcmpv6({ type, code, rest, body }: Icmpv6Message): string {
  switch (type) {
    case ECHO_REQUEST:
    case ECHO_REPLY: {
      const name = type === ECHO_REQUEST ? 'request' : 'reply';
      return `ICMPv6 echo ${name} id ${rest >>> 16} seq ${rest & 0xffff} length ${body.length}`;
    }
    case UNREACHABLE:
      return `ICMPv6 unreachable code ${code}`;
    case PACKET_TOO_BIG:
      return `ICMPv6 packet too big mtu ${rest}`;
    case TIME_EXCEEDED:
      return `ICMPv6 time exceeded code ${code}`;
    case PARAMETER_PROBLEM:
      return `ICMPv6 parameter problem code ${code} at ${rest}`;
    default:
      return `ICMPv6 type ${type} code ${code}`;
  }
}

const TOO_SHORT = malformed('the ICMPv6 message is too short');
const WRONG_CHECKSUM = malformed('the ICMPv6 checksum is wrong');
