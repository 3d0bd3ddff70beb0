import { u16, u32 } from '@atoll/bytes/field';
import type { IpAddress } from '@atoll/device/socket';
import { IPV4_HEADER_LENGTH } from '@atoll/ipv4/packet';
import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';
import type { IcmpMessage } from './packet.ts';
import {
  FRAGMENTATION_NEEDED,
  HOST_UNREACHABLE,
  HOST_UNREACHABLE_FOR_SERVICE,
  NETWORK_UNREACHABLE,
  NETWORK_UNREACHABLE_FOR_SERVICE,
  PARAMETER_PROBLEM,
  SOURCE_ROUTE_FAILED,
  TIME_EXCEEDED,
  UNREACHABLE,
} from './packet.ts';
import type { QuotedPayload } from './quote.ts';
import { NO_PORTS, quotedPayload } from './quote.ts';

/**
 * An error that was reported about a datagram, which may have been ours. Anybody can make one up: take it as
 * a hint, never as the truth, and compare what it quotes with what was sent.
 */
export interface IcmpReport<Address extends IpAddress = number> extends QuotedPayload {
  /**
   * - `unreachable`: it was not delivered.
   * - `too-big`: it was longer than `mtu`, and might not be fragmented.
   * - `time-exceeded`: it went in circles, or some of its fragments never arrived.
   * - `parameter-problem`: its header was not understood.
   */
  readonly kind: 'unreachable' | 'too-big' | 'time-exceeded' | 'parameter-problem';
  /** Asking again is of no use, as it would be after a passing disturbance (RFC 1122 section 4.2.3.9). */
  readonly isHard: boolean;
  /** The numbers of the ICMP message, which differ between the versions of IP. */
  readonly type: number;
  readonly code: number;
  /** Of `too-big`, what the next hop carries in bytes, 0 when the router is too old to say; 0 of others. */
  readonly mtu: number;
  /** Of the datagram in question: its length with its header in bytes, and what it carried from where to where. */
  readonly length: number;
  readonly protocol: number;
  readonly source: Address;
  readonly destination: Address;
}

/** What an error comes to. */
export type IcmpHint =
  | { readonly kind: 'report'; readonly report: IcmpReport }
  /** Nothing that a host has to act on. */
  | { readonly kind: 'ignored' };

/**
 * Reads an error. The datagram in question is cut short and has passed through others, so it is read as far
 * as it goes.
 */
export function readReport({ type, code, rest, body }: IcmpMessage): Result<IcmpHint> {
  const kind = kindOf(type, code);
  if (kind === undefined) return IGNORED;
  const headerLength = body.length === 0 ? 0 : (body[0] & 0x0f) * 4;
  if (headerLength < IPV4_HEADER_LENGTH || body.length < headerLength || body[0] >>> 4 !== 4) {
    return NO_DATAGRAM;
  }
  const protocol = body[9];
  const isLaterFragment = (u16(body, 6) & 0x1fff) !== 0;
  const payload = isLaterFragment ? NO_PORTS : quotedPayload(body, headerLength, protocol);
  if (payload === undefined) return NO_DATAGRAM;
  return ok({
    kind: 'report',
    report: {
      kind,
      isHard: kind === 'unreachable' && !PASSING.has(code),
      type,
      code,
      mtu: kind === 'too-big' ? rest & 0xffff : 0,
      length: u16(body, 2),
      protocol,
      source: u32(body, 12),
      destination: u32(body, 16),
      ...payload,
    },
  });
}

/** `undefined` of redirects, which strangers must not give us, and of source quench (RFC 6633). */
function kindOf(type: number, code: number): IcmpReport['kind'] | undefined {
  switch (type) {
    case UNREACHABLE:
      return code === FRAGMENTATION_NEEDED ? 'too-big' : 'unreachable';
    case TIME_EXCEEDED:
      return 'time-exceeded';
    case PARAMETER_PROBLEM:
      return 'parameter-problem';
    default:
      return undefined;
  }
}

/**
 * Codes of "unreachable" that may be over soon: no route to the network or host, source route failed
 * (RFC 1122 section 4.2.3.9), and network or host unreachable for this type of service.
 */
const PASSING: ReadonlySet<number> = new Set([
  NETWORK_UNREACHABLE,
  HOST_UNREACHABLE,
  SOURCE_ROUTE_FAILED,
  NETWORK_UNREACHABLE_FOR_SERVICE,
  HOST_UNREACHABLE_FOR_SERVICE,
]);

const NO_DATAGRAM = malformed('the ICMP error says nothing about a datagram');
const IGNORED = ok<IcmpHint>({ kind: 'ignored' });
