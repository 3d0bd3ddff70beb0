import { internetChecksum } from '@atoll/bytes/checksum';
import type { Checksum, Located } from '@atoll/bytes/fast';
import { plainChecksum } from '@atoll/bytes/fast';
import { u16, writeU16, writeU32 } from '@atoll/bytes/field';
import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';

/** The length of what all messages begin with, in bytes (RFC 792). */
export const ICMP_HEADER_LENGTH = 8;

/** Message types, from IANA's list. */
export const ECHO_REPLY = 0;
export const UNREACHABLE = 3;
export const SOURCE_QUENCH = 4;
export const REDIRECT = 5;
export const ECHO_REQUEST = 8;
export const TIME_EXCEEDED = 11;
export const PARAMETER_PROBLEM = 12;

/** Codes of {@link UNREACHABLE} (RFC 792, RFC 1122 section 3.2.2.1). */
export const NETWORK_UNREACHABLE = 0;
export const HOST_UNREACHABLE = 1;
export const PROTOCOL_UNREACHABLE = 2;
export const PORT_UNREACHABLE = 3;
export const FRAGMENTATION_NEEDED = 4;
export const SOURCE_ROUTE_FAILED = 5;
export const NETWORK_UNREACHABLE_FOR_SERVICE = 11;
export const HOST_UNREACHABLE_FOR_SERVICE = 12;

/** The code of {@link TIME_EXCEEDED} that a host sends. */
export const REASSEMBLY_TIME_EXCEEDED = 1;

export interface IcmpMessage {
  readonly type: number;
  readonly code: number;
  /**
   * The second half of the header, 32 bits: identifier and sequence number of an echo, the MTU of the
   * next hop in the lower half when fragmentation is needed (RFC 1191), otherwise mostly unused.
   */
  readonly rest: number;
  /** The data of an echo; the beginning of the datagram in question of an error. */
  readonly body: Uint8Array;
}

/** Parses the message in `region` from `start` to `end` (exclusive). Its body is a view, not a copy. */
export function parseIcmp(
  region: Located,
  start: number,
  end: number,
  checksum: Checksum = plainChecksum,
): Result<IcmpMessage> {
  const { bytes } = region;
  if (end - start < ICMP_HEADER_LENGTH) return malformed('the ICMP message is too short');
  if (checksum.internetChecksum(region, start, end, 0) !== 0)
    return malformed('the ICMP checksum is wrong');
  return ok({
    type: bytes[start],
    code: bytes[start + 1],
    rest: u16(bytes, start + 4) * 0x1_0000 + u16(bytes, start + 6),
    body: bytes.subarray(start + ICMP_HEADER_LENGTH, end),
  });
}

export function emitIcmp(message: IcmpMessage): Uint8Array {
  const bytes = new Uint8Array(ICMP_HEADER_LENGTH + message.body.length);
  bytes[0] = message.type;
  bytes[1] = message.code;
  writeU32(bytes, 4, message.rest);
  bytes.set(message.body, ICMP_HEADER_LENGTH);
  writeU16(bytes, 2, internetChecksum(bytes, 0, bytes.length));
  return bytes;
}

/** Whether a message of `type` reports an error, so that none may be reported about it (RFC 1122). */
export function isError(type: number): boolean {
  return (
    type === UNREACHABLE ||
    type === SOURCE_QUENCH ||
    type === REDIRECT ||
    type === TIME_EXCEEDED ||
    type === PARAMETER_PROBLEM
  );
}

/** `ICMP echo request id 1 seq 2 length 56`, `ICMP unreachable code 3`. */
export function describeIcmp({ type, code, rest, body }: IcmpMessage): string {
  const name = NAMES.get(type);
  if (name === undefined) return `ICMP type ${type} code ${code}`;
  if (isError(type)) return `ICMP ${name} code ${code}`;
  return `ICMP ${name} id ${rest >>> 16} seq ${rest & 0xffff} length ${body.length}`;
}

const NAMES: ReadonlyMap<number, string> = new Map([
  [ECHO_REPLY, 'echo reply'],
  [UNREACHABLE, 'unreachable'],
  [SOURCE_QUENCH, 'source quench'],
  [REDIRECT, 'redirect'],
  [ECHO_REQUEST, 'echo request'],
  [TIME_EXCEEDED, 'time exceeded'],
  [PARAMETER_PROBLEM, 'parameter problem'],
]);
