import { u16 } from '@atoll/bytes/field';
import { NO_PORTS, quotedPayload } from '@atoll/icmp/quote';
import type { IcmpReport } from '@atoll/icmp/report';
import { addressAt } from '@atoll/ipv6/address';
import { UNRECOGNIZED_NEXT_HEADER } from '@atoll/ipv6/chain';
import {
  DESTINATION_AT,
  IPV6_HEADER_LENGTH,
  NEXT_HEADER_AT,
  PAYLOAD_LENGTH_AT,
  SOURCE_AT,
} from '@atoll/ipv6/packet';
import { findUpperLayer } from '@atoll/ipv6/upper-layer';
import type { Result } from '@atoll/result/result';
import { malformed, ok } from '@atoll/result/result';
import type { Icmpv6Message } from './packet.ts';
import {
  ADDRESS_UNREACHABLE,
  BEYOND_SCOPE,
  NO_ROUTE,
  PACKET_TOO_BIG,
  PARAMETER_PROBLEM,
  TIME_EXCEEDED,
  UNREACHABLE,
} from './packet.ts';

/**
 * Reads an error. The packet in question is cut short and has passed through others, so it is read as far
 * as it goes; it must go as far as to the ports, if there are any.
 */
export function readReport(
  message: Icmpv6Message,
): Result<
  { readonly kind: 'report'; readonly report: IcmpReport<bigint> } | { readonly kind: 'ignored' }
> {
  const { type, code, rest, body } = message;
  const kind = KINDS.get(type);
  if (kind === undefined) return IGNORED;
  if (body.length < IPV6_HEADER_LENGTH || body[0] >>> 4 !== 6) return NO_PACKET;
  const { protocol, start } = findUpperLayer(
    body,
    IPV6_HEADER_LENGTH,
    body.length,
    body[NEXT_HEADER_AT],
  );
  const payload = start < 0 ? NO_PORTS : quotedPayload(body, start, protocol);
  if (payload === undefined) return NO_PACKET;
  return ok({
    kind: 'report',
    report: {
      kind,
      isHard: isHard(type, code),
      type,
      code,
      mtu: type === PACKET_TOO_BIG ? rest : 0,
      length: IPV6_HEADER_LENGTH + u16(body, PAYLOAD_LENGTH_AT),
      protocol,
      source: addressAt(body, SOURCE_AT),
      destination: addressAt(body, DESTINATION_AT),
      ...payload,
    },
  });
}

/** No route, a source beyond its scope and silent neighbours may be over soon (RFC 4443 section 3.1). */
function isHard(type: number, code: number): boolean {
  // The counterpart of "protocol unreachable" (RFC 4443 section 3.4).
  if (type === PARAMETER_PROBLEM) return code === UNRECOGNIZED_NEXT_HEADER;
  if (type !== UNREACHABLE) return false;
  return code !== NO_ROUTE && code !== BEYOND_SCOPE && code !== ADDRESS_UNREACHABLE;
}

const KINDS: ReadonlyMap<number, IcmpReport['kind']> = new Map([
  [UNREACHABLE, 'unreachable'],
  [PACKET_TOO_BIG, 'too-big'],
  [TIME_EXCEEDED, 'time-exceeded'],
  [PARAMETER_PROBLEM, 'parameter-problem'],
]);

const IGNORED = ok({ kind: 'ignored' } as const);
const NO_PACKET = malformed('the ICMPv6 error says nothing about a packet');
